"""A database into a file and back, and digests of its tables."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

Digests = dict[str, str]
"""Of each table, how many rows it has and a sum over them that does not depend on their order."""

_BITS = 2**64
_ROWS_AT_ONCE = 1_000
_SUM = "COALESCE(sum(('x' || substr(md5(t::text), 1, 16))::bit(64)::bigint::numeric), 0)"
_OF_DJANGO = ("cursor_factory", "server_side_binding", "isolation_level")


class Failed(Exception):
    """Says in words why a backup was not made or not restored."""


def kind() -> str:
    """`sqlite` or `postgresql`: a backup of one is none of the other."""
    return connections[DEFAULT_DB_ALIAS].vendor


def is_empty() -> bool:
    """Whether the database has no tables."""
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        return not connection.introspection.table_names()
    finally:
        connection.close()


def dump(folder: Path) -> Digests:
    """Write the database, as it is at one moment, into the folder. Nobody waits for that meanwhile."""
    if kind() == "sqlite":
        return copy_sqlite(_sqlite_path(), folder / "database.sqlite3")
    with _moment() as (connection, snapshot):
        _run(
            "pg_dump",
            *("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"),
            *(f"--file={folder / 'database.dump'}", f"--dbname={_address(connection)}"),
            password=connection.settings_dict["PASSWORD"],
        )
        return _digests_of_postgresql(connection)


def restore(folder: Path) -> Digests:
    """Bring the database back into an empty place, and look at what is there then."""
    if kind() == "sqlite":
        connections[DEFAULT_DB_ALIAS].close()
        return place_sqlite(folder / "database.sqlite3", _sqlite_path())
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        _run(
            "pg_restore",
            *("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"),
            *(f"--dbname={_address(connection)}", str(folder / "database.dump")),
            password=connection.settings_dict["PASSWORD"],
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return _digests_of_postgresql(connection)
    finally:
        connection.close()


@contextmanager
def _moment() -> Iterator[tuple[BaseDatabaseWrapper, str]]:
    """A connection that sees the database as it is now, and the name under which pg_dump sees the same."""
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
        yield connection, snapshot
    finally:
        connection.close()


def _address(connection: BaseDatabaseWrapper) -> str:
    from psycopg2.extensions import make_dsn

    wishes = {name: value for name, value in connection.get_connection_params().items() if name not in _OF_DJANGO}
    wishes.pop("password", None)  # a command line can be read by others
    return make_dsn(**wishes)


def _run(program: str, *arguments: str, password: str) -> None:
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    try:
        subprocess.run(  # noqa: S603 - programs and arguments of ours
            [program, *arguments], check=True, capture_output=True, text=True, env=environment
        )
    except FileNotFoundError as error:
        raise Failed(f"{program} is not there; it comes with PostgreSQL's client programs.") from error
    except subprocess.CalledProcessError as error:
        raise Failed(f"{program}: {error.stderr.strip()}") from error


def _digests_of_postgresql(connection: BaseDatabaseWrapper) -> Digests:
    found: Digests = {}
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
        for table in sorted(connection.introspection.table_names(cursor)):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT count(*), {_SUM} FROM {name} t")  # noqa: S608 - the name of a table, quoted
            rows, total = cursor.fetchone()
            found[table] = f"{rows}:{int(total) % _BITS:016x}"
    return found


def _sqlite_path() -> Path:
    return Path(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"])


def copy_sqlite(source: Path, target: Path) -> Digests:
    """Copy a file of SQLite's that others may be writing to."""
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # so that the file is all of it
    return _digests_of_sqlite(target)


def place_sqlite(source: Path, target: Path) -> Digests:
    """Put a copy where it is used; it appears whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".restoring")
    shutil.copyfile(source, draft)
    for rest in ("-wal", "-shm"):
        target.with_name(target.name + rest).unlink(missing_ok=True)
    draft.replace(target)
    return _digests_of_sqlite(target)


def _digests_of_sqlite(path: Path) -> Digests:
    found: Digests = {}
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
        )
        for (table,) in tables.fetchall():
            quoted = table.replace('"', '""')
            rows, total = 0, 0
            cursor = connection.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - the name of a table, quoted
            while some := cursor.fetchmany(_ROWS_AT_ONCE):
                rows += len(some)
                total += sum(int.from_bytes(hashlib.sha256(repr(row).encode()).digest()[:8]) for row in some)
            found[table] = f"{rows}:{total % _BITS:016x}"
    return found
