"""Slugs: unique among their siblings, made of titles, and kept when they change."""

from __future__ import annotations

import re
from collections.abc import Collection

from anyascii import anyascii
from django.db.models import Q, QuerySet
from django.utils.text import slugify
from wagtail.models import Page

from accounts.names import RESERVED, is_reserved
from blogs.models import BlogIndexPage, BlogPage, BlogPostPage, OldBlogSlug, OldPostSlug
from core.errors import Invalid, Problems

SLUG_LENGTH = 200
MADE_LENGTH = 80

_FORM = re.compile(r"[a-z0-9_-]+\Z")


def read_slug(slug: str, problems: Problems) -> str:
    """A slug as it was given, in lower case; what is wrong with its form is added to the problems."""
    slug = slug.strip().lower()
    if not slug:
        problems.add("slug", "May not be blank.", "blank")
    elif len(slug) > SLUG_LENGTH:
        problems.add("slug", f"At most {SLUG_LENGTH} characters.", "too_long")
    elif not _FORM.match(slug):
        problems.add("slug", "Use letters, digits, hyphens and underscores.", "invalid")
    return slug


def make_slug(text: str, fallback: str) -> str:
    """A slug made of a text in any script."""
    return slugify(anyascii(text))[:MADE_LENGTH].strip("-_") or fallback


def free_post_slug(title: str, *, blog: BlogPage) -> str:
    """A slug for a post of this title that no post of the (locked) blog has or had: `title`, `title-2`, …"""
    base = make_slug(title, "post")
    taken = _children(blog).filter(slug__startswith=base).values_list("slug", flat=True)
    kept = OldPostSlug.objects.filter(blog=blog, slug__startswith=base).values_list("slug", flat=True)
    return _first_free(base, set(taken.union(kept)))


def take_post_slug(slug: str, *, blog: BlogPage, post: BlogPostPage | None = None) -> str:
    """The slug, now the post's in the (locked) blog. Raises `Invalid` where another post has it."""
    siblings = _children(blog).filter(slug=slug)
    if siblings.exclude(pk=post.pk).exists() if post else siblings.exists():
        raise SlugTaken
    OldPostSlug.objects.filter(blog=blog, slug=slug).exclude(post=post).delete()
    return slug


def free_blog_slug(title: str, *, index: BlogIndexPage) -> str:
    """A slug for a blog of this title that no blog has or had, and no route needs; the index is locked."""
    base = make_slug(title, "blog")
    taken = set(_children(index).filter(slug__istartswith=base).values_list("slug", flat=True))
    taken |= set(OldBlogSlug.objects.filter(slug__istartswith=base).values_list("slug", flat=True))
    return _first_free(base, {slug.lower() for slug in taken} | RESERVED)


def take_blog_slug(slug: str, *, index: BlogIndexPage, blog: BlogPage | None = None) -> str:
    """The slug, now the blog's; the index is locked. Raises `Invalid` where it is reserved, or another's, or was."""
    if is_reserved(slug):
        raise SlugReserved
    own = Q(pk=blog.pk) if blog else Q(pk__in=[])
    own_before = Q(blog=blog) if blog else Q(pk__in=[])
    if (
        _children(index).filter(slug__iexact=slug).exclude(own).exists()
        or OldBlogSlug.objects.filter(slug__iexact=slug).exclude(own_before).exists()
    ):
        raise SlugTaken
    return slug


class SlugTaken(Invalid):
    """Another has this slug, or had it and keeps it."""

    def __init__(self):
        super().__init__("This slug is taken.", code="taken", attr="slug")


class SlugReserved(Invalid):
    """The site itself needs this slug."""

    def __init__(self):
        super().__init__("This slug is reserved.", code="reserved", attr="slug")


def _children(parent: Page) -> QuerySet[Page]:
    interval = Page._get_children_path_interval(parent.path)  # SQLite uses no index for a prefix
    return Page.objects.filter(path__range=interval, depth=parent.depth + 1).order_by()


def _first_free(base: str, taken: Collection[str]) -> str:
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
