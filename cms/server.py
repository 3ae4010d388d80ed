"""How the web server is started, by `make run` and `make web` alike."""

from __future__ import annotations

import hashlib
import json
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import OperationalError
from redis.exceptions import RedisError

# Threads of a worker process. Most requests take a millisecond of one; the rest wait for hashing, decoding or a
# remote host, and must not hold up the others.
THREADS = 16

# Connections a worker holds at a time, idle ones included.
CONNECTIONS = 1024


def command(*, workers: int, respawn: bool) -> list[str]:
    """The command line of granian."""
    return [
        sys.executable,
        *("-m", "granian", "--interface", "wsgi"),
        *("--host", settings.HOST, "--port", str(settings.PORT)),
        *("--http", "1", "--no-ws"),
        *("--workers", str(workers)),
        *("--blocking-threads", str(THREADS), "--blocking-threads-idle-timeout", "600"),
        *("--backlog", "2048", "--backpressure", str(CONNECTIONS)),
        *("--workers-kill-timeout", "20"),
        *(["--respawn-failed-workers"] if respawn else []),
        *("--log-level", "error"),
        "cms.wsgi:application",
    ]


def complain_if_port_is_taken() -> None:
    """End with one line when something else listens where we are going to."""
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.HOST.strip("[]"), settings.PORT))
    except OSError as error:
        sys.exit(f"inktree: cannot listen on HOST={settings.HOST} PORT={settings.PORT}: {error.strerror or error}")


def complain_if_nothing_can_be_kept() -> None:
    """End with one line when DATA_DIR cannot be written to."""
    try:
        tempfile.TemporaryFile(dir=settings.DATA_DIR).close()
    except OSError as error:
        sys.exit(f"inktree: DATA_DIR={settings.DATA_DIR} cannot be written to: {error.strerror or error}")


@contextmanager
def complaining_about_what_is_down() -> Iterator[None]:
    """End with one line when the database or the cache does not answer to what is done in here."""
    try:
        yield
    except OperationalError as error:
        sys.exit(f"inktree: the database of DATABASE_URL does not answer: {_in_one_line(error)}")
    except RedisError as error:
        sys.exit(f"inktree: the cache of CACHE_URL does not answer: {_in_one_line(error)}")


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def collect_static() -> None:
    """Put the static files in place, unless those there are of the same sources."""
    stamp = Path(settings.STATIC_ROOT) / ".sources"
    sources = _static_sources()
    if not stamp.exists() or stamp.read_text() != sources:
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(sources)


def _static_sources() -> str:
    """Changes with the installed packages and with each static file's size and time."""
    facts: list = [sorted(f"{found.name}=={found.version}" for found in distributions())]
    for finder in get_finders():
        for path, storage in finder.list(None):
            status = Path(storage.path(path)).stat()
            facts.append((path, status.st_size, int(status.st_mtime)))
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
