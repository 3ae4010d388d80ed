"""What all lists share: their orders, where a page begins, and the viewer as part of a statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from django.db.models import BigIntegerField, BooleanField, CharField, DateTimeField, F, Func, QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from accounts.viewers import Viewer
from core.slots import Slots


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a list by one column and the id: whether it descends, and what the column holds."""

    column: str
    descends: bool = True
    kind: Literal["time", "number", "text"] = "time"

    def slot(self, slots: Slots) -> Value:
        """The slot `key` as a value to compare the column with."""
        return Value(getattr(slots, self.kind)("key"), output_field=_FIELDS[self.kind]())


_FIELDS = {"time": DateTimeField, "number": BigIntegerField, "text": CharField}


@dataclass(frozen=True, slots=True)
class ListRead:
    """Rows of a list as one viewer sees them, in the order they were read, and the version they are of.

    The version is None where there was no row to tell it, and for what was read for somebody who is signed in.
    """

    rows: list[Row]
    version: int | None


class Row(NamedTuple):
    """One row of a list: its sort key, its JSON text, and until when that may be shown (None: no time is set)."""

    key: tuple
    json: str
    good_until: datetime | None = None


class RowBeyond(Func):
    """`(column, id) < (key, id)`, as both databases compare rows; Django's own lookup gives SQLite a slower form."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, *expressions, operator: str = "<"):
        super().__init__(*expressions)
        self.operator = operator

    def as_sql(self, compiler, connection, **extra):
        parts, params = zip(*(compiler.compile(part) for part in self.source_expressions), strict=True)
        sql = f"({parts[0]}, {parts[1]}) {self.operator} ({parts[2]}, {parts[3]})"
        return sql, [param for some in params for param in some]


def keyset(queryset: QuerySet, order: Order, *, slots: Slots, backward: bool, starts: bool) -> QuerySet:
    """Order a queryset and begin it after the row whose key is in the slots `key` and `id` (unless it `starts`)."""
    descends = order.descends is not backward
    if not starts:
        operator = "<" if descends else ">"
        edge = (order.slot(slots), Value(slots.number("id")))
        queryset = queryset.filter(RowBeyond(F(order.column), F("pk"), *edge, operator=operator))
    sign = "-" if descends else ""
    return queryset.order_by(f"{sign}{order.column}", f"{sign}pk")


def viewer_kind(viewer: Viewer) -> str:
    """What of a viewer decides the shape of a statement."""
    return "anonymous" if viewer.is_anonymous else "moderator" if viewer.is_moderator else "user"


def slotted(viewer: Viewer, slots: Slots) -> Viewer:
    """The viewer with a slot in place of his id."""
    return viewer if viewer.is_anonymous else Viewer(slots.number("viewer"), viewer.role)


def tagged_so(slots: Slots) -> Exact:
    """The tag of a tagged item is the one in the slot `tag`, in lower case."""
    return Exact(Lower("tag__name"), slots.text("tag"))
