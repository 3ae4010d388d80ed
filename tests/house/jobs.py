"""A ticker of its own process with one job, which notes in a file when it runs: `python -m tests.house.jobs FILE`."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from threading import Event

import django


def main(path: Path) -> None:
    django.setup()
    from core import ticker

    ticker.jobs.clear()

    @ticker.every(seconds=1)
    def note() -> None:
        with path.open("a") as file:
            file.write(f"begin {os.getpid()}\n")
        time.sleep(0.3)
        with path.open("a") as file:
            file.write(f"end {os.getpid()}\n")

    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    ticker.tick(stop=stop, retry_after=0.2)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
