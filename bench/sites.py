"""A site to measure: a database filled to a size, and the servers in front of it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "Seed-and-measure-1"
START_SECONDS = 60
POSTS_PER_BLOG = 100
MOST_INDEXED = 100_000
"""Of how many posts stock Wagtail's search index is made: it takes minutes for these, and hours for more."""
SERVERS = {
    "floor": ("bench.floor:application", {}),
    "ours": ("cms.wsgi:application", {}),
    "uncached": ("bench.uncached:application", {}),
    "stock": ("bench.stock:application", {"DJANGO_SETTINGS_MODULE": "bench.stock_settings"}),
}


class Site:
    """A database of a size, its facts, and the ports of the servers on it."""

    def __init__(self, folder: Path, database_url: str, *, posts: int):
        self.folder = folder
        self.posts = posts
        self.ports: dict[str, int] = {}
        self._environment = {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TERM")},
            "DJANGO_SETTINGS_MODULE": "cms.settings",
            "DATA_DIR": str(folder),
            "DATABASE_URL": database_url,
            "RATE_LIMITS": "off",
            "LOG_LEVEL": "WARNING",
            "ALLOWED_HOSTS": "127.0.0.1,testserver",
            "ACCESS_TOKEN_MINUTES": "600",
            "BENCH_PASSWORD": PASSWORD,
            "BENCH_BODIES": str(folder / "bodies"),
        }

    def fill(self) -> None:
        """Make the database and its posts."""
        for name in ("bodies", "static"):
            (self.folder / name).mkdir(parents=True)
        blogs = max(self.posts // POSTS_PER_BLOG, 10)
        self._run("manage.py", "migrate", "--verbosity", "0", quiet=True)
        self._run("manage.py", "seed", "--posts", self.posts, "--blogs", blogs, "--password", PASSWORD)
        is_indexed = self.posts <= MOST_INDEXED
        if is_indexed:
            self._run("manage.py", "update_index", "--verbosity", "0", quiet=True)
        self.ours = self._ask("bench.subject", str(self.folder / "bodies"))
        self.stock = self._ask(
            "bench.subject",
            "--stock",
            told=self.ours | {"is_indexed": is_indexed},
            DJANGO_SETTINGS_MODULE="bench.stock_settings",
        )

    def request(self, server: str, name: str) -> bytes:
        """The request for what is called so, to this server."""
        if server == "floor":
            return f"GET /{name}/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        return (self.stock if server == "stock" else self.ours)["requests"][name].encode()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """All servers, each in front of this database."""
        with ExitStack() as stack:
            for name, (application, environment) in SERVERS.items():
                self.ports[name] = stack.enter_context(self._serve(application, environment))
            yield

    @contextmanager
    def _serve(self, application: str, environment: dict[str, str]) -> Iterator[int]:
        port = _free_port()
        command = self._server_command(port, application)
        process = subprocess.Popen(command, cwd=ROOT, env=self._environment | environment)
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(30)

    def _server_command(self, port: int, application: str) -> list[str]:
        """The command line with which `make run` starts granian, for another port and application."""
        code = "import django; django.setup(); from cms import server; print(*server.command(workers=1, respawn=False))"
        printed = self._output(["-c", code], PORT=str(port), HOST="127.0.0.1")
        return [*printed.splitlines()[-1].split()[:-1], application]

    def _run(self, *arguments, quiet: bool = False) -> None:
        command = [sys.executable, *map(str, arguments)]
        subprocess.run(command, cwd=ROOT, env=self._environment, check=True, capture_output=quiet)

    def _ask(self, module: str, *arguments: str, told: dict | None = None, **environment: str) -> dict:
        return json.loads(self._output(["-m", module, *arguments], told=told, **environment).splitlines()[-1])

    def _output(self, arguments: list[str], *, told: dict | None = None, **environment: str) -> str:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self._environment | environment,
            input=json.dumps(told),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"a server ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("a server did not start")
