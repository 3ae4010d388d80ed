"""Likes of posts."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from blogs import cards
from blogs.models import PostCard
from core import outbox
from core.statements import Slots
from social.models import Like


def liked_in_slots(slots: Slots) -> Exists:
    """The condition that the viewer (slot `viewer`) likes the post, for the statements of `blogs.reads`."""
    return Exists(Like.objects.filter(post=OuterRef("pk"), user=slots.number("viewer")))


@transaction.atomic
def like_post(*, actor: User, post: PostCard) -> int:
    """Like a post; liking it twice is the same as liking it once. Returns how many likes it has now."""
    _, is_new = Like.objects.get_or_create(user=actor, post=post)
    if is_new:
        cards.count(post.pk, likes=+1)
        outbox.record("post.liked", post=post.pk, blog=post.blog_id, actor=actor.pk)
    return PostCard.objects.values_list("like_count", flat=True).get(pk=post.pk)


@transaction.atomic
def unlike_post(*, actor: User, post: PostCard) -> None:
    """Take a like back; without one, nothing happens."""
    removed, _ = Like.objects.filter(user=actor, post=post).delete()
    if removed:
        cards.count(post.pk, likes=-1)
        outbox.record("post.unliked", post=post.pk, blog=post.blog_id, actor=actor.pk)
