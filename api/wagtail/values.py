"""Query parameters of Wagtail's endpoints turned into values, or into a clear 400."""

from __future__ import annotations

import re
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict

from api import cursors, parameters
from api.identifiers import LARGEST_ID
from core.errors import Invalid

LONGEST = 1000
DEEPEST = 6
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def refuse_unsound(query: QueryDict, known: Collection[str]) -> None:
    """Raise `Invalid` for an unknown or repeated parameter, or a value that is too long or no printable text."""
    cursors.refuse_unknown(query, known)
    for name, value in query.items():
        if len(value) > LONGEST:
            raise Invalid(f"Give at most {LONGEST} characters.", attr=name)
        if any(character < " " for character in value):
            raise Invalid("Control characters are not allowed.", attr=name)


def number(text: str, name: str) -> int:
    """A whole number from 0 on, in plain decimal digits, that a database can hold. Raises `Invalid`."""
    if not _NUMBER.fullmatch(text) or int(text) > LARGEST_ID:
        raise Invalid("Give a whole number.", attr=name)
    return int(text)


def of_field(field: models.Field, query: QueryDict, name: str):
    """The value to filter a model field by. Raises `Invalid`."""
    text = query[name]
    if isinstance(field, models.BooleanField):
        if text not in _BOOLEANS:
            raise Invalid("Give true or false.", attr=name)
        return _BOOLEANS[text]
    if isinstance(field, models.DateTimeField):
        return parameters.moment(query, name)
    if isinstance(field, models.IntegerField | models.ForeignKey):
        return number(text, name)
    try:
        return field.to_python(text)
    except (ValidationError, ValueError, TypeError):
        raise Invalid("Not a value of this field.", attr=name) from None


def refuse_deep(fields: str) -> None:
    """Raise `Invalid` for a `fields` parameter nested deeper than anything is."""
    depth = 0
    for character in fields:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth > DEEPEST:
            raise Invalid(f"Nested deeper than {DEEPEST} levels.", attr="fields")
