"""GET as fast as it gets: views that read without DRF's machinery, and their answers.

A `ReadView` is an APIView, so that DRF documents it and answers every other method, but its `get` takes the plain
request and returns a finished response.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from rest_framework.views import APIView

from accounts.viewers import Viewer
from api import cursors
from api.authentication import identify, read_as
from api.errors import error_response
from api.etags import is_named
from api.hot_pages import Answer, hot_pages, key_of
from api.identifiers import id_of
from blogs import reads, visibility
from blogs.models import PostCard
from core import holes
from core.errors import NotFound, NotSignedIn
from core.replicas import replica

PUBLIC = "public, no-cache"
PRIVATE = "private, no-cache"
VARY = "Authorization, Accept-Encoding, Origin"


class ReadView(APIView):
    """Answers GET by `get(request, **kwargs)`, with `request.viewer` set; all other methods are DRF's."""

    only_reads = False
    """Whether `get` does nothing but read, in one query as a rule: then who is signed in costs no other one."""

    def dispatch(self, request: HttpRequest, *args, **kwargs):
        if request.method not in ("GET", "HEAD") or not hasattr(self, "get"):
            return super().dispatch(request, *args, **kwargs)

        def read(viewer: Viewer) -> HttpResponse:
            request.viewer = viewer
            return self.get(request, *args, **kwargs)

        try:
            return read_as(request, read) if self.only_reads else read(identify(request))
        except Exception as error:
            return error_response(error, request)


def answer(request: HttpRequest, make: Callable[[], Answer], *, anywhere: bool = False) -> HttpResponse:
    """The response for a read: from the hot pages where possible, with ETag, and 304 when the caller has it already.

    What every change of is noted (see `reads.version`) may be read `anywhere`: for the anonymous, from a replica too.
    """
    if not request.viewer.is_anonymous:
        return _respond(request, *_seal(make()), PRIVATE)
    key = key_of(request.META)
    page = hot_pages.find(key)
    if page is None:
        made = replica.read(make, version=reads.version) if anywhere else make()
        body, etag = _seal(made)
        if made.version is None:
            return _respond(request, body, etag, PUBLIC)
        page = hot_pages.keep(key, made, body, etag, route=request.resolver_match.route)
    response = _respond(request, page.body, page.etag, PUBLIC)
    response.hot_page = page
    return response


def _seal(made: Answer) -> tuple[bytes, str]:
    body = made.body.encode()
    return body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def _respond(request: HttpRequest, body: bytes, etag: str, cache_control: str) -> HttpResponse:
    if is_named(etag, request.META):
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
    anywhere: bool = False,
    **meta,
) -> HttpResponse:
    """The response for a keyset-paginated list.

    `read(viewer=, order=, limit=, after=, backward=)` reads a page; `known` are the filters the list has; `meta` is
    added to its `meta`; for `anywhere` see `answer`. Raises `Invalid` for bad parameters.
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

    return answer(request, make, anywhere=anywhere)


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
