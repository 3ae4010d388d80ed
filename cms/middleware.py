"""What every answer passes through, and what only pages do.

A request to the API needs no session, message, CSRF or language. The stock middlewares are therefore subclassed so
that requests below `/api/` pass them by.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware
from django.middleware.security import SecurityMiddleware
from wagtail.contrib.redirects.middleware import RedirectMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

from accounts.middleware import TemporaryPasswordMiddleware
from cms.error_pages import API, error_response
from core.errors import Invalid, TooLarge

DISCARDED = 32 * 1024 * 1024
CHUNK = 64 * 1024


def for_pages(stock: type) -> type:
    """The stock middleware, which requests to the API pass by."""

    class ForPages(stock):
        sync_capable = True
        async_capable = False

        def __call__(self, request):
            if request.path_info.startswith(API):
                return self.get_response(request)
            return super().__call__(request)

    if hasattr(stock, "process_view"):

        def process_view(self, request, view, args, kwargs):
            if request.path_info.startswith(API):
                return None
            return super(ForPages, self).process_view(request, view, args, kwargs)

        ForPages.process_view = process_view

    ForPages.__name__ = ForPages.__qualname__ = f"Page{stock.__name__}"
    return ForPages


PageSecurityMiddleware = for_pages(SecurityMiddleware)
PageStaticFilesMiddleware = for_pages(WhiteNoiseMiddleware)
PageSessionMiddleware = for_pages(SessionMiddleware)
PageLocaleMiddleware = for_pages(LocaleMiddleware)
PageCommonMiddleware = for_pages(CommonMiddleware)
PageCsrfMiddleware = for_pages(CsrfViewMiddleware)
PageAuthenticationMiddleware = for_pages(AuthenticationMiddleware)
PageMessageMiddleware = for_pages(MessageMiddleware)
PageTemporaryPasswordMiddleware = for_pages(TemporaryPasswordMiddleware)
PageClickjackingMiddleware = for_pages(XFrameOptionsMiddleware)
PageRedirectMiddleware = for_pages(RedirectMiddleware)


def _discard(request: HttpRequest, length: int) -> None:
    stream = request.META["wsgi.input"]
    while length > 0 and (chunk := stream.read(min(length, CHUNK))):
        length -= len(chunk)


class ApiHeadersMiddleware:
    """The security headers of an answer of the API; pages get theirs from Django's middlewares."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.headers = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "X-Frame-Options": "DENY",
        }
        if settings.SECURE_HSTS_SECONDS:
            self.headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith(API):
            headers = response.headers
            for name, value in self.headers.items():
                headers.setdefault(name, value)
        return response


class BodyLimitMiddleware:
    """Refuses a body that says it is too large before any of it is looked at.

    Up to a bound it is still taken off the line and thrown away: a client that finds the connection closed while it is
    sending may never see the answer.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH")
        if length and length != "0":
            is_upload = request.META.get("CONTENT_TYPE", "").startswith("multipart/")
            most = settings.UPLOAD_MAX_BYTES if is_upload else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            if not (length.isascii() and length.isdigit()):
                return error_response(request, Invalid("Content-Length is not a number."))
            if len(length) > 18 or int(length) > most:
                if len(length) <= 18 and int(length) <= DISCARDED:
                    _discard(request, int(length))
                return error_response(request, TooLarge(f"The body may have at most {most} bytes."))
        return self.get_response(request)
