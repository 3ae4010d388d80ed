"""Walking through many rows with few of them in memory, and no cursor open between them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

CHUNK = 100


def in_chunks(queryset: QuerySet, *, size: int = CHUNK) -> Iterator:
    """The rows in the order of their keys, read some at a time; rows that are deleted meanwhile are left out."""
    last = None
    while True:
        rows = queryset.order_by("pk") if last is None else queryset.filter(pk__gt=last).order_by("pk")
        found = list(rows[:size])
        yield from found
        if len(found) < size:
            return
        last = found[-1].pk
