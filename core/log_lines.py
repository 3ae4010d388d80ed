"""How log records become lines, and where the lines are kept."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path

from concurrent_log_handler import ConcurrentRotatingFileHandler

USUAL = vars(logging.makeLogRecord({})).keys() | {"message", "asctime", "request_id", "request", "taskName"}

MAX_BYTES = 10 * 1024 * 1024
KEPT_FILES = 5


class LineFormatter(logging.Formatter):
    """`time level logger [request id] message key=value…`; the keys are what was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        request_id = getattr(record, "request_id", "-")
        line = f"{time} {record.levelname} {record.name} [{request_id}] {_one_line(record.getMessage())}"
        for key, value in vars(record).items():
            if key not in USUAL:
                line += f" {key}={_one_line(str(value))}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def _one_line(text: str) -> str:
    """Without line breaks and control characters: what strangers send cannot forge a line of its own."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def rotating_file(*, path: str) -> logging.Handler:
    """A log file shared by all our processes; nothing at all where it cannot be written."""
    try:
        Path(path).parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        with Path(path).open("a"):
            pass
    except OSError as error:
        print(f"inktree: no log file: {error}", file=sys.stderr)
        return logging.NullHandler()
    return ConcurrentRotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8")
