"""What every answer passes through.

A request to the API needs no session, message, CSRF or language: it passes by the middlewares of pages, which are
listed in `settings.PAGE_MIDDLEWARE`.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.module_loading import import_string

from cms.error_pages import API, error_response
from core.errors import DomainError, Invalid, LengthUnknown, TooLarge

DISCARDED = 32 * 1024 * 1024
CHUNK = 64 * 1024
MOST_HOSTS = 100


class BodyLimitMiddleware:
    """Refuses a body that says it is too large before any of it is looked at.

    Up to a bound it is still taken off the line and thrown away: a client that finds the connection closed while it is
    sending may never see the answer.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH")
        if not length and "HTTP_TRANSFER_ENCODING" in request.META:
            return error_response(request, LengthUnknown())  # Django would take it for a request without a body
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


def _discard(request: HttpRequest, length: int) -> None:
    stream = request.META["wsgi.input"]
    while length > 0 and (chunk := stream.read(min(length, CHUNK))):
        length -= len(chunk)


class ApiOrPageMiddleware:
    """Sends a request to the API straight to its view, and a page's through the middlewares of pages.

    These are put together and asked as Django does with its own list. An answer of the API gets its security headers
    here; a page has them from Django's middlewares.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.api = self.page = get_response
        self.of_view: list[Callable] = []
        self.of_template: list[Callable] = []
        self.of_exception: list[Callable] = []
        for path in reversed(settings.PAGE_MIDDLEWARE):
            try:
                middleware = import_string(path)(self.page)
            except MiddlewareNotUsed:
                continue
            if hasattr(middleware, "process_view"):
                self.of_view.insert(0, middleware.process_view)
            if hasattr(middleware, "process_template_response"):
                self.of_template.append(middleware.process_template_response)
            if hasattr(middleware, "process_exception"):
                self.of_exception.append(middleware.process_exception)
            self.page = convert_exception_to_response(middleware)
        self.known_hosts: set[str] = set()
        self.headers = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "X-Frame-Options": "DENY",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        }
        if settings.SECURE_HSTS_SECONDS:
            self.headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(API):
            return self.page(request)
        self._check_host(request)
        response = self._in_its_language(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        return response

    def _check_host(self, request: HttpRequest) -> None:
        """Raise `DisallowedHost` for a host that is none of ours, as Django's CommonMiddleware does for pages."""
        host = request.META.get("HTTP_HOST")
        if host not in self.known_hosts:
            request.get_host()
            if host and len(self.known_hosts) < MOST_HOSTS:
                self.known_hosts.add(host)

    def _in_its_language(self, request: HttpRequest) -> HttpResponse:
        """Ask the API in the language that the caller prefers: that of errors, and of mails that it causes."""
        if "HTTP_ACCEPT_LANGUAGE" not in request.META:
            return self.api(request)
        with translation.override(translation.get_language_from_request(request)):
            return self.api(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if request.path_info.startswith(API):
            return None
        return _first(process(request, view, args, kwargs) for process in self.of_view)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if request.path_info.startswith(API):
            return None
        return _first(process(request, error) for process in self.of_exception)

    def process_template_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if not request.path_info.startswith(API):
            for process in self.of_template:
                response = process(request, response)
        return response


def _first(answers) -> HttpResponse | None:
    """The first that is an answer; those after it are not asked."""
    return next((answer for answer in answers if answer), None)


class DomainErrorMiddleware:
    """Answers the request for a page whose view ended with an error of the domain, as Wagtail's own views can."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return error_response(request, error) if isinstance(error, DomainError) else None
