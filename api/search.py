"""Searching posts, blogs and users."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema

from accounts.querysets import users_visible_to
from accounts.viewers import Viewer
from api import cursors, parameters
from api.hot_pages import Answer
from api.post_reads import FILTERS
from api.reading import ReadView, answer
from api.serializers.search import FoundListSerializer, FoundSerializer
from api.user_documents import user_documents
from blogs import reads
from core import holes
from core.errors import Invalid
from search import kinds
from search.finding import Hit, find
from search.patience import brief_search
from search.posts import found_posts, narrowed, tags_of
from search.queries import Query
from search.tiers import Kind, Narrowing
from search.trigrams import suggestion

TYPES = {"posts": kinds.POSTS, "blogs": kinds.BLOGS, "users": kinds.USERS}
FEW = 10
MOST = 1_000
"""Where a search ends."""
COUNTED = 100
"""The tags of so many of the best posts are counted."""
POST_FILTERS = ("blog", "author", "tag", "published_after", "published_before")


class SearchView(ReadView):
    """Ten posts, blogs and users each, or one full list."""

    @extend_schema(
        operation_id="search",
        tags=["search"],
        summary="Search posts, blogs and users",
        description=(
            "Without `type` ten posts, blogs and users each, best first; with it one list, which ends at 1,000. All "
            "words must be found; the last one also finds what begins with it. Filters narrow the posts."
        ),
        parameters=[
            OpenApiParameter("q", str, required=True, description="Words to find, at most 255 characters."),
            OpenApiParameter("type", str, enum=list(TYPES)),
            *parameters.listing(*FILTERS),
        ],
        responses=PolymorphicProxySerializer("SearchAnswer", [FoundSerializer, FoundListSerializer], None),
    )
    def get(self, request):
        cursors.refuse_unknown(request.GET, ("q", "type", "limit", "cursor", *POST_FILTERS))
        text = parameters.text(request.GET, "q")
        if text is None:
            raise Invalid("Say what to search for.", code="required", attr="q")
        name = parameters.choice(request.GET, "type", TYPES)
        query, where = Query.of(text), _narrowing(request)
        make = _all_kinds if name is None else _one_kind
        return answer(request, make(request, query=query, where=where, name=name))


def _narrowing(request: HttpRequest) -> Narrowing | None:
    query = request.GET
    return narrowed(
        blog=parameters.text(query, "blog"),
        author=parameters.text(query, "author"),
        tag=parameters.text(query, "tag"),
        published_after=parameters.moment(query, "published_after"),
        published_before=parameters.moment(query, "published_before"),
    )


def _find(kind: Kind, where: Narrowing | None, **page) -> list[Hit]:
    if kind is not kinds.POSTS:
        return find(kind, **page)
    return [] if where is None else find(kind, where=where, **page)


def _all_kinds(request: HttpRequest, *, query: Query, where: Narrowing | None, name: None) -> Callable[[], Answer]:
    if "cursor" in request.GET:
        raise Invalid("Name a `type` to go on.", attr="cursor")
    limit = cursors.read_limit(request.GET) if "limit" in request.GET else FEW
    viewer = request.viewer

    def make() -> Answer:
        with brief_search():
            hits = {name: _find(kind, where, query=query, viewer=viewer, limit=limit) for name, kind in TYPES.items()}
            meant = None if any(hits.values()) else suggestion(query, viewer=viewer)
        lists = ",".join(f'"{name}":[{",".join(_shown(name, hits[name], query, viewer))}]' for name in TYPES)
        meta = f',"meta":{holes.dumps({"did_you_mean": meant})}' if meant else ""
        return Answer(f"{{{lists}{meta}}}")

    return make


def _one_kind(request: HttpRequest, *, query: Query, where: Narrowing | None, name: str) -> Callable[[], Answer]:
    scope = cursors.scope_of("search", request.GET)
    limit = cursors.read_limit(request.GET)
    position = cursors.read_cursor(request.GET, scope)
    kind, viewer = TYPES[name], request.viewer
    backward = bool(position and position.is_backward)
    rank, number = position.key if position else (None, 0)
    is_counted = position is None and name == "posts"
    wanted = COUNTED if is_counted else limit + 1

    def make() -> Answer:
        with brief_search():
            most = wanted if backward else min(wanted, MOST - number)
            page = {"limit": most, "after": rank, "backward": backward}
            hits = _find(kind, where, query=query, viewer=viewer, **page) if most > 0 else []
            more = {"tags": tags_of(hits) if is_counted else None, "did_you_mean": None}
            if is_counted and not hits:
                more["did_you_mean"] = suggestion(query, viewer=viewer)
        step = -1 if backward else 1
        rows = [(hit, number + step * place) for place, hit in enumerate(hits[: limit + 1], 1)]
        page = cursors.cut_page(rows, limit=limit, position=position, key_of=lambda row: (row[0].rank, row[1]))
        meta = cursors.meta(request.path, request.GET, scope, page=page, **more)
        items = _shown(name, [hit for hit, _ in page.rows], query, viewer)
        return Answer(f'{{"meta":{holes.dumps(meta)},"items":[{",".join(items)}]}}')

    return make


def _shown(name: str, hits: Sequence[Hit], query: Query, viewer: Viewer) -> list[str]:
    """What was found as JSON texts; what the viewer may not see any more by now is left out."""
    if name == "posts":
        return found_posts(hits, query=query, viewer=viewer)
    ids = [hit.pk for hit in hits]
    if name == "blogs":
        blogs = reads.read_chosen_blogs(viewer=viewer, ids=ids)
        return [blogs[pk] for pk in ids if pk in blogs]
    users = users_visible_to(viewer).filter(pk__in=ids).select_related("avatar", "blocked_by").in_bulk()
    there = [users[pk] for pk in ids if pk in users]
    return [holes.dumps(document) for document in user_documents(there, viewer=viewer)] if there else []
