"""Contract §1: scripts of the origins in CORS_ALLOWED_ORIGINS may call the API; no others."""

from __future__ import annotations

import pytest

from tests.client import Api

OURS = "https://app.example.org"

STRANGERS = [
    "https://app.evil.org",
    "https://app.example.org.evil.org",
    "http://app.example.org",
    "https://app.example.org:444",
    "null",
    "*",
]


@pytest.fixture
def anyone(db, settings) -> Api:
    """A caller of a server that was started with CORS_ALLOWED_ORIGINS."""
    settings.CORS_ALLOWED_ORIGINS = [OURS]
    settings.MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", *settings.MIDDLEWARE]
    return Api()


class TestAnOriginThatIsNamed:
    def test_may_read_answers_and_what_they_say_in_headers(self, anyone):
        headers = anyone.call("GET", "feed/latest/", headers={"Origin": OURS}).headers
        assert headers["Access-Control-Allow-Origin"] == OURS
        assert "Access-Control-Allow-Credentials" not in headers
        assert {"ETag", "Retry-After", "X-Request-ID"} <= set(headers["Access-Control-Expose-Headers"].split(", "))
        assert "origin" in headers["Vary"].lower()

    def test_may_send_a_token(self, anyone):
        asked = {
            "Origin": OURS,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization, content-type",
        }
        headers = anyone.call("OPTIONS", "me/", expect=200, headers=asked).headers
        assert headers["Access-Control-Allow-Origin"] == OURS
        assert "PATCH" in headers["Access-Control-Allow-Methods"]
        assert "authorization" in headers["Access-Control-Allow-Headers"]

    def test_may_not_read_the_admin(self, anyone):
        assert (
            "Access-Control-Allow-Origin" not in anyone.call("GET", "/admin/login/", headers={"Origin": OURS}).headers
        )


class TestAnyOther:
    @pytest.mark.parametrize("origin", STRANGERS)
    def test_may_not(self, origin, anyone):
        asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        assert "Access-Control-Allow-Origin" not in anyone.call("GET", "feed/latest/", headers=asked).headers
        assert "Access-Control-Allow-Origin" not in anyone.call("OPTIONS", "me/", headers=asked).headers
