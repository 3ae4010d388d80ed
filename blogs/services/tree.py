"""Locks on the page tree. Whoever changes a page locks its parent first, then the page: changes below one queue up."""

from __future__ import annotations

from wagtail.models import Page

from blogs.models import BlogIndexPage, BlogPage, BlogPostPage
from core.errors import NotFound

ROW = {"of": ("page_ptr",), "no_key": True}
"""A page is locked by its row in Wagtail's own table, never by that of its model: one lock, so no order of two. It is
no lock on the key, so rows that refer to the page can be written meanwhile."""


def lock_index() -> BlogIndexPage:
    """The parent of all blogs, locked for this transaction."""
    index = BlogIndexPage.objects.select_for_update(**ROW).first()
    if index is None:
        raise NotFound("There is no blogs index; run `migrate`.")
    return index


def lock_blog(blog: BlogPage) -> BlogPage:
    """The blog as it is now, locked for this transaction. Raises `NotFound` if it is gone."""
    found = BlogPage.objects.select_for_update(**ROW).filter(pk=blog.pk).first()
    if found is None:
        raise NotFound
    return found


def lock_post(post: BlogPostPage) -> BlogPostPage:
    """The post as it is now, locked for this transaction after its blog. Raises `NotFound` if it is gone."""
    list(Page.objects.select_for_update(no_key=True).filter(path=post.path[: -Page.steplen]).values_list("pk"))
    found = BlogPostPage.objects.select_for_update(**ROW).filter(pk=post.pk).first()
    if found is None:
        raise NotFound
    return found
