"""A proxy in front of DynamoDB that makes it as bad as it can be."""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

THROTTLED = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"


class BadProxy:
    """Hands requests on, but for those that it is told to treat badly: `faults` says which share of them, and how.

    `throttle` and `error` answer in the place of the server; `swallow` lets the server do it and tells nobody.
    """

    def __init__(self, target: str):
        self.target = urlsplit(target)
        self.faults: dict[str, float] = {}
        self.done: Counter[str] = Counter()
        self.chance = random.Random(1)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def fault(self) -> str | None:
        for kind, share in self.faults.items():
            if self.chance.random() < share:
                self.done[kind] += 1
                return kind
        self.done["fine"] += 1
        return None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self):
                with suppress(ConnectionError):  # whoever asked was killed
                    super().handle()

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                fault = proxy.fault()
                if fault == "throttle":
                    return self.reply(400, json.dumps({"__type": THROTTLED, "message": "slow down"}).encode())
                if fault == "error":
                    return self.reply(500, b'{"__type": "InternalServerError"}')
                upstream = http.client.HTTPConnection(proxy.target.hostname, proxy.target.port, timeout=20)
                try:
                    upstream.request("POST", self.path, body, dict(self.headers))  # signed, so sent on as it is
                    answer = upstream.getresponse()
                    status, content = answer.status, answer.read()
                finally:
                    upstream.close()
                if fault == "swallow":
                    self.close_connection = True
                    return None
                return self.reply(status, content)

            def reply(self, status: int, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments) -> None:
                """Nobody reads it."""

        return Handler


@contextmanager
def bad_proxy(target: str) -> Iterator[BadProxy]:
    """Starts the proxy and stops it."""
    proxy = BadProxy(target)
    thread = threading.Thread(target=proxy.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        proxy.server.server_close()
