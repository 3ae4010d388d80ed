"""A post as it is being edited, for the frontend that the admin's preview shows."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from api.post_reads import FORMATS
from api.reading import ReadView, json_response
from api.serializers.errors import ErrorSerializer
from api.serializers.posts import PreviewedPostSerializer
from blogs import preview_tokens
from blogs.previews import post_document
from core import holes
from core.errors import NotFound

KNOWN = {"body", "content_type", "token"}


class PreviewReads(ReadView):
    """The version of a post that a token leads to; whatever is wrong with the question, there is nothing."""

    @extend_schema(
        operation_id="preview",
        tags=["posts"],
        summary="A post as it is being edited",
        description=(
            "The admin's preview opens `FRONTEND_URL/?content_type=blogs.blogpostpage&token=…`. For an hour the token "
            "leads to the post as its author types it, one that was never saved (its `id` is null) too. Do not keep "
            "the answer."
        ),
        parameters=[
            OpenApiParameter("token", str, required=True),
            OpenApiParameter("body", str, enum=list(FORMATS), description="The body as a string of this kind."),
            OpenApiParameter("content_type", str, description="Taken as the admin gives it, and not looked at."),
        ],
        responses={
            200: PreviewedPostSerializer,
            404: OpenApiResponse(ErrorSerializer, "The token leads nowhere, or not any more."),
        },
    )
    def get(self, request):
        form = request.GET.get("body")
        if not KNOWN.issuperset(request.GET) or (form is not None and form not in FORMATS):
            raise NotFound
        post = post_document(*preview_tokens.find(request.GET.get("token", "")))
        if form:
            post["body"] = FORMATS[form](post["body"])
        return json_response(holes.dumps(post))
