"""A load generator: one process, raw sockets kept alive, requests one after the other on each.

    python -m bench.load PORT CONNECTIONS SECONDS < request

sends the request read from stdin as often as it gets answers, and prints what came of it as JSON.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import sys
import time

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
PATIENCE = 60


def main() -> None:
    port, connections, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    print(json.dumps(generate(port, sys.stdin.buffer.read(), connections=connections, seconds=seconds)))


def generate(port: int, request: bytes, *, connections: int, seconds: float) -> dict:
    """Send the request on all connections for so many seconds, and wait for the answers under way."""
    selector = selectors.DefaultSelector()
    start = time.perf_counter()
    stop = start + seconds
    for _ in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(request)
        selector.register(connection, selectors.EVENT_READ, [bytearray(), 0])
    answers, refused, under_way, end = 0, 0, connections, start
    while under_way:
        ready = selector.select(PATIENCE)
        if not ready:
            raise TimeoutError("the server does not answer")
        for key, _ in ready:
            received, wanted = key.data
            part = key.fileobj.recv(1 << 18)
            if not part:
                raise ConnectionError("the server hung up")
            received += part
            if not wanted:
                head = received.find(b"\r\n\r\n")
                if head < 0:
                    continue
                wanted = key.data[1] = head + 4 + int(LENGTH.search(received, 0, head)[1])
            if len(received) < wanted:
                continue
            answers += 1
            refused += not received.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201"))
            received.clear()
            key.data[1] = 0
            end = time.perf_counter()
            if end < stop:
                key.fileobj.sendall(request)
            else:
                under_way -= 1
    return {"answers": answers, "refused": refused, "seconds": end - start}


if __name__ == "__main__":
    main()
