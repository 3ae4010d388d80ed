"""Statements that PostgreSQL prepares on a connection, to plan them once."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime

from core.slots import Slot, filled


def prepared(connection, cursor, key: Hashable, sql: str, *, types: str = "") -> str | None:
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
        cursor.cursor.execute(f"PREPARE {name}{types} AS {sql}")
        names[key] = name
    return name


def can_prepare(connection) -> bool:
    """Whether `prepared` prepares anything on this connection."""
    return connection.vendor == "postgresql" and not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")


class Prepared:
    """SQL to be prepared: each slot is one parameter, however often it stands there."""

    def __init__(self, sql: str, recipes: list):
        numbers, self._recipes = _numbers(recipes)
        types = [getattr(recipe, "type", None) or "unknown" for recipe in self._recipes]
        self._sql = _numbered(sql, numbers)
        self._types = f" ({', '.join(types)})" if types else ""
        self._arguments = f"({', '.join(['%s'] * len(types))})" if types else ""

    def rows(self, connection, values: dict) -> list[tuple]:
        """The rows for these values."""
        texts = {name: str(value) if type(value) is datetime else value for name, value in values.items()}
        with connection.cursor() as cursor:
            name = prepared(connection, cursor, self, self._sql, types=self._types)
            cursor.execute(f"EXECUTE {name}{self._arguments}", filled(self._recipes, texts, connection.ops))
            return cursor.cursor.fetchall()  # which have all arrived: Django's watch over errors is not needed


def _numbers(recipes: list) -> tuple[list[int], list]:
    """The number of each parameter, and the recipes in order of these numbers: slots with a type are counted once."""
    found: dict[Hashable, int] = {}
    numbers = []
    for place, recipe in enumerate(recipes):
        is_shared = type(recipe) is Slot and recipe.type
        numbers.append(found.setdefault(recipe if is_shared else place, len(found) + 1))
    distinct = dict(zip(numbers, recipes, strict=True))
    return numbers, [distinct[number] for number in sorted(distinct)]


def _numbered(sql: str, numbers: list[int]) -> str:
    """The SQL with `$1`, `$2` … in place of `%s`, as PREPARE wants it."""
    head, *parts = sql.split("%s")
    return (head + "".join(f"${number}{part}" for number, part in zip(numbers, parts, strict=True))).replace("%%", "%")
