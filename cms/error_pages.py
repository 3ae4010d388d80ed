"""Errors that no view answered: in the API's error shape below `/api/`, as a page elsewhere."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext, gettext_lazy

from api import errors as api_errors

API = "/api/"

DETAILS = {
    HTTPStatus.BAD_REQUEST: gettext_lazy("The request could not be understood."),
    HTTPStatus.FORBIDDEN: gettext_lazy("You do not have permission to see this."),
    HTTPStatus.NOT_FOUND: gettext_lazy("There is nothing here."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: gettext_lazy("That was more than is accepted at once."),
    HTTPStatus.INTERNAL_SERVER_ERROR: gettext_lazy("Something went wrong on our side."),
}


def error_response(request: HttpRequest, error: Exception) -> HttpResponse:
    """The answer to a request that ended with `error`, in the form that suits its path."""
    if request.path_info.startswith(API):
        return api_errors.error_response(error, request)
    return _page(HTTPStatus(api_errors.refusal_of(error).status))


def _page(status: HTTPStatus) -> HttpResponse:
    facts = {"status": status.value, "title": gettext(status.phrase), "detail": DETAILS.get(status, "")}
    return HttpResponse(loader.render_to_string("error.html", facts), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler400`."""
    return error_response(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler403`."""
    return error_response(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler404`."""
    if request.path_info.startswith(API):
        return api_errors.not_found(request)
    return _page(HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`; Django has logged the error."""
    if request.path_info.startswith(API):
        return api_errors.Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, [api_errors.FAULT]).response()
    return _page(HTTPStatus.INTERNAL_SERVER_ERROR)
