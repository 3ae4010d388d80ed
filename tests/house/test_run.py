"""Contract §1: `make run` serves everything, and what it makes up it keeps."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jwt
import pytest

from cms import keys
from tests.house.commands import ROOT, environment, run, wait_until
from tests.servers.ports import free_port

START_SECONDS = 120


class Program:
    """One of our programs, running, and the lines it has written."""

    def __init__(self, *arguments: str, data_dir: Path, **variables: str):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=environment(data_dir, PORT=str(self.port), PYTHONUNBUFFERED="1", **variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.output += line

    def wait_for_output(self, pattern: str) -> re.Match:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if match := re.search(pattern, self.output):
                return match
            if self.process.poll() is not None:
                self._reader.join(5)
                break
            time.sleep(0.1)
        raise AssertionError(f"{pattern!r} did not come:\n{self.output}")

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.output
            try:
                self.fetch("/admin/login/")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"no answer:\n{self.output}")

    def fetch(self, path: str, *, data: bytes | None = None, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, error.read(), dict(error.headers)

    def sign_in_as_admin(self) -> dict[str, str]:
        """Sign in with the password that the program printed; gives the tokens."""
        password = self.wait_for_output(r"One-time password +(\S+)").group(1)
        body = json.dumps({"username": "admin", "password": password}).encode()
        status, answer, _ = self.fetch("/api/v2/auth/token/", data=body, Content_Type="application/json")
        assert status == 200, answer
        return json.loads(answer)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(40)
        self._reader.join(10)
        return code


def children(pid: int) -> list[int]:
    """The processes that this one has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def descendants(pid: int) -> list[int]:
    """The processes that this one and those after it have started."""
    return [one for child in children(pid) for one in (child, *descendants(child))]


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and was not yet asked how does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def running(*arguments: str, data_dir: Path, **variables: str) -> Iterator[Program]:
    program = Program(*arguments, data_dir=data_dir, **variables)
    try:
        yield program
    finally:
        if program.process.poll() is None:
            program.stop()


@pytest.fixture(scope="module")
def first_start(tmp_path_factory) -> Iterator[Program]:
    """A first start with no configuration at all, shared by the tests that only look at it."""
    data_dir = tmp_path_factory.mktemp("data")
    with running("cms.run", data_dir=data_dir) as program:
        program.data_dir = data_dir
        program.wait_for_output("Inktree is running")
        yield program


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """The DATA_DIR of a site that has been founded and is not running."""
    data_dir = tmp_path_factory.mktemp("template")
    collect = "import django; django.setup(); from cms import server; server.collect_static()"
    for command in (["manage.py", "migrate"], ["-c", collect]):
        ended = run(*command, data_dir=data_dir, DJANGO_SETTINGS_MODULE="cms.settings")
        assert ended.returncode == 0, ended.stderr
    return data_dir


@pytest.fixture
def founded(template, tmp_path) -> Path:
    """A DATA_DIR of this test's own, of a site that has been founded."""
    return Path(shutil.copytree(template, tmp_path / "data"))


class TestTheFirstStart:
    def test_says_where_to_go_and_how_to_sign_in(self, first_start):
        for path in ("/", "/docs/", "/admin/"):
            assert f"{first_start.url}{path}\n" in first_start.output
        first_start.wait_for_output(r"Admin user name +admin\n")
        assert {"access", "refresh"} <= first_start.sign_in_as_admin().keys()

    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("/", "text/html"),
            ("/docs/", "text/html"),
            ("/admin/login/", "text/html"),
            ("/api/v2/schema/?format=json", "application/json"),
            ("/api/v2/feed/latest/", "application/json"),
        ],
    )
    def test_serves_everything(self, path, kind, first_start):
        status, body, headers = first_start.fetch(path)
        assert status == 200
        assert headers["content-type"].startswith(kind)
        assert headers["x-request-id"]
        assert body

    @pytest.mark.parametrize("page", ["/docs/", "/admin/login/"])
    def test_serves_the_static_files_of_its_pages(self, page, first_start):
        _, body, _ = first_start.fetch(page)
        addresses = set(re.findall(r'(?:src|href)="([^"]+\.(?:js|css|png|svg)[^"]*)"', body.decode()))
        assert addresses
        for address in addresses:
            assert address.startswith("/static/"), f"{page} loads {address}"
            assert first_start.fetch(address)[0] == 200

    def test_speaks_of_errors_in_one_shape(self, first_start):
        status, body, headers = first_start.fetch("/api/v2/none/")
        assert status == 404
        assert headers["content-type"] == "application/json"
        assert json.loads(body)["errors"][0]["code"] == "not_found"

    def test_refuses_a_body_that_is_too_large(self, first_start):
        status, body, _ = first_start.fetch(
            "/api/v2/auth/token/", data=b'"' + b"x" * 6_000_000 + b'"', Content_Type="application/json"
        )
        assert status == 413
        assert json.loads(body)["errors"][0]["code"] == "too_large"

    def test_writes_a_log_file(self, first_start):
        first_start.fetch("/nowhere/", X_Request_ID="trace-of-the-log")
        assert "[trace-of-the-log]" in (first_start.data_dir / "logs" / "inktree.log").read_text()

    def test_leaves_nothing_readable_to_others(self, first_start):
        assert first_start.data_dir.joinpath("secrets").stat().st_mode & 0o077 == 0

    def test_lets_commands_work_beside_it_with_the_same_secrets(self, first_start):
        show = "from django.conf import settings; print(settings.JWT_KEYS['kid'])"
        ended = run("manage.py", "shell", "--no-imports", "-c", show, data_dir=first_start.data_dir)
        token = first_start.sign_in_as_admin()["access"]
        assert jwt.get_unverified_header(token)["kid"] == ended.stdout.strip()


