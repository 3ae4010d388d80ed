"""JSON texts cast many times: rendered once by the real thing, with marks in place of what differs between posts."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from core.clock import iso
from core.holes import dumps

NUMBER = 987_650_000_000
"""Marks for numbers begin here."""
MOMENT = datetime(1901, 2, 3, 4, 5, 6, tzinfo=UTC)
"""The mark for a time, which must have no fractions of a second: JSON of different makers writes them differently."""


class Mould:
    """A text cut at its marks; `cast` puts other texts in their places."""

    def __init__(self, text: str, marks: dict[str, str]):
        """`marks` gives the name of each mark in the text."""
        pattern = re.compile("|".join(re.escape(mark) for mark in sorted(marks, key=len, reverse=True)))
        self._parts: list[str] = []
        self._names: list[tuple[int, str]] = []
        end = 0
        for found in pattern.finditer(text):
            self._parts += [text[end : found.start()], ""]
            self._names.append((len(self._parts) - 1, marks[found[0]]))
            end = found.end()
        self._parts.append(text[end:])

    def cast(self, values: dict[str, str]) -> str:
        """The text with these values, which are JSON already."""
        parts = self._parts.copy()
        for place, name in self._names:
            parts[place] = values[name]
        return "".join(parts)


def inner(text: str) -> str:
    """A text as it stands between the quotes of JSON."""
    return dumps(text)[1:-1]


def mark(name: str) -> str:
    """A mark for a text."""
    return f"~{name}~"


MARKED_MOMENT = iso(MOMENT)
