"""One shape for every error of the API, whoever raised it: `{"type", "errors": [{"code", "detail", "attr"}]}`.

HTTP statuses of domain errors are known here and nowhere else.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote

from django.core import exceptions as django_errors
from django.core.signals import got_request_exception
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    JsonResponse,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.urls import Resolver404, resolve
from psycopg2.errorcodes import FOREIGN_KEY_VIOLATION
from rest_framework import exceptions as drf_errors

from api.error_texts import translated
from api.redirects import BlogMoved, below_new_slug
from core import errors
from core.errors import DomainError, Problem

logger = logging.getLogger(__name__)

STATUS_OF = {
    errors.Invalid: HTTPStatus.BAD_REQUEST,
    errors.NotSignedIn: HTTPStatus.UNAUTHORIZED,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.LengthUnknown: HTTPStatus.BAD_REQUEST,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
CHALLENGE = 'Bearer realm="api"'
RETRY_AFTER_SECONDS = 5
NOT_FOUND = Problem("Not found.", "not_found")
FAULT = Problem("Something went wrong on our side.", "error")


@dataclass
class Refusal:
    """What an exception means in HTTP."""

    status: int
    problems: list[Problem]
    is_validation: bool = False
    extra: dict = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        if self.status >= 500:
            return "server_error"
        return "validation_error" if self.is_validation else "client_error"

    def response(self) -> HttpResponse:
        listed = [{"code": p.code, "detail": translated(p.detail), "attr": p.attr} for p in self.problems]
        body = {**self.extra, "type": self.type, "errors": listed}
        if self.status == HTTPStatus.UNAUTHORIZED:
            self.headers.setdefault("WWW-Authenticate", CHALLENGE)
        headers = {"Cache-Control": "no-store", "Vary": "Accept-Language", **self.headers}
        return JsonResponse(body, status=self.status, headers=headers)


def exception_handler(error: Exception, context: dict) -> HttpResponse:
    """DRF's `EXCEPTION_HANDLER`."""
    from rest_framework.views import set_rollback  # which imports our authentication, and so this module, first

    set_rollback()
    return error_response(error, getattr(context.get("request"), "_request", context.get("request")))


def error_response(error: Exception, request: HttpRequest | None) -> HttpResponse:
    """The answer to a request whose view raised `error`; what is a fault of ours is logged."""
    if isinstance(error, BlogMoved):
        return below_new_slug(request, error.old, error.new)
    refusal = refusal_of(error)
    if refusal.status >= 500:
        logger.error("%s: %s", type(error).__name__, getattr(request, "path", ""), exc_info=error)
        if refusal.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            got_request_exception.send(sender=None, request=request)
    return refusal.response()


def refusal_of(error: Exception) -> Refusal:
    """What the exception means in HTTP; one that nobody expected is a 500 that says nothing of its cause."""
    if isinstance(error, DomainError):
        return _of_domain(error)
    if isinstance(error, drf_errors.APIException):
        return _of_drf(error)
    if isinstance(error, django_errors.ValidationError):
        return Refusal(HTTPStatus.BAD_REQUEST, list(_problems_of(error)), is_validation=True)
    if isinstance(error, Http404 | django_errors.ObjectDoesNotExist):
        return Refusal(HTTPStatus.NOT_FOUND, [NOT_FOUND])
    if isinstance(error, django_errors.PermissionDenied):
        return _of_domain(errors.NotAllowed())
    if isinstance(error, django_errors.RequestDataTooBig):
        return _of_domain(errors.TooLarge("The body is too large."))
    if isinstance(error, django_errors.SuspiciousOperation | django_errors.BadRequest | MultiPartParserError):
        return Refusal(HTTPStatus.BAD_REQUEST, [Problem("The request could not be understood.", "bad_request")])
    if isinstance(error, UnreadablePostError):
        return Refusal(HTTPStatus.BAD_REQUEST, [Problem("The body ended too early.", "bad_request")])
    if isinstance(error, OperationalError | InterfaceError):
        return _of_domain(errors.Unavailable(retry_after=RETRY_AFTER_SECONDS))
    if isinstance(error, IntegrityError) and _is_broken_reference(error):
        return _of_broken_reference(error)
    if type(error) is LookupError:  # what Python says of a charset that is none, named by the request
        return Refusal(HTTPStatus.BAD_REQUEST, [Problem("Unknown charset.", "bad_request")])
    return Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, [FAULT])


def _is_broken_reference(error: IntegrityError) -> bool:
    """By PostgreSQL's code, since its words are in the server's language; SQLite has words only."""
    code = getattr(error.__cause__, "pgcode", None)
    return code == FOREIGN_KEY_VIOLATION or (code is None and "foreign key" in str(error).lower())


def _of_broken_reference(error: IntegrityError) -> Refusal:
    """Somebody else was quicker: what this was to refer to is gone, or what was to be deleted has got company."""
    logger.warning("a reference was broken", exc_info=error)
    if "update or delete on table" in str(error):  # PostgreSQL's words; SQLite lets one write at a time
        return _of_domain(errors.Unavailable(retry_after=RETRY_AFTER_SECONDS))
    return _of_domain(errors.NotFound())


def _of_domain(error: DomainError) -> Refusal:
    status = next(
        (STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF), HTTPStatus.INTERNAL_SERVER_ERROR
    )
    extra = dict(error.extra)
    headers = {}
    if (wait := extra.pop("retry_after", None)) is not None:
        headers["Retry-After"] = str(wait)
    if isinstance(error, errors.NotSignedIn) and error.problems[0].code == "token_not_valid":
        headers["WWW-Authenticate"] = f'{CHALLENGE}, error="invalid_token"'
    return Refusal(status, error.problems, isinstance(error, errors.Invalid), extra, headers)


def _of_drf(error: drf_errors.APIException) -> Refusal:
    from drf_standardized_errors.formatter import flatten_errors  # see `exception_handler`

    headers = {}
    status = error.status_code
    if isinstance(error, drf_errors.NotAuthenticated | drf_errors.AuthenticationFailed):
        status = HTTPStatus.UNAUTHORIZED
    if isinstance(error, drf_errors.Throttled) and error.wait is not None:
        headers["Retry-After"] = str(int(error.wait))
    problems = [Problem(found.detail, found.code, found.attr) for found in flatten_errors(error.detail)]
    is_validation = isinstance(error, drf_errors.ValidationError)
    return Refusal(status, problems or [FAULT], is_validation, headers=headers)


def _problems_of(error: django_errors.ValidationError):
    if hasattr(error, "error_dict"):
        for attr, found in error.error_dict.items():
            name = None if attr == django_errors.NON_FIELD_ERRORS else attr
            for one in found:
                yield Problem(" ".join(one.messages), one.code or "invalid", name)
    else:
        for one in error.error_list:
            yield Problem(" ".join(one.messages), one.code or "invalid")


def not_found(request: HttpRequest, **kwargs) -> HttpResponse:
    """The answer below `/api/` where nothing is; to a GET without the slash at its end, where it would be found."""
    path = request.path_info
    if request.method in ("GET", "HEAD") and not path.endswith("/"):
        try:
            is_missed = resolve(f"{path}/").func is not not_found
        except Resolver404:
            is_missed = False
        if is_missed:
            query = request.META.get("QUERY_STRING")
            return HttpResponsePermanentRedirect(f"{quote(path)}/{'?' if query else ''}{query}")
    return Refusal(HTTPStatus.NOT_FOUND, [NOT_FOUND]).response()
