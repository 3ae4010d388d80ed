"""The store of the embedded service: a SQLite file, shared by the processes of one machine."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from stats.facts import FLOOR, NAMES, Key, State
from stats.store.base import TOTAL, Change, Counts, Raced, Store, StoreDown

_SUMS = ", ".join(f"{name} INTEGER NOT NULL DEFAULT 0" for name in NAMES)
_COLUMNS = ", ".join(NAMES)
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS states (
    pk TEXT NOT NULL, sk TEXT NOT NULL, sequence INTEGER NOT NULL, fields TEXT NOT NULL, PRIMARY KEY (pk, sk)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counts (
    scope TEXT NOT NULL, day TEXT NOT NULL, {_SUMS}, top INTEGER, PRIMARY KEY (scope, day)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ranks ON counts (top, views DESC, likes DESC, comments DESC, scope) WHERE top IS NOT NULL;
"""
BUSY_SECONDS = 5


class SQLiteStore(Store):
    """Keeps everything in one file; each thread has a connection of its own."""

    most_items = 2000

    def __init__(self, path: Path):
        self.path = path
        self._of_thread = threading.local()

    def create(self) -> None:
        with _down():
            self.path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            self._connection.executescript(SCHEMA)

    def check(self) -> None:
        with _down():
            self._connection.execute("SELECT 1 FROM states LIMIT 1").fetchall()

    def states(self, keys: Iterable[Key]) -> dict[Key, State]:
        found: dict[Key, State] = {}
        with _down():
            for key in keys:  # one by one: SQLite would look through the whole table for a list of pairs
                row = self._connection.execute("SELECT sequence, fields FROM states WHERE pk = ? AND sk = ?", key)
                for sequence, fields in row:
                    found[key] = State(sequence, json.loads(fields))
        return found

    def commit(self, change: Change) -> None:
        with _down(), self._transaction() as connection:
            for key, sequence in change.guards.items():
                _expect(connection, key, sequence)
            for key, (sequence, _) in change.states.items():
                _expect(connection, key, sequence)
            for place, counts in change.expected.items():
                _expect_counts(connection, place, counts)
            connection.executemany(
                "INSERT INTO states VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO UPDATE SET sequence = excluded.sequence, fields = excluded.fields",
                [
                    (*key, state.sequence, json.dumps(state.fields, separators=(",", ":")))
                    for key, (_, state) in change.states.items()
                ],
            )
            connection.executemany(
                f"INSERT INTO counts (scope, day, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                f"ON CONFLICT DO UPDATE SET {', '.join(f'{name} = {name} + excluded.{name}' for name in NAMES)}",
                [(*place, *(counts.get(name, 0) for name in NAMES)) for place, counts in change.moved.items()],
            )
            connection.executemany(
                "INSERT INTO counts (scope, day, top) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET top = excluded.top",
                [(scope, TOTAL, blog) for scope, blog in change.tops.items()],
            )

    def total(self, scope: str) -> Counts:
        with _down():
            row = self._connection.execute(
                f"SELECT {_COLUMNS} FROM counts WHERE scope = ? AND day = ?", (scope, TOTAL)
            ).fetchone()
        return dict(zip(NAMES, row or [0] * len(NAMES), strict=True))

    def counts_by_day(self, scope: str, first: str = "0", last: str = "9999-99") -> dict[str, Counts]:
        with _down():
            rows = self._connection.execute(
                f"SELECT day, {_COLUMNS} FROM counts WHERE scope = ? AND day BETWEEN ? AND ?", (scope, first, last)
            ).fetchall()
        return {day: dict(zip(NAMES, counts, strict=True)) for day, *counts in rows}

    def top(self, blog: int, limit: int) -> list[tuple[int, Counts]]:
        with _down():
            rows = self._connection.execute(
                f"SELECT scope, {_COLUMNS} FROM counts WHERE top = ? "
                "ORDER BY views DESC, likes DESC, comments DESC, scope LIMIT ?",
                (blog, limit),
            ).fetchall()
        return [(int(scope.partition(":")[2]), dict(zip(NAMES, counts, strict=True))) for scope, *counts in rows]

    def forget_parts(self, scope: str) -> None:
        with _down(), self._transaction() as connection:
            connection.execute("DELETE FROM states WHERE pk = ? AND sk LIKE '%:%'", (scope,))

    def clear(self, *, floor: int) -> None:
        with _down(), self._transaction() as connection:
            connection.execute("DELETE FROM states")
            connection.execute("DELETE FROM counts")
            connection.execute("INSERT INTO states VALUES (?, ?, ?, '{}')", (*FLOOR, floor))

    def close(self) -> None:
        connection = self._of_thread.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    @property
    def _connection(self) -> sqlite3.Connection:
        mine = self._of_thread.__dict__
        if mine.get("pid") != os.getpid():  # a connection does not survive a fork
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            with closing(connection.cursor()) as cursor:
                cursor.execute("PRAGMA journal_mode=WAL")
                cursor.execute("PRAGMA synchronous=NORMAL")
                cursor.execute("PRAGMA cache_size=-16000")
            mine.update(connection=connection, pid=os.getpid())
        return mine["connection"]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _expect(connection: sqlite3.Connection, key: Key, sequence: int | None) -> None:
    row = connection.execute("SELECT sequence FROM states WHERE pk = ? AND sk = ?", key).fetchone()
    if (row[0] if row else None) != sequence:
        raise Raced(key)


def _expect_counts(connection: sqlite3.Connection, place: tuple[str, str], counts: Counts) -> None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM counts WHERE scope = ? AND day = ?", place).fetchone()
    found = dict(zip(NAMES, row or [0] * len(NAMES), strict=True))
    if any(found[name] != count for name, count in counts.items()):
        raise Raced(place)


@contextmanager
def _down() -> Iterator[None]:
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        raise StoreDown(f"{type(error).__name__}: {error}") from error
