"""What only one process may do at a time; the right to do it ends with the process, however that ends."""

from __future__ import annotations

import fcntl
import hashlib
import logging
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger(__name__)


class Exclusive:
    """A named lock: an advisory lock of the PostgreSQL server, or on SQLite a locked file under DATA_DIR."""

    def __init__(self, name: str):
        self.name = name
        self._key = int.from_bytes(hashlib.sha256(f"inktree:{name}".encode()).digest()[:8], "big", signed=True)
        self._connection: BaseDatabaseWrapper | None = None
        self._is_locked = False
        self._file: IO | None = None

    def acquire(self) -> bool:
        """Take the lock if it is free; never waits. False also when the database does not answer."""
        if connections[DEFAULT_DB_ALIAS].vendor == "postgresql":
            return self._acquire_on_server()
        return self._acquire_file()

    def is_held(self) -> bool:
        """Whether the lock is still ours; a lost database connection loses it."""
        if self._file is not None:
            return True
        return self._is_locked and self._ask("SELECT true")

    def release(self) -> None:
        """Give the lock back; does nothing when it is not held."""
        if self._is_locked:
            self._ask("SELECT pg_advisory_unlock(%s)", [self._key])
        if self._connection is not None:
            self._forget_connection()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _acquire_on_server(self) -> bool:
        if self.is_held():
            return True
        if self._connection is None:
            # A connection of its own: the lock belongs to it, and Django may close the shared one between jobs.
            self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
        self._is_locked = self._ask("SELECT pg_try_advisory_lock(%s)", [self._key])
        return self._is_locked

    def _ask(self, question: str, parameters: list | None = None) -> bool:
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(question, parameters)
                return cursor.fetchone()[0]
        except (DatabaseError, InterfaceError) as error:
            logger.warning("lock unavailable", extra={"lock": self.name, "error": str(error)})
            self._forget_connection()
            return False

    def _forget_connection(self) -> None:
        self._connection.close()
        self._connection = None
        self._is_locked = False

    def _acquire_file(self) -> bool:
        if self._file is None:
            path = Path(settings.DATA_DIR) / f"{self.name}.lock"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            self._file = None
            return False
        return True
