"""Sessions: a sign-in through the API, the tokens it hands out, and how both end."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Q, QuerySet

from accounts import tokens
from accounts.blocks import not_blocked
from accounts.models import Session, User
from accounts.viewers import Viewer
from core import clock
from core.errors import NotFound, NotSignedIn
from core.slots import Slots
from core.statements import Errand, statement
from core.ticker import every

logger = logging.getLogger(__name__)

ROTATION_GRACE = timedelta(seconds=10)
USE_NOTED_EVERY = timedelta(minutes=5)
KEEP_ENDED = timedelta(days=7)

Found = TypeVar("Found")


class TokenRotated(NotSignedIn):
    """The refresh token was exchanged a moment ago: its successor is in use, the session lives."""

    code = "token_rotated"
    detail = "The refresh token was used a moment ago. Use its successor."


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client needs to speak for a user, and to go on doing so."""

    access: str
    refresh: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The user behind an access token, and the session it belongs to."""

    user: User
    session_id: int

    @property
    def viewer(self) -> Viewer:
        return Viewer.of(self.user)


def start_session(*, user: User, user_agent: str = "", at: datetime | None = None) -> Tokens:
    """Begin a session of a user whose credentials have been checked."""
    at = at or clock.now()
    session = Session.objects.create(
        user=user,
        created_at=at,
        last_used_at=at,
        expires_at=at + _refresh_lasts(),
        user_agent=shown_agent(user_agent),
        refresh_jti=uuid.uuid4(),
    )
    return _tokens(session, user, at)


def refresh_session(*, refresh: str, at: datetime | None = None) -> Tokens:
    """Exchange a refresh token for a new pair; each can be exchanged once, however many try at the same time.

    Raises `TokenRotated` for one exchanged up to ten seconds ago. An older one sent again was copied by somebody: then
    the session ends.
    """
    claims = tokens.read(refresh, "refresh")
    at = at or clock.now()
    with transaction.atomic():
        session = (
            Session.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(pk=claims.session_id, user=claims.user_id)
            .first()
        )
        if session is None or not _is_live(session, at):
            refusal = tokens.BadToken()
        elif session.refresh_jti == claims.jti:
            return _rotate(session, at)
        elif at.timestamp() - session.rotated_jtis.get(claims.jti.hex, 0) <= ROTATION_GRACE.total_seconds():
            refusal = TokenRotated()
        else:
            logger.warning("session ended: an old refresh token was used", extra={"user": session.user_id})
            end_sessions(user=session.user, only=session.pk, at=at)
            refusal = tokens.BadToken()
    raise refusal


def sign_out(*, refresh: str, at: datetime | None = None) -> None:
    """End the session a refresh token belongs to. Raises `BadToken` if it has none that lives."""
    claims = tokens.read(refresh, "refresh")
    if not _live(at).filter(pk=claims.session_id, user=claims.user_id).update(ended_at=at or clock.now()):
        raise tokens.BadToken
    logger.info("signed out", extra={"user": claims.user_id})


def end_session(*, user: User, session_id: int, at: datetime | None = None) -> None:
    """End one of a user's own sessions. Raises `NotFound` if it is none of his, or over."""
    if not end_sessions(user=user, only=session_id, at=at):
        raise NotFound


def end_sessions(*, user: User, only: int | None = None, but: int | None = None, at: datetime | None = None) -> int:
    """End a user's sessions (one, all, or all but one); returns how many ended. Their tokens stop working at once."""
    ending = _live(at).filter(user=user)
    if only is not None:
        ending = ending.filter(pk=only)
    if but is not None:
        ending = ending.exclude(pk=but)
    ended = ending.update(ended_at=at or clock.now())
    if ended:
        logger.info("sessions ended", extra={"user": user.pk, "sessions": ended})
    return ended


def live_sessions(*, user: User, at: datetime | None = None) -> QuerySet[Session]:
    """A user's sessions that go on, the last used first."""
    return _live(at).filter(user=user).order_by("-last_used_at", "-pk")


def authenticate(access: str, *, at: datetime | None = None) -> SignedIn:
    """The user behind an access token, in one query. Raises `BadToken`.

    An ended session, a blocked, inactive or deleted user count from the next request on.
    """
    claims = tokens.read(access, "access")
    at = at or clock.now()
    session = (
        Session.objects.select_related("user").filter(_accepted(at), pk=claims.session_id, user=claims.user_id).first()
    )
    if session is None:
        raise tokens.BadToken
    _note_use(session.pk, session.last_used_at, at)
    return SignedIn(session.user, session.pk)


def identify(access: str, *, at: datetime | None = None) -> Viewer:
    """Like `authenticate`, for reads that need no more than the viewer: the same checks at a fraction of the price."""
    return _identify(tokens.read(access, "access"), at or clock.now())


