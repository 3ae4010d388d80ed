"""Views of posts, told by whatever shows them: by a script of any site, with or without a sign-in."""

from __future__ import annotations

import re

from corsheaders.signals import check_request_enabled
from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from api.auth import DONE
from api.negotiation import Unnegotiated
from api.reading import find_post
from core.clients import client_address
from social.views import view_post

ADDRESS = re.compile(r"/api/v2/posts/[0-9]{1,19}/view/")
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "86400",
}


@extend_schema(tags=["posts"])
class PostViewed(APIView):
    """That somebody looks at a post."""

    permission_classes = [AllowAny]
    content_negotiation_class = Unnegotiated
    limited_as = "view"

    @extend_schema(
        operation_id="view_post",
        summary="Tell that a post is being looked at",
        description="Counted once a day for each reader; crawlers are not counted. No cookie is set and nothing is "
        "kept that leads back to the reader. Any site may call it, also by `navigator.sendBeacon(url)`: the body does "
        "not matter.",
        request=None,
        responses={202: DONE},
    )
    def post(self, request, id):
        post = find_post(request.viewer, id)
        agent = request.META.get("HTTP_USER_AGENT", "")
        is_known = not request.viewer.is_anonymous
        reader = f"user {request.viewer.user_id}" if is_known else f"address {client_address(request.META)}"
        view_post(post=post, reader=reader, user_agent=agent)
        return Response(status=202)

    def options(self, request, *args, **kwargs):
        return Response(status=204)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def allow_any_origin() -> None:
    """Let scripts of every site call it, also where only some sites may call the rest of the API."""
    check_request_enabled.connect(_is_of_view, dispatch_uid="views")


def _is_of_view(request: HttpRequest, **kwargs) -> bool:
    return bool(ADDRESS.fullmatch(request.path_info))
