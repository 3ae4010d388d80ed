"""The blog that the address of a request names."""

from __future__ import annotations

from accounts.viewers import Viewer
from api.redirects import BlogMoved
from blogs import reads, visibility
from blogs.models import BlogCard
from core.errors import NotAllowed, NotFound


def find_blog(viewer: Viewer, slug: str) -> BlogCard:
    """The card of a blog that exists for the viewer. Raises `NotFound`, or `BlogMoved` for an old slug."""
    card = visibility.blogs_existing_for(viewer).select_related("blog").filter(slug=slug).first()
    if card is not None:
        return card
    slug_now = reads.moved_blog(viewer=viewer, slug=slug)
    if slug_now is None:
        raise NotFound
    raise BlogMoved(slug, slug_now)


def find_own_blog(viewer: Viewer, slug: str) -> BlogCard:
    """The card of a blog of the viewer's. Raises as `find_blog`, or `NotAllowed` for another's."""
    card = find_blog(viewer, slug)
    if card.owner_id != viewer.user_id:
        raise NotAllowed
    return card
