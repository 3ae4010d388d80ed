"""Querysets compiled to SQL once and run many times: the ORM's words at the price of plain SQL.

Building and compiling a queryset costs more than the database needs to answer it. A statement is built once per shape
with slots in place of values, and later only the values are put in.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from django.db import connections
from django.db.models import IntegerField, QuerySet, Subquery

from core.prepared import Prepared, can_prepare
from core.replicas import reading_alias
from core.slots import Slots, filled, recipe_for


class Statement:
    """A compiled `values_list` queryset; `rows(**values)` runs it."""

    def __init__(self, build: Callable[[Slots], QuerySet], using: str):
        slots = Slots()
        queryset = build(slots).using(using)
        self._connection_alias = using
        ops = connections[using].ops
        known = slots.by_value(partial(_adapted, ops))
        compiler = queryset.query.get_compiler(using=using)
        self._sql, params = compiler.as_sql()
        self._recipes = [recipe_for(parameter, known) for parameter in params]
        self._prepared = Prepared(self._sql, self._recipes)
        self._compiler = compiler
        self._converters = _readers(compiler, connections[using])
        self._question_marked = self._sql.replace("%s", "?").replace("%%", "%")

    def rows(self, **values) -> list[tuple]:
        """The rows for these values, which must name every slot that the queryset used."""
        connection = connections[self._connection_alias]
        if can_prepare(connection):
            rows = self._prepared.rows(connection, values)
        else:
            rows = self._plain_rows(connection, values)
        return _converted(rows, self._converters.items(), connection) if self._converters else rows

    def _plain_rows(self, connection, values: dict) -> list[tuple]:
        adapted = {name: _adapted(connection.ops, value) for name, value in values.items()}
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.cursor.convert_query = self._marked  # else done anew for each execution, at a tenth of its cost
            cursor.execute(self._sql, filled(self._recipes, adapted, connection.ops))
            return cursor.fetchall()

    def _marked(self, sql: str, *, param_names=None) -> str:
        """The SQL with `?` in place of `%s`, as SQLite wants it."""
        return self._question_marked


def _adapted(ops, value):
    return ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


class Errand:
    """A value that the next statement of its database fetches along, which costs no query of its own."""

    def __init__(self, shape: Hashable, build: Callable[[Slots], QuerySet], values: dict, *, using: str):
        """`build` gives a queryset of one column and at most one row. A slot of its that is named like one of the
        statement's gets the statement's value."""
        self.shape, self.build, self.values, self.using = shape, build, values, using
        self.found = None
        self.is_done = False

    def __enter__(self) -> None:
        """From now on, the next statement fetches it along."""
        self._token = _errand.set(self)

    def __exit__(self, *error) -> None:
        _errand.reset(self._token)


_errand: ContextVar[Errand | None] = ContextVar("a value to fetch along", default=None)


@dataclass(frozen=True)
class _WithErrand:
    """A statement that fetches an errand's value in a column after its own, if it finds any row."""

    statement: Statement
    errand: Errand

    def rows(self, **values) -> list[tuple]:
        rows = self.statement.rows(**{**self.errand.values, **values})
        if rows:
            self.errand.is_done, self.errand.found = True, rows[0][-1]
        return [row[:-1] for row in rows]


def _readers(compiler, connection) -> dict[int, tuple[list[Callable], object]]:
    """Django's converters by column, with a faster one for SQLite's times, which are in UTC."""
    readers = compiler.get_converters([column for column, _, _ in compiler.select])
    if connection.vendor == "postgresql":  # whose driver gives whole numbers as such
        return {n: reader for n, reader in readers.items() if not isinstance(reader[1].output_field, IntegerField)}
    if connection.vendor != "sqlite" or connection.timezone is not UTC:
        return readers
    slow = connection.ops.convert_datetimefield_value
    return {
        column: ([_read_time if convert == slow else convert for convert in converters], expression)
        for column, (converters, expression) in readers.items()
    }


def _read_time(moment: datetime | str | None, expression, connection) -> datetime | None:
    """A time of SQLite's: the driver has read that of a column already, not that of an expression."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment and moment.replace(tzinfo=UTC)


def _converted(rows: list[tuple], readers, connection) -> list[tuple]:
    converted = [list(row) for row in rows]
    for column, (converters, expression) in readers:
        for convert in converters:
            for row in converted:
                row[column] = convert(row[column], expression, connection)
    return list(map(tuple, converted))


_compiled: dict[Hashable, Statement] = {}
_lock = threading.Lock()


def statement(
    shape: Hashable, build: Callable[[Slots], QuerySet], *, using: str | None = None
) -> Statement | _WithErrand:
    """The statement of this shape, built on first use. Whatever changes the SQL must be part of `shape`."""
    using = using or reading_alias()
    errand = _errand.get()
    if errand is None or errand.is_done or errand.using != using:
        return _statement(shape, build, using)

    def build_both(slots: Slots) -> QuerySet:
        return build(slots).annotate(fetched_along=Subquery(errand.build(slots)))

    return _WithErrand(_statement((shape, errand.shape), build_both, using), errand)


def _statement(shape: Hashable, build: Callable[[Slots], QuerySet], using: str) -> Statement:
    key = (using, shape)
    found = _compiled.get(key)
    if found is None:
        with _lock:
            found = _compiled.get(key)
            if found is None:
                found = _compiled[key] = Statement(build, using)
    return found
