"""Ports to listen on, below the range from which the system takes those of outgoing connections."""

import random
import socket


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    for port in random.sample(range(20_000, 32_000), 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port below 32000")
