"""Errors that no view answered: in the API's error shape below `/api/`, as a page elsewhere."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader


def error_response(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    """An error answer in the form that suits the path."""
    if request.path_info.startswith("/api/"):
        kind = "server_error" if status >= 500 else "client_error"
        return JsonResponse({"type": kind, "errors": [{"code": code, "detail": detail, "attr": None}]}, status=status)
    facts = {"status": status, "title": HTTPStatus(status).phrase, "detail": detail}
    return HttpResponse(loader.render_to_string("error.html", facts), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, 400, "bad_request", "The request could not be understood.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, 403, "permission_denied", "You do not have permission to perform this action.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, 404, "not_found", "Not found.")


def server_error(request: HttpRequest) -> HttpResponse:
    return error_response(request, 500, "error", "Something went wrong on our side.")
