"""A built frontend from the same origin: its files, and its first page for every address that is none of ours.

It comes last of all addresses, so no file of it can take the place of the API, the admin or a download.
"""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import re_path
from django.views.decorators.http import require_safe

from cms.headers import FRONTEND
from core.byte_ranges import send_file

FIRST_PAGE = "index.html"
NAMED_BY_CONTENT = re.compile(r"[.-](?=[A-Za-z0-9_-]*[0-9A-Z])[A-Za-z0-9_-]{8,}\.[a-z0-9.]+\Z")
"""As `index-B3x9kQ2a.js`: the builder gives other bytes another name."""

REVALIDATED = "public, no-cache"
KEPT = "public, max-age=31536000, immutable"


@require_safe
def serve_frontend(request: HttpRequest, path: str) -> HttpResponse:
    """A file of the frontend, or its first page, whose scripts know what to show here."""
    root = Path(settings.FRONTEND_DIST)
    found = _file_in(root, path)
    if found is None:
        if "." in path.rpartition("/")[2]:
            raise Http404  # a script or picture that is gone is no page
        found = root / FIRST_PAGE
    kept = KEPT if NAMED_BY_CONTENT.search(found.name) else REVALIDATED
    kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    headers = {"Cache-Control": kept, "Content-Security-Policy": FRONTEND}
    return send_file(request, found.open("rb"), content_type=_with_charset(kind), headers=headers)


def _file_in(root: Path, path: str) -> Path | None:
    try:
        found = (root / path).resolve()
        if found.is_dir():
            found /= FIRST_PAGE
        return found if found.is_relative_to(root) and found.is_file() else None
    except (OSError, ValueError):  # a name too long for the disk, or with a zero in it
        return None


def _with_charset(kind: str) -> str:
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind == "application/json" else kind


# The upload page stays: a frontend need not have one of its own.
urlpatterns = [re_path(r"^(?!upload/)(?P<path>.*)\Z", serve_frontend)]
