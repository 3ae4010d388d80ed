"""Sessions of pages that call the API themselves: an access token for whoever is signed in at the admin.

A page gets no refresh token. It asks again with the cookie of the admin's session, so it can go on for as long as that
one lives, and its tokens end with it. `mark`, kept in the admin's session, tells which of a user's sessions are its.
"""

from __future__ import annotations

import uuid
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts import tokens
from accounts.models import Session, User
from accounts.services.sessions import live_sessions, shown_agent
from core import clock

LASTS = timedelta(minutes=5)
MARK = "page_session"


@dataclass(frozen=True, slots=True)
class Access:
    """An access token, and for how many seconds it is good."""

    token: str
    lasts: int


def mark_of(session: MutableMapping) -> uuid.UUID:
    """The mark of an admin's session; it gets one where it has none."""
    return uuid.UUID(hex=session.setdefault(MARK, uuid.uuid4().hex))


def access_for(*, user: User, mark: uuid.UUID, user_agent: str = "", at: datetime | None = None) -> Access:
    """An access token for a page of somebody whose admin session was checked."""
    at = at or clock.now()
    with transaction.atomic():
        session = live_sessions(user=user, at=at).filter(refresh_jti=mark).select_for_update().first()
        if session is None:
            session = Session(user=user, created_at=at, user_agent=shown_agent(user_agent), refresh_jti=mark)
        session.last_used_at, session.expires_at = at, at + LASTS
        session.save()
    facts = {"user_id": user.pk, "role": user.role, "session_id": session.pk, "jti": uuid.uuid4()}
    return Access(tokens.issue("access", at=at, lasts=LASTS, **facts), int(LASTS.total_seconds()))


def end(*, user: User, mark: uuid.UUID, at: datetime | None = None) -> None:
    """End what the pages of an admin's session began: their tokens stop working at once."""
    live_sessions(user=user, at=at).filter(refresh_jti=mark).update(ended_at=at or clock.now())
