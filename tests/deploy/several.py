"""A site of two web processes, worker, ticker and statistics service behind nginx, and people who go on calling it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from uuid import uuid4

import psycopg2

from cms import keys
from tests.deploy.callers import Caller, Upload
from tests.faults.programs import Program
from tests.house.commands import ROOT, environment, wait_until
from tests.servers.nginx import running_nginx
from tests.servers.ports import free_port
from tests.servers.rabbitmq import running_rabbitmq
from tests.servers.redis import Redis, running_redis
from tests.servers.s3 import Aws

START_SECONDS = 240
PAUSE = 0.15

PROGRAMS = {
    "web-1": ("-m", "cms.web"),
    "web-2": ("-m", "cms.web"),
    "worker": ("-m", "cms.worker"),
    "beat": ("manage.py", "ticker"),
    "stats": ("-m", "stats"),
}


@dataclass
class Release:
    """Our code as it stands in the folder `code`, configured for one site; what it writes goes below `folder`."""

    code: Path
    folder: Path
    shared: dict[str, str]
    own: dict[str, dict[str, str]]

    def program(self, name: str) -> Program:
        """One of its processes, to be started."""
        variables = environment(self.folder / name, **self.shared, **self.own.get(name, {}))
        return Program(*PROGRAMS[name], variables=variables, log=self.folder / f"{name}.log", code=self.code)

    def migrate(self) -> None:
        """Bring the database to what this code knows, as a container does."""
        self._run(self.code / "deploy" / "entrypoint.sh", "migrate")

    def manage(self, *arguments: str) -> None:
        """A command of manage.py. Fails where it does."""
        self._run(sys.executable, "manage.py", *arguments)

    def _run(self, *command: str | Path) -> None:
        variables = environment(self.folder / "commands", **self.shared)
        ended = subprocess.run(command, cwd=self.code, env=variables, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr


@dataclass
class Site:
    url: str
    release: Release
    places: dict[str, str]
    programs: dict[str, Program]
    redis: Redis
    anyone: Caller = field(init=False)

    def __post_init__(self):
        self.anyone = Caller(self.url)

    @property
    def webs(self) -> dict[str, str]:
        """The web processes' own addresses, past nginx."""
        return {name: address for name, address in self.places.items() if name.startswith("web")}

    def is_up(self, name: str) -> bool:
        if name == "stats":
            return status_of(f"{self.places[name]}/healthz") == 200
        return name not in self.webs or status_of(f"{self.places[name]}/readyz") == 200

    def restart(self, name: str, *, kill: bool = False) -> None:
        """Stop it (or kill it), and start it again a moment later."""
        program = self.programs[name]
        program.kill() if kill else program.stop()
        time.sleep(1)
        program.start()
        wait_until(lambda: self.is_up(name), START_SECONDS)

    def replace(self, name: str, release: Release) -> None:
        """Stop it, and start that of another release in its place."""
        self.programs[name].stop()
        self.programs[name] = release.program(name)
        self.programs[name].start()
        wait_until(lambda: self.is_up(name), START_SECONDS)


