"""Two web processes, a worker, the ticker and the statistics service behind nginx, with all that they may be given.

Each is stopped and started again, and the web processes are killed, while people read and write. Nothing that was
acknowledged is lost, nothing that may be asked twice fails, and what one process refuses the other refuses as well.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2
import pytest

from cms import keys
from tests.deploy.callers import PASSWORD, Caller
from tests.faults.programs import Program
from tests.house.commands import ROOT, environment, wait_until
from tests.servers.nginx import running_nginx
from tests.servers.ports import free_port
from tests.servers.rabbitmq import running_rabbitmq
from tests.servers.redis import Redis, running_redis
from tests.servers.s3 import Aws

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.needs("rabbitmq", "nginx")]

KILL_SHOWS_FOR = 3.0
START_SECONDS = 240
PAUSE = 0.15


@dataclass
class Site:
    url: str
    webs: dict[str, str]
    programs: dict[str, Program]
    redis: Redis
    stats_url: str
    anyone: Caller = field(init=False)

    def __post_init__(self):
        self.anyone = Caller(self.url)

    def is_up(self, name: str) -> bool:
        if name == "stats":
            return _status(f"{self.stats_url}/healthz") == 200
        return name not in self.webs or _status(f"{self.webs[name]}/readyz") == 200

    def restart(self, name: str, *, kill: bool = False) -> None:
        """Stop it (or kill it), and start it again a moment later."""
        program = self.programs[name]
        program.kill() if kill else program.stop()
        time.sleep(1)
        program.start()
        wait_until(lambda: self.is_up(name), START_SECONDS)


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status
    except HTTPError as error:
        return error.code
    except OSError:
        return 0


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of a new database on the server of the tests."""
    url, name = os.environ["DATABASE_URL"], f"several_{uuid4().hex[:8]}"
    server = psycopg2.connect(url)
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield f"{url.rpartition('/')[0]}/{name}"
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    server.close()


