"""How log records become lines, and where the lines are kept."""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from concurrent_log_handler import ConcurrentRotatingFileHandler

USUAL = vars(logging.makeLogRecord({})).keys() | {"message", "asctime", "request_id", "request", "taskName"}

MAX_BYTES = 10 * 1024 * 1024
KEPT_FILES = 5


_SECRETS = (
    (re.compile(r"\beyJ[\w-]{1,4000}\.[\w-]{1,4000}\.[\w-]*"), "[token]"),
    (re.compile(r"\b(Bearer|Basic) +[\w.~+/=-]+", re.IGNORECASE), r"\1 [secret]"),
    (
        re.compile(
            r"""((?:password|passwd|token|secret|access_key|private_key|authorization|cookie|sessionid|refresh|access)"""
            r"""\w*["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&"')}\]]+)""",
            re.IGNORECASE,
        ),
        r"\1[secret]",
    ),
    (re.compile(r"/(s|unsubscribe)/[\w:.=-]{8,}"), r"/\1/[secret]"),
    (re.compile(r"/(password_reset/confirm)/[^\s\"']+"), r"/\1/[secret]"),
    (re.compile(r"://[^\s/@:]{1,200}:[^\s/@]{1,1000}@"), "://[secret]@"),
    (re.compile(r"(?<![\w.+%-])[\w.+%-]{1,100}@[\w.-]{1,255}"), "[address]"),
)


def without_secrets(text: str) -> str:
    """The text without what opens doors or names people, wherever it comes from: the message of an exception, a URL."""
    for secret, instead in _SECRETS:
        text = secret.sub(instead, text)
    return text


def details_of(record: logging.LogRecord) -> dict:
    """What was given as `extra`."""
    return {key: value for key, value in vars(record).items() if key not in USUAL}


class LineFormatter(logging.Formatter):
    """`time level logger [request id] message key=value…`; the keys are what was given as `extra`.

    `by` is the user whose request it is.
    """

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        request_id = getattr(record, "request_id", "-")
        said = one_line(record.getMessage())
        for key, value in details_of(record).items():
            said += f" {key}={one_line(str(value))}"
        if record.exc_info:
            said += "\n" + self.formatException(record.exc_info)
        return f"{time} {record.levelname} {record.name} [{request_id}] {without_secrets(said)}"


def one_line(text: str) -> str:
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
