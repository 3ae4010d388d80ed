"""GET as fast as it gets: views that read without DRF's machinery, their answers, and the cache of hot pages.

A `ReadView` is an APIView, so that DRF documents it and answers every other method, but its `get` takes the plain
request and returns a finished response.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from rest_framework.views import APIView

from accounts.viewers import ANONYMOUS, Viewer
from api import cursors
from api.authentication import identify
from api.errors import error_response
from api.identifiers import id_of
from blogs import reads, visibility
from blogs.models import PostCard
from core import clock, holes
from core.errors import NotFound, NotSignedIn

PUBLIC = "public, no-cache"
PRIVATE = "private, no-cache"
VARY = "Authorization, Accept-Encoding, Origin"


class ReadView(APIView):
    """Answers GET by `get(request, **kwargs)`, with `request.viewer` set; all other methods are DRF's."""

    def dispatch(self, request: HttpRequest, *args, **kwargs):
        if request.method not in ("GET", "HEAD") or not hasattr(self, "get"):
            return super().dispatch(request, *args, **kwargs)
        try:
            request.viewer = identify(request) if "HTTP_AUTHORIZATION" in request.META else ANONYMOUS
            return self.get(request, *args, **kwargs)
        except Exception as error:
            return error_response(error, request)


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an answer, until when it may be shown, and the version of everything public that it is of."""

    body: str
    good_until: datetime | None = None
    version: int | None = None


class HotPages:
    """The answers that are asked for most, for anonymous readers, in this process.

    A kept answer is sent only while the version in the database is still its own, which costs one small query, and
    never past the time at which something in it expires. It is made anew after `LIFETIME` in any case, which bounds how
    late the end of a block shows.
    """

    LIFETIME = 0.25
    MOST_BYTES = 32 * 1024 * 1024

    def __init__(self):
        self._kept: OrderedDict[str, tuple[float, Answer, bytes, str]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def find(self, key: str) -> tuple[bytes, str] | None:
        """The bytes and ETag of the answer kept under this key, if it still holds."""
        kept = self._kept.get(key)
        if kept is None or kept[0] < time.monotonic():
            return None
        _, answer, body, etag = kept
        if answer.good_until is not None and answer.good_until <= clock.now():
            return None
        return (body, etag) if reads.version() == answer.version else None

    def keep(self, key: str, answer: Answer, body: bytes, etag: str) -> None:
        """Keep an answer, forgetting the oldest ones when there is no room."""
        with self._lock:
            self._drop(key)
            self._kept[key] = (time.monotonic() + self.LIFETIME, answer, body, etag)
            self._bytes += len(body)
            while self._bytes > self.MOST_BYTES:
                self._drop(next(iter(self._kept)))

    def forget(self) -> None:
        """Keep nothing of what was kept."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _drop(self, key: str) -> None:
        kept = self._kept.pop(key, None)
        if kept:
            self._bytes -= len(kept[2])


hot_pages = HotPages()


def answer(request: HttpRequest, make: Callable[[], Answer]) -> HttpResponse:
    """The response for a read: from the hot pages where possible, with ETag, and 304 when the caller has it already."""
    if not request.viewer.is_anonymous:
        return _respond(request, *_seal(make()), PRIVATE)
    key = request.get_full_path()
    found = hot_pages.find(key)
    if found is None:
        made = make()
        found = _seal(made)
        if made.version is not None:
            hot_pages.keep(key, made, *found)
    return _respond(request, *found, PUBLIC)


def _seal(made: Answer) -> tuple[bytes, str]:
    body = made.body.encode()
    return body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def _respond(request: HttpRequest, body: bytes, etag: str, cache_control: str) -> HttpResponse:
    if etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type="application/json")
    response["ETag"] = etag
    response["Cache-Control"] = cache_control
    response["Vary"] = VARY
    return response


def list_answer(
    request: HttpRequest,
    *,
    name: str,
    known: tuple[str, ...] = (),
    order: reads.Order,
    read: Callable[..., reads.ListRead],
    **meta,
) -> HttpResponse:
    """The response for a keyset-paginated list.

    `read(viewer=, order=, limit=, after=, backward=)` reads a page; `known` are the filters the list has; `meta` is
    added to its `meta`. Raises `Invalid` for bad parameters.
    """
    query = request.GET
    cursors.refuse_unknown(query, ("limit", "cursor", *known))
    scope = cursors.scope_of(name, query)
    limit = cursors.read_limit(query)
    position = cursors.read_cursor(query, scope)

    def make() -> Answer:
        found = read(
            viewer=request.viewer,
            order=order,
            limit=limit,
            after=position.key if position else None,
            backward=bool(position and position.is_backward),
        )
        page = cursors.cut_page(found.rows, limit=limit, position=position, key_of=lambda row: row.key)
        head = holes.dumps(cursors.meta(request.path, query, scope, page=page, **meta))
        body = f'{{"meta":{head},"items":[{",".join(row.json for row in page.rows)}]}}'
        ends = [row.good_until for row in page.rows if row.good_until]
        return Answer(body, min(ends, default=None), found.version)

    return answer(request, make)


def json_response(text: str, *, status: int = 200) -> HttpResponse:
    """A response with JSON text that is ready made, not to be kept by anybody."""
    return HttpResponse(text, content_type="application/json", status=status, headers={"Cache-Control": "no-store"})


def find_post(viewer: Viewer, id: str | int) -> PostCard:
    """The card of a post the viewer may open. Raises `NotFound`."""
    card = visibility.posts_seen_by(viewer).filter(pk=id_of(id)).first()
    if card is None:
        raise NotFound
    return card


def require_sign_in(viewer: Viewer) -> None:
    """Raise `NotSignedIn` for the anonymous."""
    if viewer.is_anonymous:
        raise NotSignedIn
