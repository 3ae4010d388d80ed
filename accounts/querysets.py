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
    users = User.objects.filter(is_active=True)
    if viewer.is_moderator:
        return users
    return users.filter(not_blocked(at or clock.now()) | Q(pk=viewer.user_id))


def find_visible(viewer: Viewer, username: str) -> User | None:
    """The user of that name, if he is there for the viewer."""
    if not names.FORM.fullmatch(username):
        return None
    named = User.objects.named(username).values("pk")
    return users_visible_to(viewer).filter(pk__in=named).select_related("avatar", "blocked_by").first()
