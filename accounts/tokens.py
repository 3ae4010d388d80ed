"""Access and refresh tokens: JWTs signed with ES256. Whoever holds the public key can check but not forge them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from django.conf import settings

from core import clock
from core.errors import NotSignedIn

ALGORITHM = "ES256"
LONGEST = 2048
LARGEST_ID = 2**63 - 1
LEEWAY_SECONDS = 10
"""Between the clocks of two machines."""
MOST_REMEMBERED = 10_000

Kind = Literal["access", "refresh"]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a genuine token says."""

    kind: str
    user_id: int
    role: str
    session_id: int
    jti: uuid.UUID
    expires_at: float


class BadToken(NotSignedIn):
    """The token is not one of ours, is of the wrong kind, or its time has passed."""

    code = "token_not_valid"
    detail = "The token is invalid or expired."


_verified: dict[str, Claims] = {}


def issue(
    kind: Kind, *, user_id: int, role: str, session_id: int, jti: uuid.UUID, at: datetime, lasts: timedelta
) -> str:
    """A signed token."""
    claims = {
        "iss": settings.JWT_ISSUER,
        "aud": settings.JWT_AUDIENCE,
        "sub": str(user_id),
        "sid": session_id,
        "jti": jti.hex,
        "typ": kind,
        "role": role,
        "iat": int(at.timestamp()),
        "exp": int((at + lasts).timestamp()),
    }
    keys = settings.JWT_KEYS
    return jwt.encode(claims, _private_key(keys["private"]), algorithm=ALGORITHM, headers={"kid": keys["kid"]})


def read(token: str, kind: Kind) -> Claims:
    """What the token says, if it is genuine, of this kind and still valid. Raises `BadToken`.

    Tokens seen before are remembered by their exact text, so that a signature is checked once, not with each request.
    """
    claims = _verified.get(token)
    if claims is None:
        claims = _verify(token)
        while len(_verified) >= MOST_REMEMBERED:
            _verified.pop(next(iter(_verified), None), None)
        _verified[token] = claims
    if claims.expires_at + LEEWAY_SECONDS <= clock.now().timestamp():
        _verified.pop(token, None)
        raise BadToken
    if claims.kind != kind:
        raise BadToken
    return claims


def forget_verified() -> None:
    """Check every token anew, for example because a key was withdrawn."""
    _verified.clear()


def _verify(token: str) -> Claims:
    if not isinstance(token, str) or len(token) > LONGEST or not token.isascii():
        raise BadToken
    try:
        # Which of our keys to try is all that is taken from the unverified header.
        public = settings.JWT_KEYS["public"].get(jwt.get_unverified_header(token).get("kid"))
        if public is None:
            raise BadToken
        payload = jwt.decode(
            token,
            _public_key(public),
            algorithms=[ALGORITHM],
            issuer=settings.JWT_ISSUER,
            audience=settings.JWT_AUDIENCE,
            # Times are compared with `core.clock`, like all times.
            options={"require": ["iss", "aud"], "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
        if max(_number(payload["iat"]), _number(payload.get("nbf", 0))) > clock.now().timestamp() + LEEWAY_SECONDS:
            raise BadToken
        return Claims(
            kind=_one_of(payload["typ"], ("access", "refresh")),
            user_id=_id(payload["sub"]),
            role=_text(payload["role"]),
            session_id=_id(payload["sid"]),
            jti=uuid.UUID(hex=_text(payload["jti"])),
            expires_at=_number(payload["exp"]),
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise BadToken from None


def _id(value) -> int:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= LARGEST_ID):
        raise ValueError
    return int(text)


def _number(value) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError
    return float(value)


def _text(value) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _one_of(value, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError
    return value


@lru_cache(maxsize=4)
def _private_key(pem: str):
    return load_pem_private_key(pem.encode(), password=None)


@lru_cache(maxsize=16)
def _public_key(pem: str):
    return load_pem_public_key(pem.encode())
