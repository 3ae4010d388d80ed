"""A large file passes through the server without being held in it: measured at a running one."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.test_run import Program, descendants

MIB = 1024 * 1024
LARGE = int(os.environ.get("LARGE_UPLOAD_MIB", "200")) * MIB
PIECE = hashlib.sha512(b"inktree").digest() * 1024 * 16
BOUNDED = 100 * MIB
PASSWORD = "Corr3ct-horse-battery"


def resident(pid: int) -> int:
    """How much of the machine's memory this process and those it started hold for themselves now."""
    total = 0
    for one in (pid, *descendants(pid)):
        try:
            status = Path(f"/proc/{one}/status").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("RssAnon"))
    return total


class Watch:
    """The most memory the program held while it was watched, beyond what it held before."""

    def __init__(self, pid: int):
        self._pid, self._is_over = pid, threading.Event()
        self.base = self.peak = resident(pid)
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._is_over.wait(0.02):
            self.peak = max(self.peak, resident(self._pid))

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *error) -> None:
        self._is_over.set()
        self._thread.join()

    @property
    def growth(self) -> int:
        return self.peak - self.base


class Caller:
    """Somebody who is signed in at the running program."""

    def __init__(self, program: Program):
        self.port = program.port
        account = {"username": "alice", "email": "alice@example.com", "password": PASSWORD}
        status, answer, _ = program.fetch(
            "/api/v2/auth/register/", data=json.dumps(account).encode(), Content_Type="application/json"
        )
        assert status == 201, answer
        self.token = json.loads(answer)["access"]

    def send(self, size: int) -> tuple[int, dict]:
        """Upload a file of this size, piece by piece."""
        head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n'
        tail = b"\r\n--b--\r\n"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        connection.putrequest("POST", "/api/v2/files/")
        connection.putheader("Authorization", f"Bearer {self.token}")
        connection.putheader("Content-Type", "multipart/form-data; boundary=b")
        connection.putheader("Content-Length", str(len(head) + size + len(tail)))
        connection.endheaders()
        connection.send(head)
        for _ in range(size // len(PIECE)):
            connection.send(PIECE)
        connection.send(PIECE[: size % len(PIECE)] + tail)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def fetch(self, address: str, headers: dict[str, str]) -> str:
        """Download, following to the bucket; gives the SHA-1 of what came."""
        host, _, path = address.removeprefix("http://").partition("/")
        connection = http.client.HTTPConnection(host, timeout=300)
        connection.request("GET", f"/{path}", headers=headers)
        answer = connection.getresponse()
        if answer.status == 302:
            return self.fetch(answer.headers["Location"], {})
        assert answer.status == 200, answer.read()
        digest = hashlib.sha1()
        while piece := answer.read(MIB):
            digest.update(piece)
        return digest.hexdigest()


@pytest.fixture(params=["disk", "s3"])
def program(request, tmp_path) -> Iterator[Program]:
    variables = {
        "RATE_LIMITS": "off",
        "FILE_MAX_BYTES": str(LARGE),
        "FILE_QUOTA_BYTES": str(2 * LARGE),
        "DATABASE_URL": "",
    }
    if request.param == "s3":
        aws = request.getfixturevalue("aws")
        variables |= {
            "S3_BUCKET": aws.new_bucket(),
            "S3_ENDPOINT_URL": aws.endpoint_url,
            "AWS_ACCESS_KEY_ID": aws.access_key,
            "AWS_SECRET_ACCESS_KEY": aws.secret_key,
            "AWS_REGION": aws.region,
        }
    program = Program("cms.run", data_dir=tmp_path, **variables)
    try:
        program.wait_until_it_answers()
        yield program
    finally:
        program.stop()


def test_a_large_file_is_streamed(program, tmp_path):
    caller = Caller(program)
    assert caller.send(3 * MIB)[0] == 201  # so that what is loaded once is loaded
    with Watch(program.process.pid) as up:
        started = time.monotonic()
        status, file = caller.send(LARGE)
        seconds = time.monotonic() - started
    assert status == 201, file
    assert file["size"] == LARGE
    headers = {"Authorization": f"Bearer {caller.token}"}
    with Watch(program.process.pid) as down:
        digest = caller.fetch(file["download_url"].replace("http://127.0.0.1:8000", program.url), headers)
    expected = hashlib.sha1()
    for _ in range(LARGE // len(PIECE)):
        expected.update(PIECE)
    assert digest == expected.hexdigest()
    print(f"{seconds:.1f} s up; memory +{up.growth / MIB:.0f} MiB up, +{down.growth / MIB:.0f} MiB down")
    assert up.growth < BOUNDED
    assert down.growth < BOUNDED
    assert not list((tmp_path / "uploads").iterdir())
