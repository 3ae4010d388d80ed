"""JSON texts with holes: stored ready rendered, but for the owner, who may change his name and picture at any time, for
the addresses of pages that are linked to, which may change or be hidden, and for where pictures are served from, which
changes with `BASE_URL` or the bucket.

A hole is a control character, which JSON never contains raw, so filling it is one `str.replace`.
"""

from __future__ import annotations

import json
import secrets
from json.encoder import encode_basestring

from django.core.files.storage import storages

from core import remembered

OWNER = secrets.token_hex(16)
"""Stands in a value for its owner's UserRef until `store` makes it a hole. Unguessable, so no text contains it."""

_HOLE = "\x01"

PAGE = secrets.token_hex(16)
"""Stands around the id of a page in a value, in place of its address, until `store` makes it a hole."""

PAGE_HOLE = "\x02"

_PICTURES_HOLE = "\x03"

_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dumps(value) -> str:
    """Compact JSON text."""
    return encode_basestring(value) if type(value) is str else _encoder.encode(value)


def store(value) -> str:
    """JSON text to be stored, with holes for `OWNER`, for `PAGE`, and for where pictures are served from."""
    text = dumps(value).replace(f'"{OWNER}"', _HOLE).replace(PAGE, PAGE_HOLE)
    return text.replace(_pictures_base(), _PICTURES_HOLE)


def fill(text: str, owner_json: str) -> str:
    """The stored text with its holes filled: with the JSON text of the owner's UserRef, and where pictures are now."""
    return text.replace(_HOLE, owner_json).replace(_PICTURES_HOLE, _pictures_base())


@remembered.of_settings
def _pictures_base() -> str:
    return storages["default"].url("x")[:-1]
