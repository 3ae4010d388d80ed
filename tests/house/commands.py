"""Running our programs as an operator does, in an environment of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

INHERITED = ("PATH", "HOME", "LANG", "SYSTEMROOT", "PYTHONDONTWRITEBYTECODE")


def environment(data_dir: Path, **variables: str) -> dict[str, str]:
    """The environment of a fresh machine, with these variables."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    emptied = {name: "" for name in os.environ if name.isupper() and name in _documented()}
    return inherited | emptied | {"DATA_DIR": str(data_dir)} | variables


def run(*arguments: str, data_dir: Path, timeout: float = 120, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `python ARGUMENTS…` in the project's root to its end."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(data_dir, **variables),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Return as soon as the condition holds; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def _documented() -> set[str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return {line.partition("=")[0] for line in lines if "=" in line and not line.startswith("#")}
