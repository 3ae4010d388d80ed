"""Who may write what."""

from __future__ import annotations

from django.conf import settings

from accounts.models import User
from blogs.blocked import require_unblocked
from blogs.models import BlogCard, BlogPage, BlogPostPage
from core.errors import NotAllowed


def require_blog_owner(actor: User, blog: BlogPage) -> None:
    """Raise `NotAllowed` unless this is the owner of the blog, and it is not blocked."""
    if blog.owner_id != actor.pk:
        raise NotAllowed
    require_unblocked(blog.card)


def require_author(actor: User, post: BlogPostPage) -> BlogCard:
    """The card of the post's blog. Raises `NotAllowed` unless the actor owns it, and it is not blocked."""
    card = BlogCard.objects.get(posts=post.pk)
    if card.owner_id != actor.pk:
        raise NotAllowed
    require_unblocked(card)
    return card


def may_publish(actor: User) -> bool:
    """Whether an author publishes himself, or has to submit his posts for review."""
    return not settings.POSTS_REQUIRE_REVIEW or actor.is_moderator
