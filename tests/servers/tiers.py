"""What some tests need and not every machine has."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Tier:
    """Something to test against, whether it is there, and how to get it."""

    title: str
    how: str
    find: Callable[[dict[str, str]], str]
    place: str = ""
    left_out: int = 0

    def look(self, given: dict[str, str]) -> None:
        """Find out where it is, from the variables given by the caller or on this machine."""
        self.place = self.find(given)

    @property
    def is_there(self) -> bool:
        return bool(self.place)


def _find_rabbitmq(given: dict[str, str]) -> str:
    return given.get("BROKER_URL") or shutil.which("rabbitmq-server", path=f"{os.environ['PATH']}:/usr/sbin") or ""


def _find_chromium(given: dict[str, str]) -> str:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""


def _find_nginx(given: dict[str, str]) -> str:
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or ""


def _find_curl(given: dict[str, str]) -> str:
    return (shutil.which("bash") and shutil.which("curl")) or ""


TIERS = {
    "rabbitmq": Tier("RabbitMQ", "apt-get install rabbitmq-server, or set BROKER_URL", _find_rabbitmq),
    "nginx": Tier("nginx", "apt-get install nginx-light", _find_nginx),
    "curl": Tier("curl", "apt-get install curl", _find_curl),
    "chromium": Tier("Chromium", "apt-get install chromium, or set CHROMIUM to its path", _find_chromium),
}
