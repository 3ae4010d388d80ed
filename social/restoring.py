"""What readers did elsewhere, or long ago: written with its own time, and nobody is told of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from blogs import cards
from blogs.models import PostCard
from core import clock, outbox
from social.models import Announcement, Comment, Like


def keep_quiet(*, post_id: int) -> None:
    """Let nobody be told by mail that this post was published; to be called in the transaction that publishes it."""
    Announcement.objects.get_or_create(post_id=post_id)


@transaction.atomic
def restore_comment(
    *,
    post: PostCard,
    author_id: int | None,
    body: str,
    created_at: datetime,
    parent_id: int | None = None,
    edited_at: datetime | None = None,
    deleted_at: datetime | None = None,
) -> Comment:
    """A comment as it was, of checked facts; one that was deleted comes back as the stub it had become.

    Raises `NotFound` if the post is gone.
    """
    cards.hold_post(post.pk)
    comment = Comment.objects.create(
        post=post,
        author_id=author_id,
        parent_id=parent_id,
        body=body,
        created_at=created_at,
        edited_at=edited_at,
        deleted_at=deleted_at,
    )
    if deleted_at is None:
        if parent_id is not None:
            Comment.objects.filter(pk=parent_id).update(reply_count=F("reply_count") + 1)
        cards.count(post.pk, comments=+1)
        facts = {"comment": comment.pk, "post": post.pk, "blog": post.blog_id, "actor": author_id}
        outbox.record("comment.added", **facts, at=clock.iso(created_at), is_old=True)
    return comment


@transaction.atomic
def restore_like(*, user_id: int, post: PostCard, created_at: datetime) -> None:
    """A like as it was; one that is there stays as it is. Raises `NotFound` if the post is gone."""
    cards.hold_post(post.pk)
    _, is_new = Like.objects.get_or_create(user_id=user_id, post=post, defaults={"created_at": created_at})
    if is_new:
        cards.count(post.pk, likes=+1)
        facts = {"post": post.pk, "blog": post.blog_id, "actor": user_id}
        outbox.record("post.liked", **facts, at=clock.iso(created_at), is_old=True)
