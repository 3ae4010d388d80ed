"""Everything that the caller made, to take away."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema

from accounts.models import User
from api import cursors
from api.authentication import IsSignedIn
from api.reading import ReadView, require_sign_in
from api.throttling import limit
from core import clock
from members.exporting.accounts import export_account, is_large, request_export

PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


class MyExport(ReadView):
    """The caller's own things as a zip."""

    permission_classes = [IsSignedIn]
    http_method_names = ["get", "head", "options"]

    @extend_schema(
        operation_id="me_export",
        tags=["me"],
        summary="Everything the caller made, as a zip",
        description="Pictures and files as they are kept, posts (drafts too) as Markdown with front matter and as "
        "JSON, and account, blogs, comments, likes and follows as JSON. The zip is made while it is sent. That of an "
        "account with more than 200 MB or 2,000 posts is built in the background: the answer is 202, and a mail brings "
        "a link that works for a day. Asking again meanwhile changes nothing.",
        responses={
            (200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, "The zip."),
            202: OpenApiResponse(description="It is being built; a link comes by mail."),
        },
    )
    def get(self, request):
        require_sign_in(request.viewer)
        cursors.refuse_unknown(request.GET, ())
        limit(request, "export")
        user = User.objects.get(pk=request.viewer.user_id)
        if is_large(user):
            request_export(user)
            return HttpResponse(status=202, headers=PRIVATE)
        name = f"{user.username}-{clock.now():%Y-%m-%d}.zip"
        headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
        if request.method == "HEAD":
            return HttpResponse(content_type="application/zip", headers=headers)
        return StreamingHttpResponse(export_account(user), content_type="application/zip", headers=headers)
