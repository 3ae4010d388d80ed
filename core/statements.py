"""Querysets compiled to SQL once and run many times: the ORM's words at the price of plain SQL.

Building and compiling a queryset costs more than the database needs to answer it. A statement is built once per shape
with slots in place of values, and later only the values are put in.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache, partial

from django.db import connections
from django.db.models import IntegerField, QuerySet

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
        self.part = self._sql, self._recipes
        self.width = len(compiler.select)
        self._compiler = compiler
        self._converters = _readers(compiler, connections[using])
        self._question_marked = self._sql.replace("%s", "?").replace("%%", "%")

    def rows(self, **values) -> list[tuple]:
        """The rows for these values, which must name every slot that the queryset used."""
        connection = connections[self._connection_alias]
        if not can_prepare(connection):
            return self._read(self._plain_rows(connection, values), connection)
        errand = _errand.get()
        if errand is None or not errand.goes_with(self):
            return self._read(_alone(self).rows(connection, values), connection)
        rows = _joined(errand.statement, self).rows(connection, errand.values, values)
        width = errand.statement.width
        errand.done([row[:width] for row in rows[:1]], connection)
        return self._read([row[width:-1] for row in rows if row[-1] is not None], connection)

    def _plain_rows(self, connection, values: dict) -> list[tuple]:
        adapted = {name: _adapted(connection.ops, value) for name, value in values.items()}
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.cursor.convert_query = self._marked  # else done anew for each execution, at a tenth of its cost
            cursor.execute(self._sql, filled(self._recipes, adapted, connection.ops))
            return cursor.fetchall()

    def _read(self, rows: list[tuple], connection) -> list[tuple]:
        return _converted(rows, self._converters.items(), connection) if self._converters else rows

    def can_be_joined_with(self, other: Statement) -> bool:
        """Whether both can be asked in one round trip: of the same database, and prepared."""
        alias = self._connection_alias
        return alias == other._connection_alias and can_prepare(connections[alias])

    def _marked(self, sql: str, *, param_names=None) -> str:
        """The SQL with `?` in place of `%s`, as SQLite wants it."""
        return self._question_marked


def _adapted(ops, value):
    return ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


class Errand:
    """A statement for at most one row, which the next other statement takes along where that saves a round trip."""

    def __init__(self, statement: Statement, values: dict):
        self.statement = statement
        self.values = values
        self._rows: list[tuple] | None = None

    def __enter__(self) -> None:
        """From now on, the next statement takes it along."""
        self._token = _errand.set(self)

    def __exit__(self, *error) -> None:
        _errand.reset(self._token)

    def goes_with(self, statement: Statement) -> bool:
        """Whether that statement can take it along, and it was not run yet."""
        return self._rows is None and self.statement.can_be_joined_with(statement)

    def done(self, rows: list[tuple], connection) -> None:
        """Keep what came back."""
        self._rows = self.statement._read(rows, connection)

    def row(self) -> tuple | None:
        """Its row, or None if there is none; it is run now if no statement took it along."""
        if self._rows is None:
            self._rows = self.statement.rows(**self.values)
        return self._rows[0] if self._rows else None


_errand: ContextVar[Errand | None] = ContextVar("a statement to take along", default=None)


@lru_cache(10_000)
def _alone(statement: Statement) -> Prepared:
    return Prepared("{}", statement.part)


@lru_cache(10_000)
def _joined(one: Statement, many: Statement) -> Prepared:
    """The row of one statement and the rows of another: with nulls, where the other has none."""
    ones = ", ".join(f"one_{number}" for number in range(one.width))
    more = ", ".join(f"many_{number}" for number in range(many.width))
    return Prepared(
        f"SELECT one.*, many.* FROM ({{}}) one ({ones}) LEFT JOIN ("  # noqa: S608 - our own statements
        f"SELECT found.*, ROW_NUMBER() OVER () AS place FROM ({{}}) found ({more})"
        ") many ON TRUE ORDER BY place",
        one.part,
        many.part,
    )


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


def statement(shape: Hashable, build: Callable[[Slots], QuerySet], *, using: str | None = None) -> Statement:
    """The statement of this shape, built on first use. Whatever changes the SQL must be part of `shape`."""
    using = using or reading_alias()
    key = (using, shape)
    found = _compiled.get(key)
    if found is None:
        with _lock:
            found = _compiled.get(key)
            if found is None:
                found = _compiled[key] = Statement(build, using)
    return found
