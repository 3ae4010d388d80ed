"""What counting needs of a store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from stats.facts import Key, State

TOTAL = ""
"""In the place of a day: the counters of all days."""

Counts = dict[str, int]


class StoreDown(Exception):
    """The store does not answer, or has no room for more just now; the same may be tried again later."""


class Raced(Exception):
    """Something is not as the change expects it any more; nothing of the change was made."""


@dataclass
class Change:
    """What is to be done in one transaction, and what must hold for it.

    `states` maps keys to the number of the state expected there (None: no state) and the new state; `guards` maps keys
    that stay as they are to the number expected there; `counts` maps scopes and days to what is added; `expected` maps
    scopes and days to counts that must be just these before; `tops` maps the scope of a post to the blog among whose
    posts it is ranked, or None.
    """

    states: dict[Key, tuple[int | None, State]] = field(default_factory=dict)
    guards: dict[Key, int | None] = field(default_factory=dict)
    counts: dict[tuple[str, str], Counter] = field(default_factory=dict)
    expected: dict[tuple[str, str], Counts] = field(default_factory=dict)
    tops: dict[str, int | None] = field(default_factory=dict)

    @property
    def moved(self) -> dict[tuple[str, str], Counts]:
        """The counts that really change."""
        moved = {place: {name: by for name, by in counts.items() if by} for place, counts in self.counts.items()}
        return {place: counts for place, counts in moved.items() if counts}

    @property
    def size(self) -> int:
        """How many items it touches, at most."""
        return len(self.states) + len(self.guards) + len(self.counts) + len(self.tops)


class Store(ABC):
    """Keeps states and counters. Every method may raise `StoreDown`."""

    most_items: int
    """How many items a change may touch."""

    @abstractmethod
    def create(self) -> None:
        """Make what the store needs, where it is missing."""

    @abstractmethod
    def check(self) -> None:
        """Raise `StoreDown` where the store cannot be used."""

    @abstractmethod
    def states(self, keys: Iterable[Key]) -> dict[Key, State]:
        """The states known under these keys, as of now."""

    @abstractmethod
    def commit(self, change: Change) -> None:
        """Make all of a change, or (`Raced`) nothing of it."""

    @abstractmethod
    def total(self, scope: str) -> Counts:
        """All counters of a scope."""

    @abstractmethod
    def counts_by_day(self, scope: str, first: str = "0", last: str = "9999-99") -> dict[str, Counts]:
        """The counters of a scope on each day between two days that has any."""

    @abstractmethod
    def top(self, blog: int, limit: int) -> list[tuple[int, Counts]]:
        """The live posts of a blog that have the most views (then likes, then comments), with their counters."""

    @abstractmethod
    def forget_parts(self, scope: str) -> None:
        """Remove the states of likes, comments, views and follows of something that is gone."""

    @abstractmethod
    def clear(self, *, floor: int) -> None:
        """Forget everything, and take no events with numbers up to `floor` any more."""

    def close(self) -> None:  # noqa: B027 - not every store holds something
        """Let go of connections."""
