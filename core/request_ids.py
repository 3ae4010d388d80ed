"""The request being answered: its id, in its answer's `X-Request-ID`, and its user, on every log line it causes."""

from __future__ import annotations

import logging
import re
import secrets
from contextvars import ContextVar

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")

current: ContextVar[str] = ContextVar("request_id", default="-")
_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


def name_of(environ: dict) -> str:
    """The id for a request: the caller's `X-Request-ID` if it is sane, else a new one."""
    given = environ.get("HTTP_X_REQUEST_ID")
    return given if given and SANE.fullmatch(given) else secrets.token_hex(16)


class RequestIdMiddleware:
    """Takes the caller's `X-Request-ID` if it is sane, else makes one, and sends it back."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.request_id = name = name_of(request.META)
        token, of_request = current.set(name), _request.set(request)
        try:
            response = self.get_response(request)
        finally:
            current.reset(token)
            _request.reset(of_request)
        response.headers["X-Request-ID"] = name
        return response


class RequestIdFilter(logging.Filter):
    """Gives each log record the id of the request it belongs to, `-` outside of requests, and its user's as `by`."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id"):
            request = getattr(record, "request", None)
            record.request_id = getattr(request, "request_id", None) or current.get()
        if not hasattr(record, "by") and (user := _known_user()) is not None:
            record.by = user
        return True


def request_now() -> HttpRequest | None:
    """The request being answered, if there is one; for what is written down about its origin, never for its user."""
    return _request.get()


def _known_user() -> int | None:
    """Whose request it is, if that was found out already: nothing is asked of the database for a log line."""
    request = _request.get()
    if request is None:
        return None
    known = vars(request)
    if viewer := known.get("viewer"):
        return viewer.user_id
    user = known.get("_cached_user") or known.get("user")
    return None if user is None or isinstance(user, SimpleLazyObject) else user.pk
