"""Notes, in the transaction of a change, which posts may read differently: one row, whatever the number of posts."""

from __future__ import annotations

from django.dispatch import receiver

from accounts.signals import user_changed
from blogs.signals import blog_changed, post_changed
from core import outbox
from syndication.models import SyncMark


@receiver(post_changed)
def mark_post(*, post: int, **facts) -> None:
    """Have a post looked at again."""
    SyncMark.objects.create(post=post)


@receiver(blog_changed)
@outbox.handles("blog.blocked")
@outbox.handles("blog.unblocked")
def mark_blog(*, blog: int, **facts) -> None:
    """Have all posts of a blog looked at again."""
    SyncMark.objects.create(blog=blog, rank=SyncMark.Rank.MANY)


@receiver(user_changed)
def mark_author(*, user, **facts) -> None:
    """Have all posts of a user looked at again."""
    SyncMark.objects.create(author=user.pk, rank=SyncMark.Rank.MANY)
