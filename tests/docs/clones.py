"""A clone of the repository, as somebody has it who reads the documents, and what he types there."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.house.commands import ROOT, environment, wait_until

LEFT_BEHIND = (".git", ".venv", "var", ".env", "__pycache__", ".*_cache", ".hypothesis", "node_modules", "results")
START_SECONDS = 120
STRICT = "set -euo pipefail\n"


@dataclass
class Clone:
    """The folder, the environment that commands are given there, and the folder with the site's data."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    data: Path = field(init=False)

    def __post_init__(self):
        shutil.copytree(ROOT, self.folder, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
        (self.folder / ".venv").symlink_to(sys.prefix)
        for requirements in self.folder.rglob("requirements*.txt"):
            os.utime(requirements, (0, 0))  # what they name is installed
        self.begin_anew()

    def begin_anew(self, data: Path | None = None) -> None:
        """Go on as on another machine, with a copy of these data or with none."""
        self.data = self.folder.parent / f"data-{len(list(self.folder.parent.iterdir()))}"
        if data:
            shutil.copytree(data, self.data)

    def type(self, command: str) -> str:
        """Run a command to its end and give what it says. Fails where it does."""
        ended = subprocess.run(**self._typed(command), capture_output=True, text=True, timeout=300, check=False)
        assert ended.returncode == 0, f"{command}\n{ended.stdout[-2000:]}\n{ended.stderr[-2000:]}"
        return ended.stdout

    def serve(self, command: str, is_ready: Callable[[str], bool]) -> None:
        """Start what goes on until it is told to end, wait until it is ready by what it says, and end it."""
        log = self.folder.parent / "served.log"
        with log.open("wb") as output:
            typed = self._typed(f"exec {command}")
            process = subprocess.Popen(**typed, stdout=output, stderr=output, process_group=0)
        try:
            wait_until(lambda: is_ready(log.read_text()) or process.poll() is not None, START_SECONDS)
            assert process.poll() is None, log.read_text()[-2000:]
            os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
            process.wait(60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _typed(self, command: str) -> dict:
        """How `subprocess` does what was typed here."""
        return {
            "args": ["bash", "-c", STRICT + command],
            "cwd": self.folder,
            "env": environment(self.data, PYTHONUNBUFFERED="1", **self.variables),
            "stdin": subprocess.DEVNULL,
        }


def bare(line: str) -> str:
    """A line of a document without its comment."""
    return re.sub(r"(^|\s+)# .*$|\s+#\s.*$", "", line).strip()
