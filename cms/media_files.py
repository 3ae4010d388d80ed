"""Public media from disk; with S3 the addresses of media point there instead."""

from __future__ import annotations

import mimetypes

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.byte_ranges import send_file


@require_safe
def serve_media(request: HttpRequest, name: str) -> HttpResponse:
    """One media file, whole or a range of it; its name never means other bytes later, so it is cached for good."""
    try:
        file = open(default_storage.path(name), "rb")  # noqa: SIM115 - the answer closes it
    except (OSError, ValueError, NotImplementedError, SuspiciousFileOperation) as error:
        raise Http404 from error
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return send_file(request, file, content_type=kind, headers={"Cache-Control": settings.MEDIA_CACHE_CONTROL})