@pytest.fixture(scope="module")
def site(database: str, aws: Aws, tmp_path_factory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("several")
    signing_key = keys.parse_signing_key(keys.make_signing_key())
    ports = {name: free_port() for name in ("web-1", "web-2", "stats")}
    with running_rabbitmq() as rabbitmq, running_redis() as redis:
        shared = {
            "BASE_URL": "http://127.0.0.1:8080",
            "DATABASE_URL": database,
            "BROKER_URL": rabbitmq.url,
            "STATS_BROKER_URL": rabbitmq.url,
            "CACHE_URL": redis.url,
            "S3_BUCKET": "several",
            "S3_ENDPOINT_URL": aws.endpoint_url,
            "S3_CUSTOM_DOMAIN": "http://127.0.0.1:8080",
            "DYNAMODB_ENDPOINT_URL": aws.endpoint_url,
            "STATS_TABLE": "several-stats",
            "AWS_ACCESS_KEY_ID": aws.access_key,
            "AWS_SECRET_ACCESS_KEY": aws.secret_key,
            "AWS_REGION": aws.region,
            "SECRET_KEY": "a secret for the tests of several processes",
            "JWT_PRIVATE_KEY": keys.private_pem(signing_key),
            "JWT_PUBLIC_KEYS": json.dumps({keys.key_id(signing_key): keys.public_pem(signing_key)}),
            "TRUSTED_PROXIES": "127.0.0.1",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        migrated = subprocess.run(
            [ROOT / "deploy" / "entrypoint.sh", "migrate"],
            env=environment(folder / "migrate", **shared),
            capture_output=True,
            text=True,
            check=False,
        )
        assert migrated.returncode == 0, migrated.stderr

        def program(name: str, *arguments: str, **variables: str) -> Program:
            variables = environment(folder / name, **shared, **variables)
            return Program(*arguments, variables=variables, log=folder / f"{name}.log")

        programs = {
            "web-1": program("web-1", "-m", "cms.web", PORT=str(ports["web-1"])),
            "web-2": program("web-2", "-m", "cms.web", PORT=str(ports["web-2"]), WEB_CONCURRENCY="2"),
            "worker": program("worker", "-m", "cms.worker"),
            "beat": program("beat", "manage.py", "ticker"),
            "stats": program("stats", "-m", "stats", STATS_PORT=str(ports["stats"])),
        }
        places = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
        try:
            for one in programs.values():
                one.start()
            with running_nginx(
                folder,
                WEB_1=places["web-1"],
                WEB_2=places["web-2"],
                STATS=places["stats"],
                BUCKET=f"{aws.endpoint_url}/several",
                STATIC=str(folder / "web-1" / "static"),
                LARGEST_BODY="250m",
                OUTER="127.0.0.1",
            ) as url:
                webs = {name: f"http://{places[name]}" for name in ("web-1", "web-2")}
                site = Site(url, webs, programs, redis, f"http://{places['stats']}")
                for name in programs:
                    wait_until(lambda name=name: site.is_up(name), START_SECONDS)
                yield site
        finally:
            for one in programs.values():
                one.kill()


class People(threading.Thread):
    """Somebody who goes on calling, and writes down every answer."""

    def __init__(self, caller: Caller, blog: str):
        super().__init__(daemon=True)
        self.caller, self.blog = caller, blog
        self.enough = threading.Event()
        self.answers: list[tuple[float, str, str, int]] = []
        self.published: dict[int, str] = {}
        self.liked: set[int] = set()

    def call(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
        try:
            status, content = self.caller.ask(method, path, body)
        except OSError:
            status, content = 0, {}
        self.answers.append((time.monotonic(), method, path, status))
        return status, content

    def run(self) -> None:
        number = 0
        while not self.enough.wait(PAUSE):
            number += 1
            post = {"title": f"{self.blog} {number}", "markdown": "Some *text*.", "status": "live"}
            status, made = self.call("POST", f"blogs/{self.blog}/posts/", post)
            if status != 201:
                continue
            self.published[made["id"]] = post["title"]
            if self.call("PUT", f"posts/{made['id']}/like/")[0] == 200:
                self.liked.add(made["id"])
            if self.call("PATCH", f"posts/{made['id']}/", {"title": f"{post['title']} anew"})[0] == 200:
                self.published[made["id"]] += " anew"
            for path in ("feed/latest/", f"posts/{made['id']}/", "me/", "/", "/static/home/reader.css"):
                self.call("GET", path)


class TestRestartsUnderLoad:
    def test_lose_nothing_and_fail_nothing_that_can_be_asked_twice(self, site: Site):
        crowd = [People(site.anyone.register(name), name) for name in ("alice", "bob")]
        for people in crowd:
            people.start()
        time.sleep(2)
        for name in ("web-1", "web-2", "worker", "beat", "stats"):
            site.restart(name)
        site.redis.stop()
        time.sleep(1)
        site.redis.start()
        kills = []
        for name in ("web-1", "web-2"):
            kills.append(time.monotonic())
            site.restart(name, kill=True)
        time.sleep(1)
        for people in crowd:
            people.enough.set()
        for people in crowd:
            people.join(60)

        answers = sorted(answer for people in crowd for answer in people.answers)
        failed = [answer for answer in answers if (answer[3] == 0 or answer[3] >= 500) and "static" not in answer[2]]
        excused = [
            answer
            for answer in failed
            if answer[1] in ("POST", "PATCH") and any(0 <= answer[0] - kill < KILL_SHOWS_FOR for kill in kills)
        ]
        print(f"\n{len(answers)} answers, {len(failed)} failed, {len(excused)} of them at a kill: {failed[:5]}")
        assert len(answers) > 300
        assert failed == excused
        for people in crowd:
            mine = {post["id"]: post for post in self._all_posts(people)}
            assert {pk: mine[pk]["title"] for pk in people.published if pk in mine} == people.published
            assert all(mine[pk]["liked"] for pk in people.liked)

    @staticmethod
    def _all_posts(people: People) -> Iterator[dict]:
        path = f"posts/?blog={people.blog}&limit=100"
        while path:
            page = people.caller.get(path)
            yield from page["items"]
            path = (page["meta"]["next"] or "").partition("/api/v2/")[2]


class TestAllProcesses:
    def test_count_limits_together(self, site: Site):
        author, reader = site.anyone.register("carol"), site.anyone.register("dave")
        post = author.post("blogs/carol/posts/", {"title": "A post", "markdown": "Text", "status": "live"})["id"]
        statuses = [reader.ask("POST", f"posts/{post}/comments/", {"body": f"No. {n}"})[0] for n in range(26)]
        assert statuses.count(201) == 20
        assert set(statuses[20:]) == {429}
        for web in site.webs.values():
            assert Caller(web, reader.token).ask("POST", f"posts/{post}/comments/", {"body": "More"})[0] == 429

    def test_refuse_at_once_what_one_of_them_revoked(self, site: Site):
        site.anyone.register("erin")
        sent = {"username": "erin", "password": PASSWORD}
        one, other = site.webs.values()
        for first, second in ((one, other), (other, one)):
            tokens = Caller(first).post("auth/token/", sent, status=200)
            signed_in = [Caller(web, tokens["access"]) for web in (first, second)]
            assert [caller.ask("GET", "me/")[0] for caller in signed_in] == [200, 200]
            assert Caller(first).ask("POST", "auth/logout/", {"refresh": tokens["refresh"]})[0] == 204
            assert [caller.ask("GET", "me/")[0] for caller in signed_in] == [401, 401]

    def test_show_nothing_that_another_has_hidden(self, site: Site):
        author = site.anyone.register("frank")
        one, other = site.webs.values()
        for first, second in ((one, other), (other, one)):
            writer = Caller(first, author.token)
            post = writer.post("blogs/frank/posts/", {"title": "Here", "markdown": "Text", "status": "live"})["id"]
            reader = Caller(second)
            assert reader.get("feed/latest/")["items"][0]["id"] == post
            writer.post(f"posts/{post}/unpublish/", status=200)
            reader.get(f"posts/{post}/", 404)
            assert post not in [item["id"] for item in reader.get("feed/latest/")["items"]]


class TestTheOneOrigin:
    def test_gives_pictures_and_files_from_the_store(self, site: Site, picture):
        author = site.anyone.register("grace")
        image = self._send(site, author, "users/grace/images/", "photo.jpg", picture(400, 300))
        address = image["url"].replace("http://127.0.0.1:8080", site.url)
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert len(answer.read()) > 100
        file = self._send(site, author, "files/", "notes.txt", b"my notes")
        request = urllib.request.Request(f"{site.url}/api/v2/files/{file['id']}/download/")
        request.add_header("Authorization", f"Bearer {author.token}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert "/signed-files/" in answer.url
            assert answer.read() == b"my notes"
            assert "notes.txt" in answer.headers["Content-Disposition"]
        unsigned = re.sub(r"\?.*", "", answer.url)
        assert _status(unsigned) in (400, 403)

    def test_gives_the_statistics(self, site: Site):
        author = site.anyone.register("heidi")
        author.post("blogs/heidi/posts/", {"title": "Counted", "markdown": "Text", "status": "live"})
        wait_until(lambda: author.ask("GET", "/stats/blogs/heidi/")[1].get("totals", {}).get("posts") == 1, 60)
        assert site.anyone.ask("GET", "/stats/blogs/heidi/")[0] == 401

    def test_keeps_what_is_not_for_strangers_and_what_is_too_large(self, site: Site):
        assert _status(f"{site.url}/metrics") == 404
        assert _status(f"{site.url}/healthz") == 200
        assert _status(f"{site.url}/readyz") == 200
        with socket.create_connection(urlsplit(site.url).netloc.split(":"), timeout=10) as line:
            line.sendall(b"POST /api/v2/auth/token/ HTTP/1.1\r\nHost: a\r\nContent-Length: 7340032\r\n\r\n")
            assert line.recv(200).startswith(b"HTTP/1.1 413 ")

    def test_serves_static_files_for_good(self, site: Site):
        page = urllib.request.urlopen(f"{site.url}/", timeout=10).read().decode()
        style = re.search(r'href="(/static/home/reader\.[0-9a-f]+\.css)"', page).group(1)
        with urllib.request.urlopen(site.url + style, timeout=10) as answer:
            assert "immutable" in answer.headers["Cache-Control"]

    @staticmethod
    def _send(site: Site, caller: Caller, path: str, name: str, content: bytes) -> dict:
        line = "a-line-between-the-parts"
        head = f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        request = urllib.request.Request(
            f"{site.url}/api/v2/{path}", head.encode() + content + f"\r\n--{line}--\r\n".encode(), method="POST"
        )
        request.add_header("Content-Type", f"multipart/form-data; boundary={line}")
        request.add_header("Authorization", f"Bearer {caller.token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())
