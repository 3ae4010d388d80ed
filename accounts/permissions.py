"""Who may do anything at all."""

from __future__ import annotations

from accounts.models import User
from core import clock
from core.errors import NotSignedIn


def may_act(user) -> bool:
    """Whether this is somebody who may do things: a user who is active and not blocked now."""
    return isinstance(user, User) and user.is_active and not user.is_blocked(clock.now())


def require_still_active(user: User) -> None:
    """Raise `NotSignedIn` if a user was blocked, or his account closed, since his request began.

    To be asked in the transaction, after a row that refers to the user was written: then a block either waits for that
    row, or is seen here.
    """
    now = User.objects.filter(pk=user.pk).first()
    if not may_act(now):
        raise NotSignedIn
