"""Our programs as processes that can be killed and started again, and a mail server that remembers what it took."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.controller import Controller

from tests.house.commands import ROOT
from tests.servers.ports import free_port


class Program:
    """`python ARGUMENTS…` with the code of a folder, leader of a process group of its own."""

    def __init__(self, *arguments: str, variables: dict[str, str], log: Path, code: Path = ROOT):
        self.arguments = arguments
        self.variables = variables
        self.log = log
        self.code = code
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start it; it may take a while until it does its work."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.arguments],
                cwd=self.code,
                env=self.variables,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                process_group=0,
            )

    def kill(self) -> None:
        """Kill it with all its children, in the middle of whatever they do."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self, seconds: float = 40) -> None:
        """Tell it to stop and wait until it has: it ends what it is about."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(seconds)
            self.kill()

    def kill_a_child(self) -> None:
        """Kill the last of its children's children and let it live."""
        pid = self._process.pid
        while children := _children_of(pid):
            pid = children[-1]
        if pid != self._process.pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


class Mailbox:
    """A mail server on a port of its own; counts what it accepted by Message-ID and recipient."""

    def __init__(self):
        self.port = free_port()
        self.taken: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    @property
    def copies(self) -> int:
        """How many mails were taken that had been taken before."""
        return sum(self.taken.values()) - len(self.taken)

    async def handle_DATA(self, server, session, envelope) -> str:
        message = message_from_bytes(envelope.content)
        with self._lock:
            for recipient in envelope.rcpt_tos:
                self.taken[message["Message-ID"], recipient] += 1
        return "250 OK"


@contextmanager
def running_mailbox() -> Iterator[Mailbox]:
    """Starts the mail server and stops it."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
