"""The answers that are asked for most, kept in this process and sent without asking Django."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.http import HttpResponse

from api.etags import is_named
from blogs import reads
from core import clock, request_ids
from core.metrics import count_request

OF_THE_BODY = frozenset({"content-type", "content-length"})
OF_THE_REQUEST = frozenset({"x-request-id"})


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an answer, until when it may be shown, and the version of everything public that it is of."""

    body: str
    good_until: datetime | None = None
    version: int | None = None


@dataclass(slots=True)
class HotPage:
    """An answer that is kept: ready bytes, and the headers it was sent with, by the host it was asked from."""

    answer: Answer
    body: bytes
    etag: str
    until: float
    route: str
    headers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


class HotPages:
    """The answers that are asked for most, for anonymous readers, in this process.

    A kept answer is sent only while the version in the database is still its own, which costs one small query, and
    never past the time at which something in it expires. It is made anew after `LIFETIME` in any case, which bounds how
    late the end of a block shows.
    """

    LIFETIME = 0.25
    MOST_BYTES = 32 * 1024 * 1024

    def __init__(self):
        self._kept: OrderedDict[str, HotPage] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def find(self, key: str) -> HotPage | None:
        """The answer kept under this key, if it still holds."""
        page = self._kept.get(key)
        if page is None or page.until < time.monotonic():
            return None
        good_until = page.answer.good_until
        if good_until is not None and good_until <= clock.now():
            return None
        return page if reads.version() == page.answer.version else None

    def knows(self, key: str, host: str) -> bool:
        """Whether an answer is kept under this key, holding or not, that was sent to this host."""
        page = self._kept.get(key)
        return page is not None and host in page.headers

    def keep(self, key: str, answer: Answer, body: bytes, etag: str, *, route: str) -> HotPage:
        """Keep an answer, forgetting the oldest ones when there is no room. The route is what it is counted under."""
        page = HotPage(answer, body, etag, time.monotonic() + self.LIFETIME, route)
        with self._lock:
            self._drop(key)
            self._kept[key] = page
            self._bytes += len(body)
            while self._bytes > self.MOST_BYTES:
                self._drop(next(iter(self._kept)))
        return page

    def forget(self) -> None:
        """Keep nothing of what was kept."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _drop(self, key: str) -> None:
        page = self._kept.pop(key, None)
        if page:
            self._bytes -= len(page.body)


hot_pages = HotPages()


def key_of(environ: dict) -> str:
    """Under what an answer is kept: the address as it was sent. `environ` is WSGI's, or a request's `META`."""
    return f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}"


def respond(environ: dict, start_response: Callable) -> list[bytes] | None:
    """Answer a request of WSGI's from the hot pages; None if that is for Django to do.

    What is sent are the headers that Django sent with the same answer to the same host, so that nothing is decided
    here. A request with a credential, or from a page of another origin, is Django's.
    """
    if environ["REQUEST_METHOD"] != "GET" or "HTTP_AUTHORIZATION" in environ or "HTTP_ORIGIN" in environ:
        return None
    key, host = key_of(environ), environ.get("HTTP_HOST", "")
    if not hot_pages.knows(key, host):
        return None
    began = time.perf_counter()
    try:
        connection.close_if_unusable_or_obsolete()  # as Django does when a request begins
        page = hot_pages.find(key)
    except Exception:
        return None  # the database does not answer: Django says so
    headers = page.headers.get(host) if page else None
    if headers is None:
        return None
    named = ("X-Request-ID", request_ids.name_of(environ))
    is_known = is_named(page.etag, environ)
    count_request("GET", page.route, 304 if is_known else 200, seconds=time.perf_counter() - began)
    if is_known:
        start_response("304 Not Modified", [*(pair for pair in headers if pair[0].lower() not in OF_THE_BODY), named])
        return []
    start_response("200 OK", [*headers, named])
    return [page.body]


def learn(environ: dict, response: HttpResponse) -> None:
    """Remember the headers that Django sent with a hot page."""
    page = getattr(response, "hot_page", None)
    if page is not None and response.status_code == 200 and "HTTP_ORIGIN" not in environ and not response.cookies:
        headers = [pair for pair in response.items() if pair[0].lower() not in OF_THE_REQUEST]
        page.headers[environ.get("HTTP_HOST", "")] = headers
