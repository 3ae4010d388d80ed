"""Has pictures decoded by another process, and waits for them: at most a few at a time, none for long."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import BinaryIO

from media.processing import bounds
from media.processing.parts import Part

logger = logging.getLogger(__name__)

MODULE = "media.processing.child"
ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = max(2, min(os.cpu_count() or 1, 8))
QUEUE_SECONDS = 30
GRACE_SECONDS = 3
START_SECONDS = 30
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "MALLOC_ARENA_MAX")
"""What the decoding process is told of our environment: none of our secrets."""


class Undecodable(Exception):
    """The bytes are refused; `code` and `detail` are for the one who sent them."""

    def __init__(self, code: str, detail: str):
        self.code = code
        self.detail = detail
        super().__init__(detail)


class Overloaded(Exception):
    """There is no process, slot or disk space to decode with at the moment."""


class Result:
    """What was made of a picture: its parts, whose bytes are in a temporary file until `close`."""

    def __init__(self, file: BinaryIO, parts: list[Part], placeholder: str):
        self._file = file
        self.parts = parts
        self.placeholder = placeholder

    def bytes_of(self, part: Part) -> bytes:
        """The encoded picture; read anew on every call, so that little is held in memory. Safe in several threads."""
        return os.pread(self._file.fileno(), part.length, part.start)

    def close(self) -> None:
        self._file.close()


def render(
    source: BinaryIO,
    *,
    specs: list[str],
    max_pixels: int,
    original: bool = True,
    rotate: int = 0,
    format: str | None = None,
    max_width: int | None = None,
    focal_point: tuple[int, int] | None = None,
) -> Result:
    """Decode `source`, an open file on disk, once, and encode the original and a rendition per spec.

    Raises `Undecodable` for what is no picture or too large, `Overloaded` when nothing can be decoded now.
    """
    job = {
        "specs": list(specs),
        "max_pixels": max_pixels,
        "original": original,
        "rotate": rotate,
        "format": format,
        "max_width": max_width,
        "focal_point": focal_point,
    }
    if not _slots.acquire(timeout=QUEUE_SECONDS):
        raise Overloaded
    try:
        result = tempfile.TemporaryFile(prefix="picture-")  # noqa: SIM115 - it lives as long as the result
    except OSError as error:
        _slots.release()
        raise Overloaded from error
    try:
        reply = _ask(job, source, result)
        if "parts" not in reply:
            _refuse(reply)
    except BaseException:
        result.close()
        raise
    finally:
        _slots.release()
    return Result(result, [Part(**part) for part in reply["parts"]], reply["placeholder"])


def _refuse(reply: dict) -> None:
    if "no_space" in reply:
        raise Overloaded
    if "refused" in reply:
        raise Undecodable(*reply["refused"])
    logger.info("picture could not be decoded: %s", reply.get("undecodable", "the process exceeded its limits"))
    raise Undecodable(
        "unsupported_image", "This is not a JPEG, PNG, WebP, AVIF, HEIC or GIF picture, or it is damaged."
    )


def _ask(job: dict, source: BinaryIO, result: BinaryIO) -> dict:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        try:
            _child.send(job, [source.fileno(), result.fileno(), theirs.fileno()])
        except OSError as error:
            raise Overloaded from error
        theirs.close()
        ours.settimeout(bounds.WALL_SECONDS + GRACE_SECONDS)
        answer = bytearray()
        try:
            while piece := ours.recv(65_536):
                answer += piece
        except TimeoutError:
            _child.stop()
        except OSError:
            answer.clear()
    try:
        return json.loads(answer)
    except ValueError:
        return {}


class _Child:
    """The decoding process of this process: started when first needed, and again when it is gone."""

    def __init__(self):
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._control: socket.socket | None = None

    def send(self, job: dict, files: list[int]) -> None:
        """Hand over a job with its open files; the process has taken it when this returns."""
        message = json.dumps(job).encode()
        with self._lock:
            for is_last_try in (False, True):
                try:
                    if self._process is None or self._process.poll() is not None:
                        self._start()
                    socket.send_fds(self._control, [message], files)
                    if self._control.recv(1):
                        return
                    raise ConnectionResetError
                except OSError:
                    self._stop()
                    if is_last_try:
                        raise

    def stop(self) -> None:
        """End the process and what it forked; the next job starts a new one."""
        with self._lock:
            self._stop()

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        self._control.settimeout(START_SECONDS)
        environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - a module of ours
                [sys.executable, "-m", MODULE],
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                cwd=ROOT,
                env=environment,
                start_new_session=True,
            )

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = self._control = None


_child = _Child()
_slots = threading.BoundedSemaphore(AT_ONCE)


def _forget_inherited() -> None:
    """After a fork: the decoding process belongs to the parent."""
    global _child, _slots
    if _child._control is not None:
        _child._control.close()
    _child = _Child()
    _slots = threading.BoundedSemaphore(AT_ONCE)


os.register_at_fork(after_in_child=_forget_inherited)
