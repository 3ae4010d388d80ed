"""Locks on the page tree. Whoever changes it locks the parent first, so that all changes below one page queue up."""

from __future__ import annotations

from blogs.models import BlogIndexPage, BlogPage, BlogPostPage
from core.errors import NotFound


def lock_index() -> BlogIndexPage:
    """The parent of all blogs, locked for this transaction."""
    index = BlogIndexPage.objects.select_for_update().first()
    if index is None:
        raise NotFound("There is no blogs index; run `migrate`.")
    return index


def lock_blog(blog: BlogPage) -> BlogPage:
    """The blog as it is now, locked for this transaction. Raises `NotFound` if it is gone."""
    found = BlogPage.objects.select_for_update().filter(pk=blog.pk).first()
    if found is None:
        raise NotFound
    return found


def lock_post(post: BlogPostPage) -> BlogPostPage:
    """The post as it is now, locked for this transaction. Raises `NotFound` if it is gone."""
    found = BlogPostPage.objects.select_for_update().filter(pk=post.pk).first()
    if found is None:
        raise NotFound
    return found
