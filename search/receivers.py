"""What the index hears of: events of posts and blogs, and users who are new or different."""

from __future__ import annotations

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import user_changed
from core import outbox
from search.indexing import BLOGS, POSTS, USERS


@outbox.handles("post.published", background=True)
@outbox.handles("post.updated", background=True)
@outbox.handles("post.unpublished", background=True)
@outbox.handles("post.deleted", background=True)
def post_has_changed(*, post: int, **facts) -> None:
    """Let a post be found by what it says now, or not at all."""
    POSTS.index([post])


@outbox.handles("blog.created", background=True)
@outbox.handles("blog.updated", background=True)
@outbox.handles("blog.deleted", background=True)
@outbox.handles("blog.followed", background=True)
@outbox.handles("blog.unfollowed", background=True)
@outbox.handles("follow.accepted", background=True)
def blog_has_changed(*, blog: int, **facts) -> None:
    """Let a blog be found by what it is called now, and stand where its followers put it."""
    BLOGS.index([blog])


@receiver(post_save, sender=User)
def user_is_new(instance: User, created: bool, raw: bool, **kwargs) -> None:
    if created and not raw:
        outbox.record("user.changed", user=instance.pk)


@receiver(user_changed)
def user_is_different(user: User, **kwargs) -> None:
    outbox.record("user.changed", user=user.pk)


@outbox.handles("user.changed", background=True)
def user_has_changed(*, user: int, **facts) -> None:
    """Let a user be found by what he is called now, or not at all."""
    USERS.index([user])
