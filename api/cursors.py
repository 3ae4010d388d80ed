"""Keyset pagination: opaque cursors, and the `meta` of a list.

A cursor holds the sort key of the row at the edge of a page and the direction to go on from there. It is sealed with a
keyed digest over the list it belongs to (its name and filters), so that a changed or borrowed cursor is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import QueryDict

from core.errors import Invalid

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
_LONGEST = 1000
_DIGEST = 9
_encoder = json.JSONEncoder(separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins: after (or, going back, before) the row with this sort key."""

    key: tuple
    is_backward: bool = False


def read_limit(query: QueryDict) -> int:
    """The `limit` of a request: 1 to 100, by default 20. Raises `Invalid`."""
    text = query.get("limit")
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MAX_LIMIT):
        raise Invalid(f"Give a whole number from 1 to {MAX_LIMIT}.", attr="limit")
    return int(text)


def refuse_unknown(query: QueryDict, known: Sequence[str]) -> None:
    """Raise `Invalid` for a parameter that the list does not have, or one given twice."""
    for name, values in query.lists():
        if name not in known:
            raise Invalid("Unknown query parameter.", code="unknown_parameter", attr=name[:100])
        if len(values) > 1:
            raise Invalid("Give this parameter once.", attr=name)


def seal(position: Position, scope: str) -> str:
    """The cursor of a position in the list called `scope`."""
    key = [_to_json(part) for part in position.key]
    payload = _encoder.encode([int(position.is_backward), *key]).encode()
    return base64.urlsafe_b64encode(_digest(payload, scope) + payload).rstrip(b"=").decode()


def open_cursor(text: str, scope: str) -> Position:
    """The position a cursor stands for. Raises `Invalid` for anything that `seal` did not make for this list."""
    try:
        if len(text) > _LONGEST:
            raise ValueError
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        digest, payload = raw[:_DIGEST], raw[_DIGEST:]
        if digest != _digest(payload, scope):
            raise ValueError
        direction, *key = json.loads(payload)
    except (ValueError, binascii.Error):
        raise Invalid("Not a cursor of this list.", code="invalid_cursor", attr="cursor") from None
    return Position(tuple(_from_json(part) for part in key), bool(direction))


def read_cursor(query: QueryDict, scope: str) -> Position | None:
    """The position a request asks for; None for the first page."""
    text = query.get("cursor")
    return None if text is None else open_cursor(text, scope)


def scope_of(name: str, query: QueryDict, ignored: Sequence[str] = ("cursor", "limit")) -> str:
    """The name of a list together with its filters, as cursors are bound to it."""
    filters = sorted((name, value) for name, value in query.items() if name not in ignored)
    return name + "?" + urlencode(filters) if filters else name


def meta(path: str, query: QueryDict, scope: str, *, page: Page, **more) -> dict:
    """The `meta` object of a list: absolute URLs of the neighbouring pages, or null."""

    def url(position: Position | None) -> str | None:
        if position is None:
            return None
        parameters = {**query.dict(), "cursor": seal(position, scope)}
        return f"{settings.BASE_URL}{quote(path)}?{urlencode(parameters)}"

    return {"next": url(page.next), "previous": url(page.previous), **more}


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page in list order, with the positions of its neighbours."""

    rows: list
    next: Position | None
    previous: Position | None


def cut_page(rows: list, *, limit: int, position: Position | None, key_of) -> Page:
    """Make a page of up to `limit + 1` rows as they were read (against list order when going backward)."""
    has_more = len(rows) > limit
    rows = rows[:limit]
    backward = position is not None and position.is_backward
    if backward:
        rows.reverse()
    if not rows:
        back = Position(position.key, not backward) if position else None
        return Page([], back if backward else None, None if backward else back)
    has_next = has_more if not backward else True
    has_previous = has_more if backward else position is not None
    return Page(
        rows,
        Position(key_of(rows[-1])) if has_next else None,
        Position(key_of(rows[0]), is_backward=True) if has_previous else None,
    )


def _digest(payload: bytes, scope: str) -> bytes:
    key = _digest_key(settings.SECRET_KEY)
    return hashlib.blake2b(scope.encode() + b"\0" + payload, key=key, digest_size=_DIGEST).digest()


@lru_cache(maxsize=2)
def _digest_key(secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), digest_size=32).digest()


def _to_json(part):
    if isinstance(part, datetime):
        return {"t": part.astimezone(UTC).isoformat()}
    return part


def _from_json(part):
    if isinstance(part, dict):
        return datetime.fromisoformat(part["t"])
    return part
