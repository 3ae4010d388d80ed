"""Access tokens of the CMS, checked with its public keys alone: nobody here could make one.

A token is taken until it expires (15 minutes, as the CMS is configured); that its session has ended is not known here.
That its user is blocked or gone is.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key

ALGORITHM = "ES256"
LONGEST = 2048
LARGEST_ID = 2**63 - 1
LEEWAY_SECONDS = 10
ROLES = ("user", "moderator", "admin")


class BadToken(Exception):
    """Not a genuine access token, or not one any more."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a token speaks for."""

    user: int
    role: str


class Tokens:
    """Checks tokens with these public keys, by `kid`."""

    def __init__(self, keys: Mapping[str, str], *, issuer: str, audience: str):
        self._keys = {kid: load_pem_public_key(pem.encode()) for kid, pem in keys.items()}
        self._issuer, self._audience = issuer, audience

    def read(self, token: str) -> Caller:
        """Whom it speaks for. Raises `BadToken`."""
        if len(token) > LONGEST or not token.isascii():
            raise BadToken
        try:
            # Which of our keys to try is all that is taken from the unverified header.
            key = self._keys.get(jwt.get_unverified_header(token).get("kid"))
            if key is None:
                raise BadToken
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_SECONDS,
                options={"require": ["iss", "aud", "exp", "iat", "sub"]},
            )
            if claims["typ"] != "access" or claims["role"] not in ROLES:
                raise BadToken
            if claims["iat"] > time.time() + LEEWAY_SECONDS:
                raise BadToken
            return Caller(_id(claims["sub"]), claims["role"])
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
            raise BadToken from None


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= LARGEST_ID):
        raise ValueError
    return int(text)


def token_of(header: str) -> str:
    """The token in an `Authorization` header. Raises `BadToken` for any other form."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or " " in token or "," in token:
        raise BadToken
    return token
