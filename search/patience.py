"""No search takes longer than a moment, whatever is looked for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

SECONDS = 2
_STEPS = 20_000
"""How many of its instructions SQLite carries out before it looks at the clock again."""


@contextmanager
def brief_search() -> Iterator[None]:
    """Statements within fail with `OperationalError` after two seconds, and PostgreSQL uses its indexes for them.

    Left to itself, PostgreSQL would read the whole table for a common word.
    """
    if connection.vendor != "postgresql":
        with _clock_on_sqlite():
            yield
        return
    is_inner = connection.in_atomic_block
    with transaction.atomic(savepoint=False):
        before = _set(str(SECONDS * 1000), "off")
        yield
        if is_inner:  # what is set for a transaction would outlast us
            _set(*before)


def _set(timeout: str, seqscan: str) -> tuple[str, str]:
    """Set both for this transaction; gives what they were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT before.timeout, before.seqscan,"
            " set_config('statement_timeout', %s, true), set_config('enable_seqscan', %s, true)"
            " FROM (SELECT current_setting('statement_timeout') AS timeout,"
            " current_setting('enable_seqscan') AS seqscan OFFSET 0) AS before",
            [timeout, seqscan],
        )
        return cursor.fetchone()[:2]


@contextmanager
def _clock_on_sqlite() -> Iterator[None]:
    connection.ensure_connection()
    raw, end = connection.connection, time.monotonic() + SECONDS
    raw.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)
