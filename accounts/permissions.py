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

    Holds the user until the transaction ends, so that a block of the same moment either is seen here, or waits and then
    sees what was written.
    """
    if not may_act(User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()):
        raise NotSignedIn
