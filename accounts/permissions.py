"""Who may do anything at all."""

from __future__ import annotations

from accounts.models import User
from core import clock


def may_act(user) -> bool:
    """Whether this is somebody who may do things: a user who is active and not blocked now."""
    return isinstance(user, User) and user.is_active and not user.is_blocked(clock.now())
