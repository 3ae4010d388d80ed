"""The log in the database, where admins look through it: lines are put aside at once and written by a thread.

The thread has a connection of its own, so a line neither waits for the database nor is undone with the transaction in
which it was logged. What comes faster than it can be written is left out, the important last, and counted.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.apps import apps
from django.conf import settings

from core import clock
from core.log_lines import details_of, one_line, without_secrets

CAPACITY = 5_000
KEPT_FREE = 1_000
"""Places that only warnings and errors get."""
BATCH = 500
PAUSE_SECONDS = 1.0
"""Between two batches; so a process writes some 500 lines a second at most."""
BREATH_SECONDS = 5.0
"""After a batch that could not be written."""
FAREWELL_SECONDS = 2.0
IDLE_SECONDS = 30.0
LONGEST = 20_000
PRUNED = 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """What is kept of a log record."""

    at: datetime
    level: int
    logger: str
    request_id: str
    user_id: int | None
    message: str
    details: str
    traceback: str


class Writer:
    """Takes lines from all threads of this process and writes them to the database in batches."""

    def __init__(self):
        self.lines: deque[Line] = deque()
        self.left_out = 0
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_over = False

    def put(self, line: Line) -> None:
        """Put a line aside to be written soon, if there is room."""
        with self._lock:
            room = CAPACITY if line.level >= logging.WARNING else CAPACITY - KEPT_FREE
            if len(self.lines) >= room:
                self.left_out += 1
                return
            self.lines.append(line)
            if self._thread is None and not self._is_over:
                self._thread = threading.Thread(target=self._run, name="server-log", daemon=True)
                self._thread.start()
        if line.level >= logging.ERROR:
            self._wake.set()

    def write(self) -> bool:
        """Write one batch of what was put aside; False where the database does not take it, which is tried again."""
        from core.models import LogLine

        with self._writing:
            with self._lock:
                batch = [self.lines.popleft() for _ in range(min(BATCH, len(self.lines)))]
                left_out, self.left_out = self.left_out, 0
            if left_out:
                batch.append(_line_about(left_out))
            if not batch:
                return True
            _here.is_writing = True
            try:
                LogLine.objects.bulk_create([LogLine(**_fields(line)) for line in batch])
            except Exception:  # whatever is wrong with the database, logging must not break anything else
                with self._lock:
                    self.left_out += left_out + max(0, len(batch) + len(self.lines) - CAPACITY)
                    kept = batch[: len(batch) - bool(left_out)]
                    self.lines.extendleft(reversed(kept[: max(0, CAPACITY - len(self.lines))]))
                return False
            else:
                return True
            finally:
                _here.is_writing = False

    def finish(self) -> None:
        """Write what is left before the process ends, if that goes quickly."""
        self._is_over = True
        end = time.monotonic() + FAREWELL_SECONDS
        while self.lines and time.monotonic() < end and _is_ready():
            if not self.write():
                break

    def _run(self) -> None:
        from django.db import close_old_connections, connection

        last = time.monotonic()
        while True:
            self._wake.wait(PAUSE_SECONDS)
            self._wake.clear()
            if not self.lines and not self.left_out:
                if time.monotonic() - last > IDLE_SECONDS:
                    connection.close()
                continue
            if not _is_ready():
                continue
            last = time.monotonic()
            with suppress(Exception):
                close_old_connections()
            if not self.write():
                with suppress(Exception):
                    connection.close()
                time.sleep(BREATH_SECONDS)
            time.sleep(PAUSE_SECONDS / 4)  # a flood of errors wakes us at once each time


class DatabaseHandler(logging.Handler):
    """Hands log records to the writer of this process."""

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(_here, "is_writing", False):
            return  # what is said about writing the log would never end
        try:
            writer().put(line_of(record))
        except Exception:
            self.handleError(record)


def line_of(record: logging.LogRecord) -> Line:
    """What is kept of a record: nothing that is secret, and no line without an end."""
    traceback = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
    details = " ".join(f"{name}={one_line(str(value))}" for name, value in details_of(record).items())
    return Line(
        at=datetime.fromtimestamp(record.created, UTC),
        level=record.levelno,
        logger=record.name[:100],
        request_id=getattr(record, "request_id", "-")[:64],
        user_id=_user_of(record),
        message=_kept(one_line(record.getMessage())),
        details=_kept(details),
        traceback=_kept(traceback),
    )


def writer() -> Writer:
    """The writer of this process; one that was forked begins with an empty one."""
    global _writer, _pid
    if _pid != os.getpid():
        _writer, _pid = Writer(), os.getpid()
    return _writer


def prune(*, at: datetime | None = None) -> None:
    """Remove lines that are too old or too many."""
    from core.models import LogLine

    old = LogLine.objects.filter(at__lt=(at or clock.now()) - timedelta(days=settings.SERVER_LOG_DAYS))
    newest = LogLine.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for lines in (old, LogLine.objects.filter(pk__lte=newest - settings.SERVER_LOG_LINES)):
        while pks := list(lines.order_by("pk").values_list("pk", flat=True)[:PRUNED]):
            LogLine.objects.filter(pk__in=pks).delete()


def _user_of(record: logging.LogRecord) -> int | None:
    """Who did it, or else whom it is about."""
    for name in ("by", "actor", "user"):
        found = getattr(record, name, None)
        if isinstance(found, int):
            return found
    return None


def _kept(text: str) -> str:
    kept = without_secrets(text[:LONGEST]).replace("\0", "")
    return kept if len(text) <= LONGEST else f"{kept}…"


def _line_about(left_out: int) -> Line:
    message = "lines left out: they came faster than they could be written"
    return Line(clock.now(), logging.WARNING, __name__, "-", None, message, f"lines={left_out}", "")


def _fields(line: Line) -> dict:
    return {name: getattr(line, name) for name in Line.__slots__}


def _is_ready() -> bool:
    return apps.ready


_here = threading.local()
_writer, _pid = Writer(), os.getpid()
atexit.register(lambda: writer().finish())
