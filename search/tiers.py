"""Kinds of things that can be found, their tiers, and what is asked of a tier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from accounts.viewers import Viewer
from core.slots import Slots
from search.entries import Field
from search.models import Entry, Words
from search.queries import Clause, Query

SIZES = (1, 11, 21, 51, 101)
"""How many rows a statement reads; one is compiled for each."""
END = 1 << 62

Condition = Callable[[Viewer, Slots], Q]
"""Which things the viewer may see, as a condition on what is read; `at` is the slot of the time."""


@dataclass(frozen=True, slots=True)
class Tier:
    """Things in which all words stand in one field. `bonus` is the weight that is worth."""

    field: Field
    bonus: int
    visible: Condition
    shortest_beginning: int = 1

    def clauses(self, query: Query) -> tuple[Clause, ...]:
        """What is asked of the index."""
        if self.field is Field.WHOLE:
            return query.as_a_whole()
        return query.within(self.field, shortest=self.shortest_beginning)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of things that can be found; its tiers, each of which is part of the next; the most that one weighs."""

    entry: type[Entry]
    words: type[Words]
    tiers: tuple[Tier, ...]
    heaviest: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is asked for beside the words: lexemes that must be there, and times of publication."""

    marks: tuple[Clause, ...] = ()
    published_after: datetime | None = None
    published_before: datetime | None = None

    @property
    def times(self) -> dict[str, datetime]:
        """The given times, by the names of their slots."""
        both = {"published_after": self.published_after, "published_before": self.published_before}
        return {name: time for name, time in both.items() if time is not None}

    def condition(self, slots: Slots, path: str) -> Q:
        """The times as a condition; `path` leads to the entry."""
        conditions = Q()
        for name, lookup in (("published_after", "gt"), ("published_before", "lt")):
            if name in self.times:
                conditions &= Q(**{f"{path}post__published_at__{lookup}": slots.time(name)})
        return conditions


EVERYTHING = Narrowing()


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a tier is read: up to `size` places beyond `edge`, downwards or (going `backward`) upwards."""

    viewer: Viewer
    size: int
    edge: int
    backward: bool
    where: Narrowing


def entry_path() -> str:
    """The path from what a statement reads to the entry: SQLite's full text tables stand before it."""
    return "" if connection.vendor == "postgresql" else "entry__"
