"""Handing a file over: as a download under its name, never as something a browser shows."""

from __future__ import annotations

import logging

from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from core import clock
from core.byte_ranges import send_file
from media.files import naming
from media.models import File
from media.storing import FILES

logger = logging.getLogger(__name__)

LOCKED_UP = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Referrer-Policy": "no-referrer",
}


def send(request: HttpRequest, file: File) -> HttpResponse:
    """The answer to a GET or HEAD for a file: from disk its bytes, whole or in part; from S3 where to get them.

    Notes the time of a download that is one. Raises `Http404` if the bytes are gone.
    """
    try:
        path = storages[FILES].path(file.file.name)
    except NotImplementedError:
        response = _redirect(request, file)
    else:
        response = _send_from_disk(request, file, path)
    if request.method == "GET" and response.status_code in (200, 206, 302):
        File.objects.filter(pk=file.pk).update(last_downloaded_at=clock.now())
    return response


def _send_from_disk(request: HttpRequest, file: File, path: str) -> HttpResponse:
    try:
        opened = open(path, "rb")  # noqa: SIM115 - the answer closes it
    except FileNotFoundError as error:
        logger.error("the bytes of a file are missing", extra={"file": file.pk})
        raise Http404 from error
    headers = {
        **LOCKED_UP,
        "Content-Disposition": naming.disposition(file.title),
        "Cache-Control": "private, no-cache",
        "ETag": f'"{file.get_file_hash()}"',
    }
    return send_file(request, opened, content_type=naming.sent_type(file.content_type), headers=headers)


def _redirect(request: HttpRequest, file: File) -> HttpResponse:
    wishes = {
        "ResponseContentDisposition": naming.disposition(file.title),
        "ResponseContentType": naming.sent_type(file.content_type),
        "ResponseCacheControl": "private, no-store",
    }
    address = storages[FILES].url(file.file.name, parameters=wishes, http_method=request.method)
    return HttpResponseRedirect(address, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
