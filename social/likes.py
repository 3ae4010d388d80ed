"""Likes of posts."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.blocks import not_blocked
from accounts.models import User
from accounts.permissions import require_still_active
from accounts.viewers import Viewer
from blogs import cards, withholding
from blogs.models import PostCard
from blogs.reads.keyset import ListRead, Order, Row, keyset
from core import clock, outbox
from core.slots import Slots
from core.statements import statement
from media.documents import user_ref_json
from social.models import Like

LIKED = Order("liked_at")
LIKED_BY = Order("created_at")


def liked_in_slots(slots: Slots) -> Exists:
    """The condition that the viewer (slot `viewer`) likes the post, for the statements of `blogs.reads`."""
    return Exists(Like.objects.filter(post=OuterRef("pk"), user=slots.number("viewer")))


def liked_by_viewer(posts: QuerySet, slots: Slots) -> QuerySet:
    """The posts the viewer (slot `viewer`) likes, with `liked_at`, for `blogs.reads.list_posts`."""
    return posts.filter(likes__user=slots.number("viewer")).annotate(liked_at=F("likes__created_at"))


def list_likers(
    *, post_id: int, order: Order, limit: int, after: tuple | None = None, backward: bool = False, viewer: Viewer
) -> ListRead:
    """Up to `limit` + 1 UserRefs of those who like a post, the last one first. One query."""
    at = clock.now()

    def build(slots: Slots) -> QuerySet:
        likes = Like.objects.filter(not_blocked(slots.time("at"), "user__"), post=slots.number("post"))
        likes = keyset(likes, order, slots=slots, backward=backward, starts=after is None)
        columns = ("created_at", "pk", "user__username", "user__name", "user__avatar__document")
        return likes.values_list(*columns)[: limit + 1]

    key, pk = after or (None, None)
    rows = statement(("likers", limit, after is None, backward), build).rows(at=at, post=post_id, key=key, id=pk)
    return ListRead([Row(row[:2], user_ref_json(*row[2:])) for row in rows], None)


@transaction.atomic
def like_post(*, actor: User, post: PostCard) -> int:
    """Like a post; liking it twice is the same as liking it once. Returns how many likes it has now.

    Raises `NotFound` if the post was deleted meanwhile.
    """
    cards.hold_post(post.pk)
    like, is_new = Like.objects.get_or_create(user=actor, post=post)
    if is_new:
        require_still_active(actor)
        cards.count(post.pk, likes=+1)
        outbox.record("post.liked", post=post.pk, blog=post.blog_id, actor=actor.pk, at=clock.iso(like.created_at))
    counted = PostCard.objects.annotate(withheld=withholding.withheld_likes(clock.now()))
    likes, withheld = counted.values_list("like_count", "withheld").get(pk=post.pk)
    return likes - (withheld or 0)


@transaction.atomic
def unlike_post(*, actor: User, post: PostCard) -> None:
    """Take a like back; without one, nothing happens. Raises `NotFound` if the post was deleted meanwhile."""
    cards.hold_post(post.pk)
    removed, _ = Like.objects.filter(user=actor, post=post).delete()
    if removed:
        cards.count(post.pk, likes=-1)
        outbox.record("post.unliked", post=post.pk, blog=post.blog_id, actor=actor.pk)
