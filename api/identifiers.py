"""Ids as paths give them."""

from __future__ import annotations

from core.errors import NotFound

LARGEST_ID = 2**63 - 1


def id_of(text: str | int) -> int:
    """The id a path names, in plain decimal digits. Raises `NotFound` for anything no row can have."""
    text = str(text)
    if not (text.isascii() and text.isdigit() and not text.startswith("0") and len(text) < 20):
        raise NotFound
    if int(text) > LARGEST_ID:
        raise NotFound
    return int(text)
