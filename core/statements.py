"""Querysets compiled to SQL once and run many times: the ORM's words at the price of plain SQL.

Building and compiling a queryset costs more than the database needs to answer it. A statement is built once per shape
with slots in place of values, and later only the values are put in.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.db import connections
from django.db.models import IntegerField, QuerySet

from core.replicas import reading_alias

_SLOT_DAY = datetime(1, 1, 2, tzinfo=UTC)
_SLOT_NUMBER = 8_070_450_532_247_000_000


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


def _recipe(parameter, names: dict):
    """How to get a parameter from the values: itself, or a function; a slot within a pattern of LIKE is escaped."""
    if not isinstance(parameter, Hashable):
        return parameter
    if parameter in names:
        name = names[parameter]
        return lambda values, ops: values[name]
    for slot, name in names.items():
        if isinstance(parameter, str) and isinstance(slot, str) and slot in parameter:
            before, after = parameter.split(slot)
            return lambda values, ops, name=name: f"{before}{ops.prep_for_like_query(values[name])}{after}"
    return parameter


class Statement:
    """A compiled `values_list` queryset; `rows(**values)` runs it."""

    def __init__(self, build: Callable[[Slots], QuerySet], using: str):
        slots = Slots()
        queryset = build(slots).using(using)
        self._connection_alias = using
        ops = connections[using].ops
        names = {self._adapt(ops, value): name for name, value in slots.values.items()}
        compiler = queryset.query.get_compiler(using=using)
        self._sql, params = compiler.as_sql()
        self._parameters = [_recipe(parameter, names) for parameter in params]
        self._numbered = _numbered(self._sql)
        self.width = len(compiler.select)
        self._arguments = f"({', '.join(['%s'] * len(params))})" if params else ""
        self._compiler = compiler
        self._converters = _readers(compiler, connections[using])
        self._question_marked = self._sql.replace("%s", "?").replace("%%", "%")

    @staticmethod
    def _adapt(ops, value):
        return ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value

    def rows(self, **values) -> list[tuple]:
        """The rows for these values, which must name every slot that the queryset used."""
        errand = _errand.get()
        if errand is not None and errand.goes_with(self):
            return self._with_errand(errand, values)
        connection = connections[self._connection_alias]
        params = self._filled(connection.ops, values)
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.cursor.convert_query = self._marked  # else done anew for each execution, at a tenth of its cost
            name = prepared(connection, cursor, self, self._numbered)
            cursor.execute(f"EXECUTE {name}{self._arguments}" if name else self._sql, params)
            rows = cursor.fetchall()
        return self._read(rows, connection)

    def _filled(self, ops, values: dict) -> list:
        adapted = {name: self._adapt(ops, value) for name, value in values.items()}
        return [recipe(adapted, ops) if callable(recipe) else recipe for recipe in self._parameters]

    def _read(self, rows: list[tuple], connection) -> list[tuple]:
        return _converted(rows, self._converters.items(), connection) if self._converters else rows

    def _with_errand(self, errand: Errand, values: dict) -> list[tuple]:
        """The rows, and in the same round trip the errand's row."""
        connection, other = connections[self._connection_alias], errand.statement
        sql = _joined(other, self)
        params = other._filled(connection.ops, errand.values) + self._filled(connection.ops, values)
        with connection.cursor() as cursor:
            name = prepared(connection, cursor, (other, self), sql)
            cursor.execute(f"EXECUTE {name}({', '.join(['%s'] * len(params))})", params)
            rows = cursor.fetchall()
        width = other.width
        errand.done([row[:width] for row in rows[:1]], connection)
        return self._read([row[width:-1] for row in rows if row[-1] is not None], connection)

    def can_be_joined_with(self, other: Statement) -> bool:
        """Whether both can be asked in one round trip: of the same database, and prepared."""
        alias = self._connection_alias
        return alias == other._connection_alias and can_prepare(connections[alias])

    def _marked(self, sql: str, *, param_names=None) -> str:
        """The SQL with `?` in place of `%s`, as SQLite wants it."""
        return self._question_marked


class Errand:
    """A statement for at most one row, which the next other statement takes along where that saves a round trip."""

    def __init__(self, statement: Statement, values: dict):
        self.statement = statement
        self.values = values
        self._rows: list[tuple] | None = None

    @contextmanager
    def taken_along(self) -> Iterator[None]:
        """Within, the next statement takes it along."""
        token = _errand.set(self)
        try:
            yield
        finally:
            _errand.reset(token)

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
def _joined(one: Statement, many: Statement) -> str:
    """The SQL for the row of one statement and the rows of another: with nulls, where the other has none."""
    ones = ", ".join(f"one_{number}" for number in range(one.width))
    more = ", ".join(f"many_{number}" for number in range(many.width))
    return _numbered(
        f"SELECT one.*, many.* FROM ({one._sql}) one ({ones}) LEFT JOIN ("  # noqa: S608 - our own statements
        f"SELECT found.*, ROW_NUMBER() OVER () AS place FROM ({many._sql}) found ({more})"
        ") many ON TRUE ORDER BY place"
    )


def prepared(connection, cursor, key: Hashable, sql: str) -> str | None:
    """The name under which this SQL (with `$1`, `$2` …) is prepared on the connection, where that saves the planning.

    A pooler between us and PostgreSQL hands connections around, which is what Django's setting against server-side
    cursors stands for; there, and on SQLite, nothing is prepared and the answer is None.
    """
    if not can_prepare(connection):
        return None
    raw, names = connection.__dict__.get("_prepared_statements", (None, None))
    if raw is not connection.connection:
        names = {}
        connection.__dict__["_prepared_statements"] = (connection.connection, names)
    name = names.get(key)
    if name is None:
        name = f"inktree_{len(names)}"
        cursor.cursor.execute(f"PREPARE {name} AS {sql}")
        names[key] = name
    return name


def can_prepare(connection) -> bool:
    """Whether `prepared` prepares anything on this connection."""
    return connection.vendor == "postgresql" and not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")


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


def _numbered(sql: str) -> str:
    """The SQL with `$1`, `$2` … in place of `%s`, as PREPARE wants it."""
    head, *parts = sql.split("%s")
    return (head + "".join(f"${number}{part}" for number, part in enumerate(parts, 1))).replace("%%", "%")


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
