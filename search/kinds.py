"""What can be found: posts, blogs and users, with their tiers and who may see them."""

from __future__ import annotations

from django.db.models import Q

from accounts.querysets import user_visible_to
from accounts.viewers import Viewer
from blogs import visibility
from core import clock
from core.slots import Slots
from search.entries import Field, minute
from search.models import BlogEntry, BlogWords, PostEntry, PostWords, UserEntry, UserWords
from search.tiers import Kind, Tier, entry_path

YEAR = 365 * 24 * 60
"""In minutes, which is how the weight of a post is counted."""
ALWAYS_FIRST = 1 << 29


def _post_listed(viewer: Viewer, slots: Slots) -> Q:
    return visibility.listed(viewer, at=slots.time("at"), prefix=f"{entry_path()}post__")


def _blog_exists(viewer: Viewer, slots: Slots) -> Q:
    return visibility.blog_exists_for(viewer, at=slots.time("at"), prefix=f"{entry_path()}blog__")


def _blog_open(viewer: Viewer, slots: Slots) -> Q:
    return visibility.blog_open_to(viewer, at=slots.time("at"), prefix=f"{entry_path()}blog__")


def _user_is_there(viewer: Viewer, slots: Slots) -> Q:
    return user_visible_to(viewer, at=slots.time("at"), prefix=f"{entry_path()}user__")


POSTS = Kind(
    PostEntry,
    PostWords,
    (
        Tier(Field.WHOLE, ALWAYS_FIRST, _post_listed),
        Tier(Field.TITLE, 5 * YEAR, _post_listed, shortest_beginning=2),
        Tier(Field.HEAD, 2 * YEAR, _post_listed, shortest_beginning=2),
        Tier(Field.ANYWHERE, 0, _post_listed, shortest_beginning=3),
    ),
    heaviest=lambda: minute(clock.now()) + 1,
)
"""Newest first within a tier; a word in the title makes up for five years, one in intro or tags for two."""

BLOGS = Kind(
    BlogEntry,
    BlogWords,
    (
        Tier(Field.WHOLE, 2 * ALWAYS_FIRST, _blog_exists),
        Tier(Field.TITLE, ALWAYS_FIRST, _blog_exists),
        Tier(Field.HEAD, 0, _blog_open),
    ),
    heaviest=lambda: ALWAYS_FIRST - 1,
)
"""Those with most followers first within a tier. By their tags, only blogs are found whose tags the viewer may see."""

USERS = Kind(
    UserEntry,
    UserWords,
    (Tier(Field.WHOLE, ALWAYS_FIRST, _user_is_there), Tier(Field.TITLE, 0, _user_is_there)),
    heaviest=lambda: ALWAYS_FIRST - 1,
)
"""The newest first within a tier."""
