"""Where the moderators' pages of a user and of a blog are."""

from __future__ import annotations

from django.urls import reverse


def user_page(user_id: int) -> str:
    """The page on which moderators see a user's history and act."""
    return reverse("moderation_users:page", args=(user_id,))


def blog_page(blog_id: int) -> str:
    """The page on which moderators see a blog's history and act."""
    return reverse("moderation_blogs:page", args=(blog_id,))
