"""Signing in: the one place where a name and a password are checked, for the API and for the admin."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import lru_cache

from django.contrib.auth.hashers import check_password, get_hasher, make_password

from accounts.models import User
from accounts.services.passwords import LONGEST
from accounts.services.sessions import Tokens, start_session
from core import clock, limits
from core.errors import NotAllowed, NotSignedIn

logger = logging.getLogger(__name__)


class NoActiveAccount(NotSignedIn):
    """Unknown name, wrong password or inactive account: nobody can tell which."""

    code = "no_active_account"
    detail = "No active account found with the given credentials."


class UserBlocked(NotAllowed):
    """The credentials are right, but the user is blocked; `extra["until"]` says how long, null for good."""

    code = "user_blocked"
    detail = "This account is blocked."


def sign_in(*, identifier: str, password: str, client: str, user_agent: str = "", at: datetime | None = None) -> Tokens:
    """Begin a session with a user name or e-mail address and a password."""
    user = check_credentials(identifier=identifier, password=password, client=client, at=at)
    return start_session(user=user, user_agent=user_agent, at=at)


def check_credentials(*, identifier: str, password: str, client: str, at: datetime | None = None) -> User:
    """The user whom name (or e-mail address) and password belong to.

    Raises `TooManyRequests`, `NoActiveAccount` or `UserBlocked`. `client` is the address the try comes from. Wrong
    tries look and last the same whether the account exists or not. Tries from everywhere together can lock an account
    only for addresses from which it was not signed in to lately, so nobody can lock another out.
    """
    account = identifier.strip().lower()[:254]
    limits.take("login", client)
    limits.take("login_here", account, client)
    if not limits.is_remembered("signed-in", account, client):
        limits.take("login_anywhere", account)
    user = find_user(identifier)
    encoded = user.password if user else _nobodys_password()
    is_right = len(password) <= LONGEST and "\0" not in password and check_password(password, encoded)
    if user is None or not is_right or not user.is_active:
        logger.info("sign-in refused", extra={"user": user.pk if user else None, "client": client})
        raise NoActiveAccount
    if user.is_blocked(at or clock.now()):
        logger.info("sign-in refused: blocked", extra={"user": user.pk, "client": client})
        raise UserBlocked(until=clock.iso(user.blocked_until))
    limits.forget("login_here", account, client)
    limits.remember("signed-in", account, client)
    logger.info("signed in", extra={"user": user.pk, "client": client})
    return user


def find_user(identifier: str) -> User | None:
    """The user of that name or e-mail address, ignoring case."""
    identifier = identifier.strip()
    if "\0" in identifier or len(identifier) > 254:
        return None
    if "@" in identifier:
        return User.objects.addressed(identifier).first()
    return User.objects.named(identifier).first()


def _nobodys_password() -> str:
    """A hash that costs as much to check as a real one."""
    return _hash_of_nothing(get_hasher().algorithm)


@lru_cache
def _hash_of_nothing(algorithm: str) -> str:
    return make_password("nobody has this password")
