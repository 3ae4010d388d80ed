"""Where the link leads that a mail about a finished export brings."""

from __future__ import annotations

from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from core.byte_ranges import send_file
from core.errors import NotFound
from media.storing import FILES
from members.exporting.accounts import find_export

CONTENT_TYPE = "application/zip"


@require_safe
def download(request: HttpRequest, token: str) -> HttpResponse:
    """The zip of a large account, for a day, for whoever has the link."""
    try:
        export = find_export(token)
    except NotFound:
        raise Http404 from None
    name = f"{export.user.username}-{export.ready_at:%Y-%m-%d}.zip"
    disposition = f'attachment; filename="{name}"'
    try:
        path = storages[FILES].path(export.key)
    except NotImplementedError:
        wishes = {"ResponseContentDisposition": disposition, "ResponseContentType": CONTENT_TYPE}
        address = storages[FILES].url(export.key, parameters=wishes, http_method=request.method)
        return HttpResponseRedirect(address, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    headers = {
        "Content-Disposition": disposition,
        "Cache-Control": "private, no-store",
        "ETag": f'"{export.pk}-{export.ready_at.timestamp()}"',
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
    }
    try:
        opened = open(path, "rb")  # noqa: SIM115 - the answer closes it
    except FileNotFoundError:
        raise Http404 from None
    return send_file(request, opened, content_type=CONTENT_TYPE, headers=headers)
