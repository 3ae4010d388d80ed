"""Log lines in JSON, one object a line."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


class JsonLines(logging.Formatter):
    """Time, level, logger and message, and what was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in OWN}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def set_up(level: str) -> None:
    """Send every log line to the console in this form."""
    console = logging.StreamHandler()
    console.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[console], force=True)
    for name in ("boto3", "botocore", "urllib3", "aiormq", "aio_pika"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