def status_of(address: str) -> int:
    """The status of the answer to a GET; 0 when there is none."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status
    except HTTPError as error:
        return error.code
    except OSError:
        return 0


@contextmanager
def new_database() -> Iterator[str]:
    """Makes a database on the server of the tests, gives its address, and drops it."""
    url, name = os.environ["DATABASE_URL"], f"several_{uuid4().hex[:8]}"
    with closing(psycopg2.connect(url)) as server:
        server.autocommit = True
        server.cursor().execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield f"{url.rpartition('/')[0]}/{name}"
        finally:
            server.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running_site(folder: Path, aws: Aws, *, code: Path = ROOT, **variables: str) -> Iterator[Site]:
    """Starts everything with the code of a folder and all that it may be given, gives it, and kills it."""
    signing_key = keys.parse_signing_key(keys.make_signing_key())
    ports = {name: free_port() for name in ("web-1", "web-2", "stats")}
    with new_database() as database, running_rabbitmq() as rabbitmq, running_redis() as redis:
        shared = {
            "BASE_URL": "http://127.0.0.1:8080",
            "DATABASE_URL": database,
            "BROKER_URL": rabbitmq.url,
            "STATS_BROKER_URL": rabbitmq.url,
            "CACHE_URL": redis.url,
            "S3_BUCKET": folder.name,
            "S3_ENDPOINT_URL": aws.endpoint_url,
            "S3_CUSTOM_DOMAIN": "http://127.0.0.1:8080",
            "DYNAMODB_ENDPOINT_URL": aws.endpoint_url,
            "STATS_TABLE": f"{folder.name}-stats",
            "AWS_ACCESS_KEY_ID": aws.access_key,
            "AWS_SECRET_ACCESS_KEY": aws.secret_key,
            "AWS_REGION": aws.region,
            "SECRET_KEY": "a secret for the tests of several processes",
            "JWT_PRIVATE_KEY": keys.private_pem(signing_key),
            "JWT_PUBLIC_KEYS": json.dumps({keys.key_id(signing_key): keys.public_pem(signing_key)}),
            "TRUSTED_PROXIES": "127.0.0.1",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            **variables,
        }
        own = {
            "web-1": {"PORT": str(ports["web-1"])},
            "web-2": {"PORT": str(ports["web-2"]), "WEB_CONCURRENCY": "2"},
            "stats": {"STATS_PORT": str(ports["stats"])},
        }
        release = Release(code, folder, shared, own)
        release.migrate()
        programs = {name: release.program(name) for name in PROGRAMS}
        try:
            for one in programs.values():
                one.start()
            with running_nginx(
                folder,
                WEB_1=f"127.0.0.1:{ports['web-1']}",
                WEB_2=f"127.0.0.1:{ports['web-2']}",
                STATS=f"127.0.0.1:{ports['stats']}",
                BUCKET=f"{aws.endpoint_url}/{folder.name}",
                STATIC=str(folder / "web-1" / "static"),
                LARGEST_BODY="250m",
                OUTER="127.0.0.1",
            ) as url:
                places = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
                site = Site(url, release, places, programs, redis)
                for name in programs:
                    wait_until(lambda name=name: site.is_up(name), START_SECONDS)
                yield site
        finally:
            for one in programs.values():
                one.kill()


class Answer(NamedTuple):
    """What somebody was answered: when he asked and when he had it, by the clock that never goes back."""

    asked_at: float
    at: float
    method: str
    path: str
    status: int


class People(threading.Thread):
    """Somebody who goes on calling, and writes down every answer."""

    def __init__(self, caller: Caller, blog: str):
        super().__init__(daemon=True)
        self.caller, self.blog = caller, blog
        self.enough = threading.Event()
        self.rounds = 0
        self.answers: list[Answer] = []
        self.published: dict[int, str] = {}
        self.liked: set[int] = set()

    def call(self, method: str, path: str, body: dict | Upload | None = None) -> tuple[int, dict]:
        asked_at = time.monotonic()
        try:
            status, content = self.caller.ask(method, path, body)
        except OSError:
            status, content = 0, {}
        self.answers.append(Answer(asked_at, time.monotonic(), method, path, status))
        return status, content

    def run(self) -> None:
        while not self.enough.wait(PAUSE):
            self.rounds += 1
            self.go_round(self.rounds)

    def go_round(self, number: int) -> None:
        post = {"title": f"{self.blog} {number}", "markdown": "Some *text*.", "status": "live"}
        status, made = self.call("POST", f"blogs/{self.blog}/posts/", post)
        if status != 201:
            return
        self.published[made["id"]] = post["title"]
        if self.call("PUT", f"posts/{made['id']}/like/")[0] == 200:
            self.liked.add(made["id"])
        if self.call("PATCH", f"posts/{made['id']}/", {"title": f"{post['title']} anew"})[0] == 200:
            self.published[made["id"]] += " anew"
        for path in ("feed/latest/", f"posts/{made['id']}/", "me/", "/", "/static/home/reader.css"):
            self.call("GET", path)
