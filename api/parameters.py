"""Query parameters turned into values, or into a clear 400."""

from __future__ import annotations

from datetime import UTC, datetime, time

from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.utils import OpenApiParameter

from core.errors import Invalid

LONGEST = 255
LONGEST_REASON = 1000


def text(query: QueryDict, name: str) -> str | None:
    """A parameter as text, or None. Raises `Invalid` for an empty, overlong or unprintable one."""
    value = query.get(name)
    if value is None:
        return None
    if not value or len(value) > LONGEST or any(character < " " for character in value):
        raise Invalid(f"Give 1 to {LONGEST} printable characters.", attr=name)
    return value


def moment(query: QueryDict, name: str) -> datetime | None:
    """A parameter as a point in time (ISO 8601; without a zone it is UTC), or None. Raises `Invalid`."""
    value = text(query, name)
    if value is None:
        return None
    try:
        found = parse_datetime(value.replace(" ", "+"))
        if found is None and (day := parse_date(value)):
            found = datetime.combine(day, time())
        if found is None:
            raise ValueError
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("Give a date or time in ISO 8601.", attr=name) from None


def reason(query: QueryDict) -> str:
    """The parameter `reason`: why another's thing is deleted, or a block lifted. Raises `Invalid`."""
    value = query.get("reason", "").strip()
    if len(value) > LONGEST_REASON or any(character < " " and character not in "\r\n\t" for character in value):
        raise Invalid(f"Give up to {LONGEST_REASON} printable characters.", attr="reason")
    return value


def choice(query: QueryDict, name: str, choices, *, default: str | None = None) -> str | None:
    """A parameter that is one of `choices`, or the default. Raises `Invalid`."""
    value = query.get(name, default)
    if value is not None and value not in choices:
        raise Invalid(f"Choose one of: {', '.join(choices)}.", attr=name)
    return value


LIMIT = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20})
CURSOR = OpenApiParameter("cursor", str, description="Opaque; from `meta.next` or `meta.previous`.")
REASON = OpenApiParameter("reason", str, description="Why: for the audit log and those concerned.")


def order_of(choices, default: str) -> OpenApiParameter:
    """The documentation of an `order` parameter."""
    return OpenApiParameter("order", str, enum=list(choices), default=default)


def listing(*filters: OpenApiParameter) -> list[OpenApiParameter]:
    """The documentation of a list's parameters: its own, and those every list has."""
    return [*filters, LIMIT, CURSOR]
