"""What a request brought and no view read does not stay on the connection, where the next request would find it."""

from __future__ import annotations

import io
from wsgiref.util import setup_testing_defaults

import pytest

from cms.unread_bodies import MOST
from cms.wsgi import application


class Sent(io.BytesIO):
    """A body on its way, that says whether its sender went away in the middle."""

    def __init__(self, size: int, *, breaks: bool = False):
        super().__init__(b"x" * size)
        self.breaks = breaks

    def read(self, size=-1):
        chunk = super().read(size)
        if self.breaks and not chunk:
            raise OSError("gone")
        return chunk

    @property
    def left(self) -> int:
        return len(self.getbuffer()) - self.tell()


@pytest.fixture
def refuse(db):
    """Sends a body to where nobody is let in, and gives the status and the headers of the answer."""

    def call(body: io.BytesIO, **named) -> tuple[str, dict[str, str]]:
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/api/v2/me/notifications/read/",
            "CONTENT_TYPE": "application/json",
            "wsgi.input": body,
            **named,
        }
        setup_testing_defaults(environ)
        answers = []
        b"".join(application(environ, lambda status, headers: answers.append((status, dict(headers)))))
        [(status, headers)] = answers
        return status, headers

    return call


class TestTheBodyOfARefusedRequest:
    def test_is_taken_off_the_connection(self, refuse):
        body = Sent(300_000)
        status, headers = refuse(body, CONTENT_LENGTH="300000")
        assert (status[:3], body.left, "Connection" in headers) == ("401", 0, False)

    def test_is_taken_off_where_its_length_is_not_said(self, refuse):
        body = Sent(1000)
        status, headers = refuse(body, HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")
        assert (status[:3], body.left, "Connection" in headers) == ("400", 0, False)

    def test_ends_the_connection_where_it_is_too_much(self, refuse):
        body = Sent(10)
        _, headers = refuse(body, CONTENT_LENGTH=str(MOST + 1))
        assert (body.left, headers["Connection"]) == (10, "close")

    def test_ends_the_connection_where_it_does_not_end(self, refuse):
        _, headers = refuse(Sent(MOST + 1), HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")
        assert headers["Connection"] == "close"

    def test_ends_the_connection_where_the_client_waits_to_be_asked_for_it(self, refuse):
        body = Sent(10)
        _, headers = refuse(body, CONTENT_LENGTH="10", HTTP_EXPECT="100-continue")
        assert (body.left, headers["Connection"]) == (10, "close")

    def test_may_break_off(self, refuse):
        status, headers = refuse(Sent(10, breaks=True), CONTENT_LENGTH="1000")
        assert (status[:3], headers["Connection"]) == ("401", "close")
