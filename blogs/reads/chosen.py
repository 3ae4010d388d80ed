"""Posts and blogs that were chosen elsewhere, by their ids: what a search found, for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.viewers import Viewer
from blogs import visibility
from blogs.models import BlogCard, PostCard
from blogs.reads.blogs import blog_columns, blog_json
from blogs.reads.keyset import slotted, viewer_kind
from blogs.reads.posts import POST_COLUMNS, Liked, card_json, spliced
from core import clock
from core.slots import Slots
from core.statements import statement

_DOCUMENT = POST_COLUMNS.index("document")


@dataclass(frozen=True, slots=True)
class ChosenPost:
    """The JSON text of a PostCard, and the stored fragments of the post."""

    json: str
    document: str
    detail: str


def read_chosen_posts(*, viewer: Viewer, ids: Sequence[int], liked: Liked | None = None) -> dict[int, ChosenPost]:
    """Those of these posts that belong in a list shown to the viewer, by id. One query."""
    at = clock.now()

    def build(slots: Slots, wanted: list[int]) -> QuerySet:
        condition = visibility.listed(slotted(viewer, slots), at=slots.time("at"))
        posts = spliced(PostCard.objects.filter(condition, pk__in=wanted), liked, slots)
        return posts.values_list(*POST_COLUMNS, "version", "liked", "detail")

    rows = _chosen(("chosen posts", viewer_kind(viewer), liked), build, ids, at=at, viewer=viewer.user_id)
    return {row[0]: ChosenPost(card_json(row, at, viewer), row[_DOCUMENT], row[-1]) for row in rows}


def read_chosen_blogs(*, viewer: Viewer, ids: Sequence[int]) -> dict[int, str]:
    """The JSON texts of those of these blogs that exist for the viewer, by id. One query."""
    at = clock.now()

    def build(slots: Slots, wanted: list[int]) -> QuerySet:
        looking = slotted(viewer, slots)
        exists = visibility.blog_exists_for(looking, at=slots.time("at"))
        return blog_columns(BlogCard.objects.filter(exists, pk__in=wanted), looking, slots)

    rows = _chosen(("chosen blogs", viewer_kind(viewer)), build, ids, at=at, viewer=viewer.user_id)
    return {row[0]: blog_json(row, at, viewer) for row in rows}


def _chosen(shape: tuple, build: Callable[[Slots, list[int]], QuerySet], ids: Sequence[int], **values) -> list[tuple]:
    """The rows with these ids. Statements are made for powers of two of them, so that there are few."""
    if not ids:
        return []
    size = 1 << (len(ids) - 1).bit_length()
    names = [f"id {place}" for place in range(size)]
    read = statement((*shape, size), lambda slots: build(slots, [slots.number(name) for name in names]))
    return read.rows(**values, **dict(zip(names, [*ids, *[0] * (size - len(ids))], strict=True)))
