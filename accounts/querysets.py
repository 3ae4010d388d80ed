"""Which users there are for somebody."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts import names
from accounts.blocks import not_blocked
from accounts.models import User
from accounts.viewers import Viewer
from core import clock


def users_visible_to(viewer: Viewer, *, at: datetime | None = None) -> QuerySet[User]:
    """Everybody with an active account; the blocked only for moderators and for themselves."""
    return User.objects.filter(user_visible_to(viewer, at=at or clock.now()))


def user_visible_to(viewer: Viewer, *, at: datetime, prefix: str = "") -> Q:
    """The condition that a user is there for the viewer; `prefix` leads to the user, for example `"author__"`."""
    active = Q(**{f"{prefix}is_active": True})
    if viewer.is_moderator:
        return active
    there = not_blocked(at, prefix)
    return active & (there if viewer.is_anonymous else there | Q(**{f"{prefix}pk": viewer.user_id}))


def find_visible(viewer: Viewer, username: str) -> User | None:
    """The user of that name, if he is there for the viewer."""
    if not names.FORM.fullmatch(username):
        return None
    named = User.objects.named(username).values("pk")
    return users_visible_to(viewer).filter(pk__in=named).select_related("avatar", "blocked_by").first()
