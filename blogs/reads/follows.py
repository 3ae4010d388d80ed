"""Who follows a blog, who asked to, and which blogs somebody follows."""

from __future__ import annotations

from django.db.models import F, QuerySet

from accounts.blocks import not_blocked
from accounts.viewers import Viewer
from blogs import visibility
from blogs.models import BlogCard, Follow
from blogs.reads.blogs import BLOG_COLUMNS, blog_columns, blog_json
from blogs.reads.keyset import ListRead, Order, Row, keyset, slotted, viewer_kind
from core import clock
from core.slots import Slots
from core.statements import statement
from media.documents import user_ref_json

ACCEPTED = Order("accepted_at")
ASKED = Order("created_at")
FOLLOWED = Order("followed_at")


def list_followers(
    *, blog_id: int, order: Order, limit: int, after: tuple | None = None, backward: bool = False, viewer: Viewer
) -> ListRead:
    """Up to `limit` + 1 UserRefs of a blog's followers, or in the order `ASKED`, requests to follow it. One query."""
    at = clock.now()

    def build(slots: Slots) -> QuerySet:
        follows = Follow.objects.filter(not_blocked(slots.time("at"), "user__"), blog=slots.number("blog"))
        follows = follows.filter(accepted_at__isnull=order is ASKED)
        follows = keyset(follows, order, slots=slots, backward=backward, starts=after is None)
        columns = (order.column, "pk", "user__username", "user__name", "user__avatar__document")
        return follows.values_list(*columns)[: limit + 1]

    key, pk = after or (None, None)
    shape = ("followers", order, limit, after is None, backward)
    rows = statement(shape, build).rows(at=at, blog=blog_id, key=key, id=pk)
    return ListRead([Row(row[:2], _follower_json(row, is_request=order is ASKED)) for row in rows], None)


def _follower_json(row: tuple, *, is_request: bool) -> str:
    user = user_ref_json(*row[2:])
    return f'{{"user":{user},"created_at":"{clock.iso(row[0])}"}}' if is_request else user


def list_followed(
    *, viewer: Viewer, order: Order, limit: int, after: tuple | None = None, backward: bool = False
) -> ListRead:
    """Up to `limit` + 1 blogs that the viewer follows, the one followed last first. One query."""
    at = clock.now()

    def build(slots: Slots) -> QuerySet:
        looking = slotted(viewer, slots)
        blogs = BlogCard.objects.filter(
            visibility.blog_exists_for(looking, at=slots.time("at")),
            follows__user=looking.user_id,
            follows__accepted_at__isnull=False,
        ).annotate(followed_at=F("follows__accepted_at"))
        blogs = keyset(blogs, order, slots=slots, backward=backward, starts=after is None)
        return blog_columns(blogs, looking, slots, "followed_at")[: limit + 1]

    key, pk = after or (None, None)
    shape = ("followed", viewer_kind(viewer), order, limit, after is None, backward)
    rows = statement(shape, build).rows(at=at, viewer=viewer.user_id, key=key, id=pk)
    width = len(BLOG_COLUMNS)
    return ListRead([Row((row[-1], row[0]), blog_json(row[: width + 2], at, viewer)) for row in rows], None)
