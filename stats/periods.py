"""The days that figures are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

USUAL_DAYS = 30
MOST_DAYS = 366
FORM = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class BadPeriod(ValueError):
    """What was asked for is no period; `attr` names the parameter."""

    def __init__(self, detail: str, attr: str):
        super().__init__(detail)
        self.detail, self.attr = detail, attr


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included."""

    first: date
    last: date

    def __iter__(self) -> Iterator[date]:
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)


def today() -> date:
    """The day it is, in UTC like all days here."""
    return datetime.now(UTC).date()


def read_period(query: Mapping[str, str]) -> Period:
    """The period that the parameters `from` and `to` name; without them the last thirty days. Raises `BadPeriod`."""
    last = _read(query, "to")
    first = _read(query, "from")
    if last is None:
        last = max(today(), first) if first else today()
    if first is None:
        try:
            first = last - timedelta(days=USUAL_DAYS - 1)
        except OverflowError:
            raise BadPeriod("Too early.", "to") from None
    if first > last:
        raise BadPeriod("The first day is after the last.", "from")
    if (last - first).days >= MOST_DAYS:
        raise BadPeriod(f"Ask for at most {MOST_DAYS} days.", "from")
    return Period(first, last)


def _read(query: Mapping[str, str], name: str) -> date | None:
    value = query.get(name)
    if value is None:
        return None
    try:
        if not FORM.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise BadPeriod("Give a day as YYYY-MM-DD.", name) from None
