"""`make worker`: one production worker, which delivers events taken from the broker.

Celery gives up as a whole in some cases in which one of its processes is killed, so it is started again here.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from threading import Event

from environs import EnvError

from cms.environment import BASE_DIR, exit_on_bad_environment

RESTART_SECONDS = 1
PR_SET_PDEATHSIG = 1


def main() -> int:
    """Run Celery until told to stop, again and again when it ends by itself."""
    with exit_on_bad_environment():
        from cms import settings

        if not settings.BROKER_URL:
            raise EnvError('Environment variable "BROKER_URL" not set; without a broker there is nothing to work on')
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        process = subprocess.Popen(command(), cwd=BASE_DIR, preexec_fn=_end_with_parent)
        while process.poll() is None and not stop.wait(0.3):
            pass
        if stop.is_set():
            process.terminate()  # it ends what it is about
            return process.wait()
        print(f"inktree: Celery ended with exit code {process.returncode}; started again", file=sys.stderr, flush=True)
        stop.wait(RESTART_SECONDS)
    return 0


def command() -> list[str]:
    """The command line of Celery."""
    return [
        sys.executable,
        *("-m", "celery", "--app", "cms.celery", "worker", "--loglevel", "INFO"),
        *("--without-gossip", "--without-mingle", "--concurrency", str(max(2, os.cpu_count() or 1))),
    ]


def _end_with_parent() -> None:
    """Let Linux tell Celery to stop when this process is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
