"""A request to the API passes by sessions, messages and CSRF; a page has them."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from cms import middleware
from tests.client import is_error


class Witness:
    """A middleware of pages that notes on the request what was asked of it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        self.note(request, "call")
        return self.get_response(request)

    def note(self, request, what):
        request.witnessed = [*getattr(request, "witnessed", []), what]

    def process_view(self, request, view, args, kwargs):
        self.note(request, "view")

    def process_template_response(self, request, response):
        self.note(request, "template")
        return response

    def process_exception(self, request, error):
        self.note(request, "exception")


class TestARequestToTheApi:
    def test_passes_by_the_middlewares_of_pages(self, settings):
        settings.PAGE_MIDDLEWARE = ["tests.house.test_middlewares.Witness"]
        seen = {}
        for path in ("/api/v2/anything/", "/anything/"):
            request = RequestFactory().get(path)
            door = middleware.ApiOrPageMiddleware(lambda request: HttpResponse())
            door.process_view(request, None, (), {})
            door.process_template_response(request, HttpResponse())
            door.process_exception(request, ValueError())
            door(request)
            seen[path] = getattr(request, "witnessed", [])
        assert seen == {"/api/v2/anything/": [], "/anything/": ["view", "template", "exception", "call"]}

    def test_gets_neither_session_nor_user(self, db):
        seen = []

        def view(request):
            seen.append(request)
            return HttpResponse()

        middleware.ApiOrPageMiddleware(view)(RequestFactory().get("/api/v2/anything/"))
        middleware.ApiOrPageMiddleware(view)(RequestFactory().get("/admin/"))
        assert [hasattr(request, "session") for request in seen] == [False, True]
        assert [hasattr(request, "user") for request in seen] == [False, True]

    def test_needs_no_csrf_token_and_gets_no_cookie(self, db):
        answer = Client(enforce_csrf_checks=True).post("/api/v2/no/such/thing/", {}, content_type="application/json")
        is_error(answer, 404, "not_found")
        assert not answer.cookies

    def test_does_not_make_vary_depend_on_cookies(self, anyone):
        answer = anyone.call("GET", "schema/", expect=200)
        assert "Cookie" not in answer.headers.get("Vary", "")

    def test_is_answered_with_security_headers(self, anyone):
        headers = anyone.call("GET", "no/such/thing/").headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Frame-Options"] == "DENY"


class TestAPage:
    def test_is_protected_against_csrf(self, db):
        assert (
            Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "a", "password": "b"}).status_code
            == 403
        )

    def test_has_security_headers(self, anyone):
        headers = anyone.call("GET", "/admin/login/", expect=200).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
        assert headers["Referrer-Policy"] == "same-origin"

    def test_that_is_not_there_is_a_page(self, anyone):
        answer = anyone.call("GET", "/no-such-page/", expect=404)
        assert answer.headers["Content-Type"].startswith("text/html")


class TestBodies:
    def test_that_are_too_large_are_refused_before_any_view_sees_them(self, anyone, settings):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        is_error(anyone.call("POST", "auth/token/", data=b"x" * (most + 1)), 413, "too_large")
        is_error(anyone.call("POST", "no/such/thing/", data=b"x" * (most + 1)), 413, "too_large")
        assert anyone.call("POST", "auth/token/", data=b"x" * most).status_code == 400

    def test_that_say_they_are_far_too_large_are_not_even_read(self, settings):
        def view(request):
            raise AssertionError("the body must not get this far")

        size = str(settings.UPLOAD_MAX_BYTES + 1)
        for kind in ("application/json", "multipart/form-data; boundary=x"):
            request = RequestFactory().generic("POST", "/api/v2/x/", "", kind, CONTENT_LENGTH=size)
            is_error(middleware.BodyLimitMiddleware(view)(request), 413, "too_large")

    @pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "²", "9" * 40])
    def test_with_an_odd_length_are_refused(self, length):
        request = RequestFactory().generic("POST", "/api/v2/x/", "", "application/json", CONTENT_LENGTH=length)
        answer = middleware.BodyLimitMiddleware(lambda request: HttpResponse())(request)
        assert answer.status_code in {400, 413}

    def test_of_an_unsaid_length_are_not_taken_for_none(self):
        request = RequestFactory().generic(
            "PATCH", "/api/v2/me/", "", "application/json", HTTP_TRANSFER_ENCODING="chunked"
        )
        is_error(middleware.BodyLimitMiddleware(lambda request: HttpResponse())(request), 400, "length_required")

    def test_of_pages_are_limited_too(self, settings):
        size = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
        request = RequestFactory().generic("POST", "/admin/login/", "x" * size, "text/plain")
        answer = middleware.BodyLimitMiddleware(lambda request: HttpResponse())(request)
        assert answer.status_code == 413
        assert answer.headers["Content-Type"].startswith("text/html")
