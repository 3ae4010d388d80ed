"""`/healthz`, `/readyz` and `/metrics`: answered before anything else looks at the request.

Those who ask come by an address of their own, without the site's host name, and go on asking when all else fails.
"""

from __future__ import annotations

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from cms import error_pages, metrics
from cms.health import FINE, readiness

UNKEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class ProbesMiddleware:
    """Answers the three addresses; every other request goes on."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.answers = {"/healthz": _alive, "/readyz": _ready, "/metrics": _numbers}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.answers.get(request.path_info)
        if answer is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        return answer(request)


def _alive(request: HttpRequest) -> HttpResponse:
    """This process answers, whatever it depends on."""
    return JsonResponse({"status": "ok"}, headers=UNKEPT)


def _ready(request: HttpRequest) -> HttpResponse:
    """All that this process depends on answers, and the database has every migration."""
    parts = readiness.look()
    failed = [name for name, words in parts.items() if words != FINE]
    status = HTTPStatus.SERVICE_UNAVAILABLE if failed else HTTPStatus.OK
    content = {"status": "unavailable" if failed else "ok", "failed": failed, "checks": parts}
    response = JsonResponse(content, status=status, headers=UNKEPT)
    response._has_been_logged = True  # by the parts; Django would log each 503 as an error of ours
    return response


def _numbers(request: HttpRequest) -> HttpResponse:
    """The numbers, or for strangers what any address without a page gives."""
    return metrics.show() if metrics.may_look(request.META) else error_pages.not_found(request, Http404())
