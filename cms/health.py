"""Whether this process can do its work: asked by `/readyz`, part by part, each within a bounded time.

Every part is asked in a thread of its own, since a database, broker or storage that hangs would take the thread of the
request with it. What went wrong stands in the log; the answer names only the part.
"""

from __future__ import annotations

import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

logger = logging.getLogger(__name__)

FINE = "ok"
WAIT_SECONDS = 2.5
CONNECT_SECONDS = 2
REMEMBERED_SECONDS = 1.0


class NotReady(Exception):
    """Says in words that anybody may read what is missing."""


def ask_database() -> None:
    """Raise unless the database answers a question."""
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()


def ask_migrations() -> None:
    """Raise unless the database has every migration that this code knows."""
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        missing = _known_migrations() - set(MigrationRecorder(connection).applied_migrations())
    finally:
        connection.close()
    if missing:
        raise NotReady(f"{len(missing)} migrations are not applied")


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.nodes)


def ask_storage() -> None:
    """Raise unless pictures and files can be stored: the bucket is there, or the folders can be written."""
    if settings.S3_BUCKET:
        bucket = storages["default"].bucket
        bucket.meta.client.head_bucket(Bucket=bucket.name)
        return
    for folder in (settings.MEDIA_ROOT, settings.FILES_ROOT):
        with tempfile.TemporaryFile(dir=_nearest_folder(Path(folder))) as file:
            file.write(b"ready?")
            file.flush()


def _nearest_folder(path: Path) -> Path:
    """The folder itself, or the one it would be made in."""
    while not path.exists() and path != path.parent and path != settings.DATA_DIR:
        path = path.parent
    return path


def ask_broker() -> None:
    """Raise unless RabbitMQ lets us in."""
    from kombu import Connection  # only where there is a broker

    with Connection(settings.BROKER_URL, connect_timeout=CONNECT_SECONDS) as broker:
        broker.connect()


class Part:
    """Something the process needs, and what it answered last."""

    def __init__(self, name: str, ask: Callable[[], None]):
        self.name = name
        self._ask = ask
        self._thread: threading.Thread | None = None
        self._words = FINE

    def begin(self) -> None:
        """Ask, unless it still owes an answer."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name=f"ready-{self.name}", daemon=True)
            self._thread.start()

    def answer(self, deadline: float) -> str:
        """`ok`, or what is missing."""
        self._thread.join(max(deadline - time.monotonic(), 0))
        return "does not answer in time" if self._thread.is_alive() else self._words

    def _run(self) -> None:
        try:
            self._ask()
            words = FINE
        except NotReady as error:
            words = str(error)
        except Exception as error:  # whatever a driver raises; its text may hold addresses and passwords
            words = "does not answer"
            logger.warning("not ready", extra={"part": self.name, "error": type(error).__name__})
        self._words = words


class Readiness:
    """The state of all parts. However often it is asked for, they are asked about once a second."""

    def __init__(self):
        self._lock = threading.Lock()
        self._parts: dict[str, Part] = {}
        self._known: dict[str, str] = {}
        self._asked_at = 0.0
        self._pid = 0

    def look(self) -> dict[str, str]:
        """What each part answers: `ok`, or what is missing."""
        if time.monotonic() - self._asked_at < REMEMBERED_SECONDS:
            return self._known
        if not self._lock.acquire(blocking=not self._known):
            return self._known  # another thread is asking: no reason for this one to wait as well
        try:
            deadline = time.monotonic() + WAIT_SECONDS
            parts = self._wanted()
            for part in parts:
                part.begin()
            self._known = {part.name: part.answer(deadline) for part in parts}
            self._asked_at = time.monotonic()
            return self._known
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Ask anew next time."""
        self._asked_at = 0.0

    def _wanted(self) -> list[Part]:
        if self._pid != os.getpid():  # threads do not survive a fork
            self._parts, self._pid = {}, os.getpid()
        asks = {"database": ask_database, "migrations": ask_migrations, "storage": ask_storage}
        if settings.BROKER_URL:
            asks["broker"] = ask_broker
        return [self._parts.setdefault(name, Part(name, ask)) for name, ask in asks.items()]


readiness = Readiness()
