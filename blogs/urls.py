"""Where a reader finds a blog or a post: at the frontend, or else on the pages Inktree serves itself."""

from functools import lru_cache
from urllib.parse import quote

from django.conf import settings

from core import remembered


@remembered.of_settings
def site_url() -> str:
    """The base of readers' URLs, without a slash at its end."""
    return (settings.FRONTEND_URL or settings.BASE_URL).rstrip("/")


quoted = lru_cache(100_000)(quote)
"""Slugs are quoted again and again."""


def blog_url(blog_slug: str) -> str:
    """The absolute URL of a blog."""
    return f"{site_url()}/{quoted(blog_slug)}/"


def post_url(blog_slug: str, post_slug: str) -> str:
    """The absolute URL of a post."""
    return f"{site_url()}/{quoted(blog_slug)}/{quoted(post_slug)}/"
