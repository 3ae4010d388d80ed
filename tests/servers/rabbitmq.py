"""A throw-away RabbitMQ node of Debian's package, with a port and data of its own, that can be killed and come back."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.ports import free_port
from tests.servers.tiers import TIERS

SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
START_SECONDS = 90


class RabbitMQ:
    """One node; `url` stays the same over restarts, and so do its queues."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self._distribution_port = free_port()
        self._mapper_port = free_port()
        self._process: subprocess.Popen | None = None
        self._name = f"inktree{secrets.token_hex(3)}@localhost"

    def start(self) -> None:
        """Start the node and wait until it takes connections."""
        log = (self.folder / "console.log").open("ab")
        self._process = subprocess.Popen(
            [SERVER], env=self._environment(), cwd=self.folder, stdout=log, stderr=log, process_group=0
        )
        log.close()
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"RabbitMQ did not start:\n{(self.folder / 'console.log').read_text()[-2000:]}")
            time.sleep(0.2)

    def kill(self) -> None:
        """Kill the node with everything it started."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Kill the node and its port mapper, which outlives it."""
        self.kill()
        subprocess.run(["epmd", "-kill"], env=self._environment(), capture_output=True, check=False, timeout=20)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.settimeout(5)
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return bool(connection.recv(1))
        except OSError:
            return False

    def _environment(self) -> dict[str, str]:
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        plugins = self.folder / "enabled_plugins"
        plugins.write_text("[].\n")
        configuration = self.folder / "rabbitmq.conf"
        configuration.write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            "disk_free_limit.absolute = 10MB\n"
            "vm_memory_high_watermark.absolute = 512MB\n"
        )
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_RELAXED_COMMAND_CHECK": "1",
            "ERL_EPMD_PORT": str(self._mapper_port),
            "RABBITMQ_NODENAME": self._name,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_CONFIG_FILE": str(configuration.with_suffix("")),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
        }


class GivenRabbitMQ:
    """A broker somebody else runs: it is used, and never killed."""

    def __init__(self, url: str):
        self.url = url

    def start(self) -> None:
        """It runs."""

    def kill(self) -> None:
        """It is not ours to kill."""


@contextmanager
def running_rabbitmq() -> Iterator[RabbitMQ | GivenRabbitMQ]:
    """Starts a node, gives it, and removes it with its data; or gives the broker of BROKER_URL."""
    if "://" in TIERS["rabbitmq"].place:
        yield GivenRabbitMQ(TIERS["rabbitmq"].place)
        return
    folder = Path(tempfile.mkdtemp(prefix="inktree-mq-", dir="/tmp"))
    node = RabbitMQ(folder)
    try:
        node.start()
        yield node
    finally:
        node.stop()
        shutil.rmtree(folder, ignore_errors=True)
