"""The id of the request being answered: in its answer's `X-Request-ID` and on every log line it causes."""

from __future__ import annotations

import logging
import re
import uuid
from contextvars import ContextVar

SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")

current: ContextVar[str] = ContextVar("request_id", default="-")


def name_of(environ: dict) -> str:
    """The id for a request: the caller's `X-Request-ID` if it is sane, else a new one."""
    given = environ.get("HTTP_X_REQUEST_ID")
    return given if given and SANE.fullmatch(given) else uuid.uuid4().hex


class RequestIdMiddleware:
    """Takes the caller's `X-Request-ID` if it is sane, else makes one, and sends it back."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.request_id = name = name_of(request.META)
        token = current.set(name)
        try:
            response = self.get_response(request)
        finally:
            current.reset(token)
        response.headers["X-Request-ID"] = name
        return response


class RequestIdFilter(logging.Filter):
    """Gives each log record the id of the request it belongs to, `-` outside of requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id"):
            request = getattr(record, "request", None)
            record.request_id = getattr(request, "request_id", None) or current.get()
        return True