class TestTheServer:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_stops_in_order(self, number, founded):
        with running("cms.run", data_dir=founded) as program:
            program.wait_for_output("Inktree is running")
            started = descendants(program.process.pid)
            assert len(started) == 3
            assert program.stop(number) == 0
            assert not any(is_alive(pid) for pid in started)
            assert "Traceback" not in program.output

    @pytest.mark.parametrize("which", [0, 1])
    def test_ends_loudly_and_wholly_when_one_of_its_processes_does(self, which, founded):
        with running("cms.run", data_dir=founded) as program:
            program.wait_for_output("Inktree is running")
            started = descendants(program.process.pid)
            os.kill(children(program.process.pid)[which], signal.SIGKILL)
            assert program.process.wait(60) == 1
            program.wait_for_output(r"inktree: the (web server|ticker) ended with exit code -9; stopped")
            wait_until(lambda: not any(is_alive(pid) for pid in started))

    def test_sends_answers_in_one_piece(self, first_start):
        _, body, headers = first_start.fetch("/api/v2/feed/latest/")
        assert headers["content-length"] == str(len(body))

    def test_says_when_the_port_is_taken(self, tmp_path, first_start):
        ended = run("-m", "cms.run", data_dir=tmp_path, PORT=str(first_start.port))
        assert ended.returncode == 1
        assert ended.stderr.startswith(f"inktree: cannot listen on HOST=127.0.0.1 PORT={first_start.port}: ")
        assert len(ended.stderr.splitlines()) == 1


class TestAProductionProcess:
    def test_serves_with_given_secrets(self, founded):
        shutil.rmtree(founded / "secrets")
        given = {"SECRET_KEY": "s" * 50, "JWT_PRIVATE_KEY": keys.make_signing_key(), "WEB_CONCURRENCY": "2"}
        with running("cms.web", data_dir=founded, **given) as program:
            program.wait_until_it_answers()
            assert program.fetch("/api/v2/feed/latest/")[0] == 200
            assert program.stop() == 0
        assert not (founded / "secrets").exists()

    def test_stops_whichever_thread_of_a_worker_is_told(self, founded):
        given = {"SECRET_KEY": "s" * 50, "JWT_PRIVATE_KEY": keys.make_signing_key()}
        with running("cms.web", data_dir=founded, **given) as program:
            program.wait_until_it_answers()
            (worker,) = children(program.process.pid)
            *_, last = sorted(int(thread) for thread in os.listdir(f"/proc/{worker}/task"))
            os.kill(last, signal.SIGTERM)  # Linux gives it to the thread of this number
            wait_until(lambda: not is_alive(worker), 10)

    def test_replaces_a_worker_that_was_killed(self, founded):
        given = {"SECRET_KEY": "s" * 50, "JWT_PRIVATE_KEY": keys.make_signing_key()}
        with running("cms.web", data_dir=founded, **given) as program:
            program.wait_until_it_answers()
            (worker,) = children(program.process.pid)
            os.kill(worker, signal.SIGKILL)
            wait_until(lambda: children(program.process.pid) not in ([], [worker]))
            program.wait_until_it_answers()
