"""Whole posts by the dozen: for feeds, and for who carries the site elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from accounts.viewers import ANONYMOUS, Viewer
from blogs import page_links, visibility
from blogs.models import PostCard
from blogs.reads.keyset import slotted, viewer_kind
from blogs.reads.posts import POST_COLUMNS, PostFilter, neighbour, post_json, spliced, version_of
from core import clock
from core.slots import Slots
from core.statements import statement

MOST = 100
"""How many posts are read at once."""
_SIZES = (1, 10, MOST)

_COLUMNS = (*POST_COLUMNS, "version", "liked", "detail", "owner_detail", "previous", "next")
_EXPIRE_AT = POST_COLUMNS.index("expire_at")
_DETAIL = _COLUMNS.index("detail")
_BETWEEN = "\x00"
_COUNTERS = {POST_COLUMNS.index(name) for name in ("like_count", "comment_count", "reply_count", "withheld")}


class WholePost(NamedTuple):
    """A Post as everybody reads it: its JSON text, the same with all counters 0, and what its list needs to know."""

    id: int
    json: str
    uncounted: str
    slug: str
    title: str
    previous: int | None
    next: int | None
    expire_at: datetime | None


def public_posts(ids: Collection[int]) -> dict[int, WholePost]:
    """Those of at most `MOST` posts that everybody may see now, by their ids. One query."""
    if not ids:
        return {}
    at = clock.now()
    size = next(size for size in _SIZES if len(ids) <= size)

    def build(slots: Slots) -> QuerySet:
        wanted = [slots.number(f"id {place}") for place in range(size)]
        posts = PostCard.objects.filter(visibility.public(at=slots.time("at")), pk__in=wanted)
        posts = posts.annotate(previous=neighbour(slots, "lt", "-"), next=neighbour(slots, "gt", ""))
        return spliced(posts, None, slots).values_list(*_COLUMNS, "title")

    values = dict.fromkeys((f"id {place}" for place in range(size)), 0)
    values |= {f"id {place}": pk for place, pk in enumerate(ids)}
    rows = _linked(statement(("whole posts", size), build).rows(at=at, **values))
    return {row[0]: _whole(row, at) for row in rows}


def _linked(rows: list[tuple]) -> list[tuple]:
    """The rows with their links to pages filled in, for all of them at once. Two queries where there are any."""
    if not any(page_links.are_in(row[_DETAIL]) for row in rows):
        return rows
    details = page_links.fill(_BETWEEN.join(row[_DETAIL] for row in rows)).split(_BETWEEN)
    return [(*row[:_DETAIL], detail, *row[_DETAIL + 1 :]) for row, detail in zip(rows, details, strict=True)]


def _whole(row: tuple, at: datetime) -> WholePost:
    *row, title = row
    previous, following = row[-2:]
    uncounted = [0 if place in _COUNTERS else value for place, value in enumerate(row)]
    return WholePost(
        id=row[0],
        json=post_json(row, at, ANONYMOUS),
        uncounted=post_json(uncounted, at, ANONYMOUS, is_shared=False),
        slug=row[2],
        title=title,
        previous=previous and previous["id"],
        next=following and following["id"],
        expire_at=row[_EXPIRE_AT],
    )


class WholeList(NamedTuple):
    """The newest posts of a list as JSON texts, until when they may be shown, and the version they are of."""

    posts: list[str]
    good_until: datetime | None
    version: int | None


def newest_posts(*, viewer: Viewer, where: PostFilter, limit: int) -> WholeList:
    """The newest posts of a list, whole but for their neighbours. One query."""
    at = clock.now()

    def build(slots: Slots) -> QuerySet:
        looking = slotted(viewer, slots)
        seen = visibility.public if where.only_public else lambda at: visibility.listed(looking, at=at)
        posts = where.narrow(PostCard.objects.filter(seen(at=slots.time("at"))), slots)
        posts = posts.order_by("-published_at", "-pk")
        return spliced(posts, None, slots).values_list(*_COLUMNS[:-2])[:limit]

    shape = ("newest whole posts", viewer_kind(viewer), where.shape, limit)
    rows = _linked(statement(shape, build).rows(at=at, viewer=viewer.user_id, **where.values))
    ends = [row[_EXPIRE_AT] for row in rows if row[_EXPIRE_AT]]
    texts = [post_json((*row, None, None), at, ANONYMOUS) for row in rows]
    return WholeList(texts, min(ends, default=None), version_of(rows[0]) if rows else None)