def read_as(access: str, read: Callable[[Viewer], Found], *, at: datetime | None = None) -> Found:
    """What `read` gives for the viewer whom `identify` would give, at no query more where `read` runs a statement.

    That fetches the check along, for which `read` is given the viewer that the token claims; so `read` must do nothing
    but read. What it gives or raises is given or raised only after the check. Raises `BadToken`.
    """
    claims, at = tokens.read(access, "access"), at or clock.now()
    claimed, role = Viewer(claims.user_id, claims.role), _role_of(claims, at)
    found = error = None
    try:
        with role:
            found = read(claimed)
    except Exception as raised:
        error = raised
    viewer = Viewer(claims.user_id, role.found) if role.found else _identify(claims, at)
    if viewer != claimed:  # his role is another one since
        return read(viewer)
    if error:
        raise error
    return found


def shown_agent(user_agent: str) -> str:
    """What a session keeps of the `User-Agent` it began with."""
    return "".join(character for character in user_agent if character.isprintable())[:300]


@every(seconds=3600)
def forget_ended() -> None:
    """Remove the rows of sessions that ended a week ago."""
    before = clock.now() - KEEP_ENDED
    Session.objects.filter(Q(ended_at__lt=before) | Q(expires_at__lt=before)).delete()


def _identify(claims: tokens.Claims, at: datetime) -> Viewer:
    asked = statement("accounts.identify", _identifying, using=DEFAULT_DB_ALIAS).rows(**_facts(claims, at))
    if not asked:
        raise tokens.BadToken
    [(role, use_is_old)] = asked
    if use_is_old:
        _note_use(claims.session_id, None, at)
    return Viewer(claims.user_id, role)


def _role_of(claims: tokens.Claims, at: datetime) -> Errand:
    return Errand("accounts.role", _telling_role, _facts(claims, at), using=DEFAULT_DB_ALIAS)


def _facts(claims: tokens.Claims, at: datetime) -> dict:
    return {
        "at": at,
        "session": claims.session_id,
        "session_user": claims.user_id,
        "session_noted": at - USE_NOTED_EVERY,
    }


def _identifying(slots: Slots) -> QuerySet:
    use_is_old = Q(last_used_at__lt=slots.time("session_noted"))
    return _named(slots).annotate(use_is_old=use_is_old).values_list("user__role", "use_is_old")


def _telling_role(slots: Slots) -> QuerySet:
    """Tells nothing where the use has to be noted: that is a query more anyway."""
    return _named(slots).filter(last_used_at__gte=slots.time("session_noted")).values("user__role")


def _named(slots: Slots) -> QuerySet[Session]:
    session, user = slots.number("session"), slots.number("session_user")
    return Session.objects.filter(_accepted(slots.time("at")), pk=session, user=user)


def _accepted(at: datetime) -> Q:
    return Q(ended_at__isnull=True, expires_at__gt=at, user__is_active=True) & not_blocked(at, "user__")


def _live(at: datetime | None) -> QuerySet[Session]:
    return Session.objects.filter(ended_at__isnull=True, expires_at__gt=at or clock.now())


def _is_live(session: Session, at: datetime) -> bool:
    user = session.user
    return session.ended_at is None and session.expires_at > at and user.is_active and not user.is_blocked(at)


def _rotate(session: Session, at: datetime) -> Tokens:
    now = at.timestamp()
    recent = {jti: when for jti, when in session.rotated_jtis.items() if now - when <= ROTATION_GRACE.total_seconds()}
    session.rotated_jtis = {**recent, session.refresh_jti.hex: now}
    session.refresh_jti = uuid.uuid4()
    session.last_used_at = at
    session.expires_at = at + _refresh_lasts()
    session.save(update_fields=["rotated_jtis", "refresh_jti", "last_used_at", "expires_at"])
    return _tokens(session, session.user, at)


def _note_use(session_id: int, noted_at: datetime | None, at: datetime) -> None:
    if noted_at is None or at - noted_at > USE_NOTED_EVERY:
        Session.objects.filter(pk=session_id, last_used_at__lt=at).update(last_used_at=at)


def _tokens(session: Session, user: User, at: datetime) -> Tokens:
    facts = {"user_id": user.pk, "role": user.role, "session_id": session.pk, "at": at}
    return Tokens(
        access=tokens.issue(
            "access", jti=uuid.uuid4(), lasts=timedelta(minutes=settings.ACCESS_TOKEN_MINUTES), **facts
        ),
        refresh=tokens.issue("refresh", jti=session.refresh_jti, lasts=_refresh_lasts(), **facts),
    )


def _refresh_lasts() -> timedelta:
    return timedelta(days=settings.REFRESH_TOKEN_DAYS)
