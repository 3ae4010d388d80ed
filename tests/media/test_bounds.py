"""A picture made to do harm is refused within moments and without harm to the process that serves the site."""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
import time
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.errors import Unavailable
from media import pictures
from media.processing import parent
from tests.client import is_error
from tests.media.pictures import animation, chunk, cornered, encoded, frames, noise, png

WITHIN_SECONDS = 2.0
MEGABYTE = 1024 * 1024


def packed(size: int) -> bytes:
    """Very few bytes that unpack to very many."""
    packer = zlib.compressobj(9)
    return b"".join([packer.compress(bytes(MEGABYTE)) for _ in range(size // MEGABYTE)]) + packer.flush()


def bomb(name: str) -> bytes:
    """Something that costs far more to decode than to send."""
    dot = b"\0\xff\xff\xff"
    match name:
        case "127 megapixels":
            return png(11_300, 11_300, rows=(b"\0" + bytes(1413)) * 11_300)
        case "header of 65,500 by 65,500":
            return png(65_500, 65_500)
        case "65,500 wide":
            return png(65_500, 1, rows=bytes(8189))
        case "65,500 high":
            return png(1, 65_500, rows=b"\0\xff" * 65_500)
        case "no width":
            return png(0, 10)
        case "GIF of 200 frames":
            return animation("GIF", [Image.new("P", (1000, 1000), number % 200) for number in range(200)])
        case "WebP of 60 frames":
            return animation(
                "WEBP", [Image.new("RGB", (1000, 1000), (number % 2 * 255, 0, number)) for number in range(60)]
            )
        case "APNG of 300 frames":
            return animation("PNG", frames(300, 20, 10))
        case "profile of 100 MB":
            return png(1, 1, depth=8, color=2, rows=dot, extra=chunk(b"iCCP", b"x\0\0" + packed(100 * MEGABYTE)))
        case "text of 100 MB":
            return png(1, 1, depth=8, color=2, rows=dot, extra=chunk(b"zTXt", b"x\0\0" + packed(100 * MEGABYTE)))
    raise LookupError(name)


BOMBS = [
    "127 megapixels",
    "header of 65,500 by 65,500",
    "65,500 wide",
    "65,500 high",
    "no width",
    "GIF of 200 frames",
    "WebP of 60 frames",
    "APNG of 300 frames",
    "profile of 100 MB",
    "text of 100 MB",
]


def post(api, content: bytes, name: str = "picture", **headers):
    files = [("file", (name, content))]
    return api.call("POST", f"users/{api.username}/images/", data={}, files=files, headers=headers)


@pytest.fixture
def warm(alice):
    """An author, with the decoding process already started."""
    alice.upload(encoded(cornered(60, 40)))
    return alice


class TestABomb:
    @pytest.mark.parametrize("name", BOMBS)
    def test_is_refused_at_once(self, warm, name):
        content = bomb(name)
        started = time.monotonic()
        response = post(warm, content)
        assert time.monotonic() - started < WITHIN_SECONDS
        is_error(response, 400, attr="file")
        warm.upload(encoded(cornered(60, 40)))

    def test_costs_the_site_no_memory(self, warm):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for name in ("127 megapixels", "GIF of 200 frames", "text of 100 MB"):
            post(warm, bomb(name))
        unit = 1 if sys.platform == "darwin" else 1024
        assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit < 64 * MEGABYTE

    @pytest.mark.parametrize("name", ["127 megapixels", "65,500 wide", "GIF of 200 frames"])
    def test_is_told_that_it_has_too_many_pixels(self, warm, name):
        is_error(post(warm, bomb(name)), 400, "too_many_pixels", "file")

    def test_with_many_texts_is_stripped(self, warm):
        texts = chunk(b"tEXt", b"key\0value") * 10_000
        image = warm.upload(png(1, 1, depth=8, color=2, rows=b"\0\xff\xff\xff", extra=texts))
        assert (image["width"], image["height"]) == (1, 1)

    def test_may_have_as_many_pixels_as_are_configured(self, warm, settings):
        settings.IMAGE_MAX_PIXELS = 64 * 48 * 5
        warm.upload(animation("GIF", frames(5, 64, 48)))
        is_error(post(warm, animation("GIF", frames(6, 64, 48))), 400, "too_many_pixels")
        is_error(post(warm, encoded(cornered(320, 49))), 400, "too_many_pixels")


class TestTooManyBytes:
    def test_are_refused(self, alice, settings):
        content = encoded(noise(400, 300))
        settings.IMAGE_MAX_BYTES = len(content)
        alice.upload(content)
        is_error(post(alice, content + b"\0"), 413, attr="file")

    def test_are_refused_before_they_are_kept_anywhere(self, alice, settings, monkeypatch):
        settings.IMAGE_MAX_BYTES = 1000

        def refuse(*args, **kwargs):
            raise AssertionError("the body was parsed")

        monkeypatch.setattr("django.http.multipartparser.MultiPartParser.parse", refuse)
        is_error(post(alice, bytes(3 * MEGABYTE)), 413, "too_large", "file")
        files = [("file", ("a.jpg", bytes(3 * MEGABYTE)))]
        is_error(alice.call("PUT", "me/avatar/", data={}, files=files), 413, "too_large", "file")

    def test_are_not_waited_for_without_end(self, alice):
        class Endless(BytesIO):
            def read(self, *args):
                raise AssertionError("the body was read")

        headers = {"authorization": f"Bearer {alice.tokens['access']}"}
        facts = {"wsgi.input": Endless(), "CONTENT_LENGTH": str(150 * MEGABYTE), "CONTENT_TYPE": "multipart/form-data"}
        response = alice.client.generic("POST", "/api/v2/users/alice/images/", headers=headers, **facts)
        is_error(response, 413)


class TestADecoder:
    """What a decoder does that never ends, takes all memory or breaks, done by a child with another module."""

    @pytest.fixture
    def decoder(self, monkeypatch, tmp_path):
        """Has pictures decoded by our own code with `open_picture` replaced by this."""

        def decoder(source: str):
            (tmp_path / "evil_child.py").write_text(
                "import os, signal, sys, time\n"
                f"sys.path.insert(0, {str(parent.ROOT)!r})\n"
                "from media.processing import bounds, child, reading\n"
                "bounds.CPU_SECONDS, bounds.WALL_SECONDS = 1, 2\n"
                "def open_picture(file, most_pixels):\n"
                f"    {source}\n"
                "reading.open_picture = open_picture\n"
                "child.main()\n"
            )
            monkeypatch.setattr(parent, "MODULE", "evil_child")
            monkeypatch.setattr(parent, "ROOT", tmp_path)
            parent._child.stop()

        yield decoder
        parent._child.stop()

    @pytest.mark.parametrize(
        "source",
        [
            "while True: pass",
            "time.sleep(60)",
            "bytearray(4 * 1024 ** 3)",
            "os.kill(os.getpid(), signal.SIGSEGV)",
            "os._exit(0)",
            "raise RuntimeError('odd')",
            "sys.exit()",
        ],
    )
    def test_that_runs_wild_is_stopped_and_the_picture_refused(self, alice, decoder, source):
        decoder(source)
        started = time.monotonic()
        is_error(post(alice, encoded(cornered(60, 40))), 400, "unsupported_image", "file")
        assert time.monotonic() - started < 8

    def test_that_fills_the_disk_is_no_fault_of_the_picture(self, alice, decoder):
        decoder("raise OSError(28, 'No space left on device')")
        is_error(post(alice, encoded(cornered(60, 40))), 503)

    def test_knows_no_secrets_of_the_site(self, alice, decoder, monkeypatch):
        monkeypatch.setenv("SECRET_KEY", "very-secret")
        decoder("raise reading.Refused('environment', ' '.join(os.environ))")
        said = post(alice, encoded(cornered(60, 40))).json()["errors"][0]["detail"]
        assert "PATH" in said
        assert "SECRET" not in said
        assert "DATA_DIR" not in said

    def test_has_no_open_files_but_its_own(self, alice, decoder):
        decoder("raise reading.Refused('files', str(len(os.listdir('/proc/self/fd'))))")
        if Path("/proc/self/fd").exists():
            said = post(alice, encoded(cornered(60, 40))).json()["errors"][0]["detail"]
            assert int(said) <= 8


class TestTheDecodingProcess:
    def test_is_started_again_when_it_was_killed(self, warm):
        os.kill(parent._child._process.pid, signal.SIGKILL)
        warm.upload(encoded(cornered(60, 40)))

    def test_is_left_to_the_parent_by_a_fork(self, warm):
        process = parent._child._process.pid
        pid = os.fork()
        if pid == 0:
            is_fresh = parent._child._process is None
            os._exit(0 if is_fresh else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        warm.upload(encoded(cornered(60, 40)))
        assert parent._child._process.pid == process

    def test_serves_many_at_once(self, warm):
        content = encoded(cornered(900, 600))
        made = []

        def develop():
            with pictures.develop(SimpleUploadedFile("a.jpg", content)) as picture:
                made.append(picture.original.width)

        threads = [threading.Thread(target=develop) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert made == [900] * 12

    def test_that_cannot_be_started_makes_uploads_unavailable(self, alice, monkeypatch):
        monkeypatch.setattr(parent, "MODULE", "no_such_module_at_all")
        parent._child.stop()
        try:
            is_error(post(alice, encoded(cornered(60, 40))), 503)
        finally:
            parent._child.stop()

    def test_lets_nobody_wait_for_ever(self, warm, monkeypatch):
        monkeypatch.setattr(parent, "QUEUE_SECONDS", 0.2)
        monkeypatch.setattr(parent, "_slots", threading.BoundedSemaphore(1))
        parent._slots.acquire()
        with pytest.raises(Unavailable):
            pictures.develop(SimpleUploadedFile("a.jpg", encoded(cornered(60, 40))))
