"""Passwords: what a good one is, changing one, and getting back in by mail."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import links
from accounts.languages import asked_for
from accounts.models import User
from accounts.services.sessions import end_sessions
from core import clock, limits, outbox
from core.errors import Invalid, Problem, Problems

LONGEST = 128


def problems_of(password: str, *, user: User, attr: str) -> list[Problem]:
    """What is wrong with a new password of that user's (who need not be saved yet)."""
    if len(password) > LONGEST:  # before anything that would look at all of it
        return [Problem(f"Use at most {LONGEST} characters.", "password_too_long", attr)]
    if "\0" in password:
        return [Problem("Null characters are not allowed.", "null_characters_not_allowed", attr)]
    if not password.strip():
        return [Problem("A password cannot be blank.", "blank", attr)]
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [Problem(" ".join(one.messages), one.code or "invalid", attr) for one in error.error_list]
    return []


def confirm_password(*, user: User, password: str, attr: str = "password") -> None:
    """Make sure that it is the user himself who asks. Raises `Invalid` for a wrong password, `TooManyRequests`."""
    limits.take("password", user.pk)
    if len(password) > LONGEST or not check_password(password, user.password):
        raise Invalid("The password is wrong.", code="wrong_password", attr=attr)


def change_password(*, user: User, old_password: str, new_password: str, session_id: int | None = None) -> None:
    """Give the user a new password and end every session of his but the one he does it from."""
    confirm_password(user=user, password=old_password, attr="old_password")
    _raise(problems_of(new_password, user=user, attr="new_password"))
    encoded = make_password(new_password)
    with transaction.atomic():
        _store(user, encoded, keep_session=session_id)


def request_reset(*, email: str) -> None:
    """Have a mail sent with a link to choose a new password, if the address is that of an active user.

    The caller cannot tell, not even by the time it takes, whether it is.
    """
    user = User.objects.addressed(email).filter(is_active=True).values_list("pk", flat=True).first()
    outbox.record("account.reset_requested", user=user, language=asked_for())


def reset_password(*, uid: str, token: str, new_password: str) -> None:
    """Set a new password with what the mail said; all sessions end. Raises `Invalid` for a link that is no good."""
    user = links.RESET.find(uid, token)
    _raise(problems_of(new_password, user=user, attr="new_password"))
    encoded = make_password(new_password)
    with transaction.atomic():
        # Once more under the lock: of two who use the link at once, one comes first.
        user = links.RESET.find(uid, token, lock=True)
        _store(user, encoded)
        User.objects.filter(pk=user.pk, email_confirmed_at=None).update(email_confirmed_at=clock.now())
    for name in (user.username, user.email):
        limits.forget("login_anywhere", name.lower())


def _store(user: User, encoded: str, *, keep_session: int | None = None) -> None:
    User.objects.filter(pk=user.pk).update(password=encoded, is_password_temporary=False, pending_email="")
    user.password, user.is_password_temporary, user.pending_email = encoded, False, ""
    end_sessions(user=user, but=keep_session)
    outbox.record("account.password_changed", user=user.pk, language=asked_for())


def _raise(found: list[Problem]) -> None:
    problems = Problems(found)
    problems.raise_any()
