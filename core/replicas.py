"""Reading from the replica of DATABASE_REPLICA_URL where that shows the same as the primary.

A replica is always a little behind. What decides who sees what must not be, so a read goes there only when the
replica has every change that the primary tells of; otherwise, and while the replica does not answer, the primary is
read as if there were no replica.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError

from core.metrics import PUBLIC_READS

logger = logging.getLogger(__name__)

REPLICA = "replica"
AWAY_SECONDS = 5.0
BEHIND_SECONDS = 0.05

Found = TypeVar("Found")

_of_thread = threading.local()


def reading_alias() -> str:
    """The database that this thread reads from now."""
    return getattr(_of_thread, "alias", DEFAULT_DB_ALIAS)


@contextmanager
def _reading_from(alias: str) -> Iterator[None]:
    before, _of_thread.alias = reading_alias(), alias
    try:
        yield
    finally:
        _of_thread.alias = before


class Router:
    """Lets querysets read where the thread reads; all writes go to the primary."""

    def db_for_read(self, model, **hints) -> str:
        return reading_alias()

    def db_for_write(self, model, **hints) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one, other, **hints) -> bool:
        return True

    def allow_migrate(self, db, app_label, **hints) -> bool:
        return db == DEFAULT_DB_ALIAS


class Replica:
    """The replica, and when it is worth asking again after it was away or behind."""

    def __init__(self):
        self._ask_again_at = 0.0
        self._is_away = False
        self._lock = threading.Lock()

    def read(self, make: Callable[[], Found], *, version: Callable[[str], int]) -> Found:
        """What `make` reads, from the replica if that shows every change, else from the primary.

        `version(alias)` changes with every change that matters. It is asked of the replica before anything is read
        there: what is read then is at least of that version.
        """
        if self._is_worth_asking():
            try:
                wanted = version(DEFAULT_DB_ALIAS)
                with _reading_from(REPLICA):
                    if self._has(wanted, version):
                        found = make()
                        PUBLIC_READS.labels(REPLICA).inc()
                        return found
            except (DatabaseError, InterfaceError) as error:
                self._note_away(error)
        PUBLIC_READS.labels("primary").inc()
        return make()

    def _has(self, wanted: int, version: Callable[[str], int]) -> bool:
        shown = version(REPLICA)
        self._is_away = False
        if shown != wanted:
            self._ask_again_at = time.monotonic() + BEHIND_SECONDS
        return shown == wanted

    def _is_worth_asking(self) -> bool:
        if REPLICA not in settings.DATABASES:
            return False
        if time.monotonic() < self._ask_again_at:
            return False
        if self._is_away:  # one thread tries whether it is back, the others do not wait for that
            with self._lock:
                if time.monotonic() < self._ask_again_at:
                    return False
                self._ask_again_at = time.monotonic() + AWAY_SECONDS
        return True

    def _note_away(self, error: Exception) -> None:
        if not self._is_away:
            logger.warning("the replica does not answer", extra={"error": type(error).__name__})
        self._is_away = True
        self._ask_again_at = time.monotonic() + AWAY_SECONDS


replica = Replica()
