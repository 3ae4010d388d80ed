"""What an import did, and what it could not carry: nothing is left out silently."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

MOST_REMEMBERED = 10_000
"""Remarks beyond that are counted, and written to the report's file if there is one."""


class Report:
    """Counts what was done, and collects remarks on what was not; each is also written to `file` at once."""

    def __init__(self, file: TextIO | None = None):
        self.done: Counter[str] = Counter()
        self.remarks: list[tuple[str, str]] = []
        self.total = 0
        self.failed = 0
        self._file = file
        self._where, self._said = "", set[str]()

    def count(self, what: str, number: int = 1) -> None:
        """Something was brought in."""
        self.done[what] += number

    def lose(self, where: str, what: str) -> None:
        """Something could not be carried, or not as it was. What is said of one thing more than once counts once."""
        where, what = " ".join(where.split()), " ".join(what.split())
        if where != self._where:
            self._where, self._said = where, set()
        if what in self._said:
            return
        self._said.add(what)
        self.total += 1
        if len(self.remarks) < MOST_REMEMBERED:
            self.remarks.append((where, what))
        if self._file:
            self._file.write(f"{where}\t{what}\n")
            self._file.flush()

    def fail(self, where: str, what: str) -> None:
        """A whole post could not be carried."""
        self.failed += 1
        self.lose(where, what)
