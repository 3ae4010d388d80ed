"""Places in a statement for values that come later."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_SLOT_DAY = datetime(1, 1, 2, tzinfo=UTC)
_SLOT_NUMBER = 8_070_450_532_247_000_000
_TYPES = {datetime: "timestamptz", int: "bigint"}


@dataclass(frozen=True)
class Slot:
    """A place for a value: its name, and the type that PostgreSQL shall take it for, if it need not find that out."""

    name: str
    type: str | None


class Slots:
    """Hands out values that stand for the ones to be put in later. Each name stands for one value."""

    def __init__(self):
        self.values: dict[str, object] = {}

    def time(self, name: str) -> datetime:
        """A slot for a point in time."""
        return self.values.setdefault(name, _SLOT_DAY + timedelta(microseconds=len(self.values)))

    def number(self, name: str) -> int:
        """A slot for an integer."""
        return self.values.setdefault(name, _SLOT_NUMBER + len(self.values))

    def text(self, name: str) -> str:
        """A slot for a string."""
        return self.values.setdefault(name, f"\x02slot {len(self.values)}\x02")

    def by_value(self, adapt: Callable[[object], Hashable]) -> dict[Hashable, Slot]:
        """The slots that were handed out, by what stands for them once `adapt` has made a parameter of it."""
        return {adapt(value): Slot(name, _TYPES.get(type(value))) for name, value in self.values.items()}


def recipe_for(parameter, slots: dict[Hashable, Slot]):
    """How to get a parameter from the values: a slot, or itself, or a function of the values for a slot within a
    pattern of LIKE, where it is escaped."""
    if not isinstance(parameter, Hashable):
        return parameter
    if parameter in slots:
        return slots[parameter]
    for value, slot in slots.items():
        if isinstance(parameter, str) and isinstance(value, str) and value in parameter:
            before, after = parameter.split(value)
            return lambda values, ops, name=slot.name: f"{before}{ops.prep_for_like_query(values[name])}{after}"
    return parameter


def filled(recipes: list, values: dict, ops) -> list:
    """The parameters for these values."""
    return [
        values[recipe.name] if type(recipe) is Slot else recipe(values, ops) if callable(recipe) else recipe
        for recipe in recipes
    ]
