"""What a browser may do with our pages: a Content-Security-Policy for each of them, and no device.

A view may set a policy of its own, which then stands: the reader's pages, previews, the upload page and downloads do.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from cms.environment import BASE_DIR

# Wagtail's editor has inline scripts (its date fields) and styles, and shows the frontend's previews in a frame.
ADMIN = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src * data: blob:; "
    "font-src 'self' data:; media-src * blob:; frame-src 'self'{frontend}; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
DOCS = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FRONTEND = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src * data: blob:; "
    "font-src 'self' data:; media-src * blob:; frame-src https:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
PLAIN = (
    "default-src 'none'; style-src 'self'{styles}; img-src 'self' data:; font-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

# They look right even where no static file can be had.
WITH_A_STYLE_INSIDE = ("error.html", "accounts/link.html", "social/unsubscribe.html")

DEVICES = ("accelerometer", "browsing-topics", "camera", "geolocation", "gyroscope", "magnetometer", "microphone")
PERMISSIONS = ", ".join(f"{device}=()" for device in (*DEVICES, "payment", "usb"))


class PageHeadersMiddleware:
    """Gives each page its policy, unless it has one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy_for(request.path_info))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if not getattr(response, "xframe_options_exempt", False):
            response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        return response


def policy_for(path: str) -> str:
    """The policy of pages at this address that have none of their own."""
    if path.startswith("/admin/"):
        return ADMIN.format(frontend=f" {settings.FRONTEND_URL}" if settings.FRONTEND_URL else "")
    if path.startswith("/docs/"):
        return DOCS
    return _plain()


@cache
def _plain() -> str:
    """No scripts, and of styles inside a page exactly those that we wrote into its template."""
    texts = [(BASE_DIR / "templates" / name).read_text() for name in WITH_A_STYLE_INSIDE]
    styles = [style for text in texts for style in re.findall(r"<style>(.*?)</style>", text, re.DOTALL)]
    return PLAIN.format(styles="".join(f" '{_fingerprint(style)}'" for style in styles))


def _fingerprint(style: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}"
