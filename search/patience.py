"""No search takes longer than a moment, whatever is looked for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

SECONDS = 2
_STEPS = 20_000
"""How many of its instructions SQLite carries out before it looks at the clock again."""
_SETTINGS = ("statement_timeout", "enable_seqscan", "jit")


@contextmanager
def brief_search() -> Iterator[None]:
    """Statements within fail with `OperationalError` after two seconds, and PostgreSQL uses its indexes for them.

    Left to itself, PostgreSQL would read the whole table for a common word, or compile what is done in a moment.
    """
    if connection.vendor != "postgresql":
        with _clock_on_sqlite():
            yield
        return
    is_inner = connection.in_atomic_block
    with transaction.atomic(savepoint=False):
        before = _set(str(SECONDS * 1000), "off", "off")
        yield
        if is_inner:  # what is set for a transaction would outlast us
            _set(*before)


def _set(*values: str) -> tuple[str, ...]:
    """Set all of `_SETTINGS` for this transaction; gives what they were."""
    now = ", ".join(f"current_setting('{name}') AS {name}" for name in _SETTINGS)
    then = ", ".join(f"set_config('{name}', %s, true)" for name in _SETTINGS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT before.*, {then} FROM (SELECT {now} OFFSET 0) AS before", values)  # noqa: S608
        return cursor.fetchone()[: len(_SETTINGS)]


@contextmanager
def _clock_on_sqlite() -> Iterator[None]:
    connection.ensure_connection()
    raw, end = connection.connection, time.monotonic() + SECONDS
    raw.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)
