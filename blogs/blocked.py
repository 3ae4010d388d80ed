"""What a block leaves to a blog's owner: to read."""

from __future__ import annotations

from blogs.models import BlogCard
from core import clock
from core.errors import NotAllowed


class BlogBlocked(NotAllowed):
    """Nothing may be written in a blocked blog."""

    code = "blog_blocked"
    detail = "This blog is blocked."


def require_unblocked(blog: BlogCard) -> None:
    """Raise `BlogBlocked` while the blog is blocked."""
    if blog.is_blocked(clock.now()):
        raise BlogBlocked
