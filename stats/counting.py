"""Taking facts into a store: each in one transaction with the counters it moves, unless a newer one is known.

What was read before a transaction must still hold in it; where it does not (another process was at work), everything
is read and reckoned anew. So any number of processes may take the same facts, in any order, at once.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from stats.events import AnyEvent
from stats.facts import ALL, FLOOR, Fact, Key, Share, State, blog_scope, facts_of, shares_of
from stats.store.base import TOTAL, Change, Raced, Store

MOST_ITEMS_OF_FACT = 20
"""A fact touches at most its state, three guards, and days and totals of two posts, three blogs and of all."""
DAYS_SETTLED_AT_ONCE = 20
FACTS_AT_ONCE = 500
LONGEST_PAUSE = 0.5


def take_events(store: Store, events: Iterable[AnyEvent]) -> None:
    """Count what these events tell. Raises `StoreDown`; then some of it may have been counted, and all may be sent
    again."""
    take_facts(store, [fact for event in events for fact in facts_of(event)])


def take_facts(store: Store, facts: Sequence[Fact], *, is_history: bool = False) -> None:
    """Count what these facts make known; `is_history` lets them pass the floor that a replay of history sets."""
    newest: dict[Key, Fact] = {}
    for fact in facts:
        known = newest.get(fact.key)
        if known is None or known.state.sequence < fact.state.sequence:
            newest[fact.key] = fact
    waiting = list(newest.values())
    for start in range(0, len(waiting), FACTS_AT_ONCE):
        _take(store, waiting[start : start + FACTS_AT_ONCE], is_history)


def _take(store: Store, facts: list[Fact], is_history: bool) -> None:
    attempt = 0
    while True:
        try:
            gone = _Batch(store, is_history).take(facts)
            break
        except Raced:
            attempt += 1
            pause = min(0.005 * 2**attempt, LONGEST_PAUSE)
            time.sleep(pause * random.random())  # noqa: S311 - no secret
    for key in gone:
        _settle(store, key)


class _Batch:
    """Facts on their way into the store, in as few transactions as it allows."""

    def __init__(self, store: Store, is_history: bool):
        self.store = store
        self.is_history = is_history
        self.change = Change()
        self.known: dict[Key, State | None] = {}

    def take(self, facts: list[Fact]) -> list[Key]:
        """Take all of them; returns the keys of what is gone and has yet to be settled."""
        self._read([FLOOR, *(fact.key for fact in facts)])
        floor = self.known[FLOOR]
        limit = -1 if floor is None or self.is_history else floor.sequence
        fresh = [fact for fact in facts if self._is_news(fact, limit)]
        shares = {fact.key: self._moves(fact) for fact in fresh}
        self._read({share.guard for moves in shares.values() for share, _ in moves})
        for fact in fresh:
            if self.change.size + MOST_ITEMS_OF_FACT > self.store.most_items:
                self._commit()
            self._plan(fact, shares[fact.key])
        self._commit()
        found = ((fact.key, self.known[fact.key]) for fact in facts)
        return [key for key, state in found if state and _is_tombstone(state) and not state.fields.get("settled")]

    def _is_news(self, fact: Fact, floor: int) -> bool:
        known = self.known[fact.key]
        if not fact.counts_itself and fact.state.sequence <= floor:
            return False
        if known is None:
            return True
        return known.sequence < fact.state.sequence and not _is_tombstone(known)  # ids are never used again

    def _moves(self, fact: Fact) -> list[tuple[Share, int]]:
        before = [(share, -1) for share in shares_of(self.known[fact.key])]
        return before + [(share, +1) for share in shares_of(fact.state)]

    def _plan(self, fact: Fact, moves: list[tuple[Share, int]]) -> None:
        change = self.change
        for share, sign in moves:
            guard = self.known[share.guard]
            if guard is not None and guard.is_gone:
                continue
            if share.guard not in change.states:
                change.guards[share.guard] = guard.sequence if guard else None
            for scope in share.scopes:
                for day in (share.day, TOTAL):
                    change.counts.setdefault((scope, day), Counter())[share.name] += sign * share.count
        known = self.known[fact.key]
        change.states[fact.key] = (known.sequence if known else None, fact.state)
        change.guards.pop(fact.key, None)
        self.known[fact.key] = fact.state
        if fact.state.fields.get("is") == "post":
            is_shown = not fact.state.is_gone and fact.state.fields["live"]
            change.tops[fact.key[0]] = fact.state.fields["blog"] if is_shown else None

    def _read(self, keys: Iterable[Key]) -> None:
        missing = [key for key in dict.fromkeys(keys) if key not in self.known]
        found = self.store.states(missing)
        self.known |= {key: found.get(key) for key in missing}

    def _commit(self) -> None:
        change, self.change = self.change, Change()
        if change.states:
            self.store.commit(change)


def _is_tombstone(state: State) -> bool:
    """Whether it stands for a post or blog that was deleted."""
    return state.is_gone and "is" in state.fields


def _settle(store: Store, key: Key) -> None:
    """Take what is gone out of all counters that it was part of, a few days at a time.

    From its tombstone on nothing is added to its own counters any more, so that they can only shrink to nothing.
    """
    scope = key[0]
    tombstone = store.states([key])[key]
    if tombstone.fields["is"] == "post":
        above, names = (blog_scope(tombstone.fields["blog"]), ALL), ("likes", "comments", "replies", "views")
    else:
        above, names = (ALL,), ("posts", "followers")
    days = {day: {name: counts[name] for name in names} for day, counts in store.counts_by_day(scope).items()}
    days = {day: counts for day, counts in days.items() if any(counts.values())}
    waiting = sorted(days)
    for start in range(0, len(waiting), DAYS_SETTLED_AT_ONCE):
        _settle_days(store, scope, above, {day: days[day] for day in waiting[start : start + DAYS_SETTLED_AT_ONCE]})
    store.forget_parts(scope)
    settled = State(tombstone.sequence, tombstone.fields | {"settled": True})
    store.commit(Change(states={key: (tombstone.sequence, settled)}))


def _settle_days(store: Store, scope: str, above: tuple[str, ...], days: dict[str, dict[str, int]]) -> None:
    change = Change()
    for day, counts in days.items():
        change.expected[scope, day] = counts
        for each in (scope, *above):
            for place in (day, TOTAL):
                change.counts.setdefault((each, place), Counter()).subtract(counts)
    try:
        store.commit(change)
    except Raced:  # another process has settled these days, or is about it
        left = store.counts_by_day(scope)
        again = {day: {name: left[day][name] for name in counts} for day, counts in days.items() if day in left}
        again = {day: counts for day, counts in again.items() if any(counts.values())}
        if again:
            time.sleep(LONGEST_PAUSE * random.random())  # noqa: S311 - no secret
            _settle_days(store, scope, above, again)
