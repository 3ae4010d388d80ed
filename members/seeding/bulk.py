"""Rows by the ten thousand, past the ORM: COPY on PostgreSQL, `executemany` on SQLite."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Model

NULL = r"\N"


class Table:
    """The table of a model. A row is given as the values of the `varying` columns; all others are the same in each.

    Columns neither varying nor `constant` have the model's default. Values go in as the database stores them: see
    `stored_time`; a UUID is its 32 digits.
    """

    def __init__(self, model: type[Model], varying: Sequence[str], **constant):
        fields = [field for field in model._meta.local_concrete_fields if not _is_made(field, varying)]
        columns = [field.attname for field in fields]
        if unknown := {*varying, *constant} - set(columns):
            raise TypeError(f"{model.__name__} has no {unknown}")
        self._name = connection.ops.quote_name(model._meta.db_table)
        self._columns = [connection.ops.quote_name(field.column) for field in fields]
        self._blank = [
            field.get_db_prep_save(constant.get(field.attname, field.get_default()), connection)
            if field.attname not in varying
            else None
            for field in fields
        ]
        self._places = [columns.index(name) for name in varying]

    def insert(self, rows: Iterable[Sequence]) -> None:
        """Insert rows of the varying values."""
        if connection.vendor == "postgresql":
            self._copy(rows)
        else:
            marks = ", ".join("?" * len(self._columns))
            sql = f"INSERT INTO {self._name} ({', '.join(self._columns)}) VALUES ({marks})"
            connection.ensure_connection()
            connection.connection.executemany(sql, self._whole(rows))

    def _whole(self, rows: Iterable[Sequence]) -> Iterable[list]:
        blank, places = self._blank, self._places
        for row in rows:
            whole = blank.copy()
            for place, value in zip(places, row, strict=True):
                whole[place] = value
            yield whole

    def _copy(self, rows: Iterable[Sequence]) -> None:
        lines = io.StringIO()
        write = csv.writer(lines).writerow
        for whole in self._whole(rows):
            write([NULL if value is None else value for value in whole])
        lines.seek(0)
        with connection.cursor() as cursor:
            columns = ", ".join(self._columns)
            cursor.copy_expert(f"COPY {self._name} ({columns}) FROM STDIN (FORMAT csv, NULL '{NULL}')", lines)


def _is_made(field, varying: Sequence[str]) -> bool:
    """Whether the database itself makes the value: a number that nobody gave."""
    return field.primary_key and field.get_internal_type().endswith("AutoField") and field.attname not in varying


def reserve_ids(model: type[Model], number: int) -> int:
    """The first of `number` ids that nobody else will use."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column])
            sequence = cursor.fetchone()[0]
            cursor.execute("SELECT nextval(%s)", [sequence])
            first = cursor.fetchone()[0]
            cursor.execute("SELECT setval(%s, %s)", [sequence, first + number - 1])
            return first
        cursor.execute(f"SELECT COALESCE(MAX({column}), 0) FROM {connection.ops.quote_name(table)}")
        highest = cursor.fetchone()[0]
        cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        return max(highest, cursor.fetchone()[0]) + 1


def stored_time(moment: datetime) -> str:
    """A time as the database takes it."""
    if connection.vendor == "postgresql":
        return moment.isoformat()
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def update(model: type[Model], column: str, steps: dict[int, int]) -> None:
    """Add to a number in the rows with these ids."""
    table, name, key = (
        connection.ops.quote_name(word) for word in (model._meta.db_table, column, model._meta.pk.column)
    )
    sql = f"UPDATE {table} SET {name} = {name} + %s WHERE {key} = %s"
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(step, pk) for pk, step in steps.items()])
