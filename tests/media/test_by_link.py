"""Images by link: fetched where that is safe, refused everywhere else, and nothing inside ever sees a byte."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from media import fetching
from media.models import Image
from tests.client import is_error


@dataclass
class Inside:
    """A web server on loopback, and everything it was asked."""

    port: int
    pages: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    connections: list = field(default_factory=list)

    def url(self, path: str = "/photo.jpg") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture
def inside() -> Iterator[Inside]:
    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def verify_request(self, request, client_address):
            found.connections.append(client_address)
            return True

    class Pages(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self._answer()

        def do_GET(self):
            self._answer()

        def _answer(self):
            found.asked.append((self.command, self.path))
            page = found.pages.get((self.command, self.path)) or found.pages.get(self.path)
            page(self) if page else self.send_error(404)

        def log_message(self, *args):
            pass

    server = Server(("127.0.0.1", 0), Pages)
    found = Inside(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def allowed(inside, settings) -> Inside:
    """The same server, exempt from the rule against private addresses."""
    settings.IMAGE_URL_ALLOWED_HOSTS = [f"127.0.0.1:{inside.port}"]
    return inside


def page(body: bytes = b"", *, status: int = 200, kind: str = "image/jpeg", **headers):
    def answer(request):
        request.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        if request.command == "GET":
            request.wfile.write(body)

    return answer


def add(api, url, **fields):
    return api.call("POST", f"users/{api.username}/images/", json={"image_url": url, **fields})


class TestFetching:
    def test_a_picture_is_fetched_and_kept(self, alice, allowed, picture):
        allowed.pages["/a%20coast.jpg?size=big"] = page(picture(640, 480))
        answer = add(alice, allowed.url("/a%20coast.jpg?size=big"), alt="A coast", rotate=90)
        assert answer.status_code == 201, answer.content
        image = answer.json()
        assert (image["title"], image["alt"], image["width"], image["height"]) == ("a coast", "A coast", 480, 640)
        assert [method for method, _ in allowed.asked][-2:] == ["HEAD", "GET"]

    @pytest.mark.parametrize("status", [405, 501])
    def test_a_server_without_head_is_asked_directly(self, alice, allowed, picture, status):
        allowed.pages["/photo.jpg"] = page(picture())
        allowed.pages["HEAD", "/photo.jpg"] = page(status=status)
        assert add(alice, allowed.url()).status_code == 201

    def test_two_redirects_are_followed_and_three_are_not(self, alice, allowed, picture):
        allowed.pages["/photo.jpg"] = page(picture())
        for number, target in enumerate(["/photo.jpg", "/1", "/2"], 1):
            allowed.pages[f"/{number}"] = page(status=302, Location=allowed.url(target))
        assert add(alice, allowed.url("/2")).status_code == 201
        is_error(add(alice, allowed.url("/3")), 400, "image_url_unreachable", "image_url")

    def test_is_for_oneself(self, alice, bob, anyone, allowed):
        for api, status in ((bob, 403), (anyone, 401)):
            answer = api.call("POST", "users/alice/images/", json={"image_url": allowed.url()})
            is_error(answer, status)
        assert allowed.asked == []


class TestFailures:
    """A clear 400 for each way it can fail, and nothing is kept."""

    @pytest.fixture(autouse=True)
    def _nothing_is_kept(self, db):
        yield
        assert not Image.objects.exists()

    @pytest.mark.parametrize(
        "url",
        [
            "", "photo.jpg", "//example.org/x.jpg", "ftp://example.org/x.jpg", "file:///etc/passwd",
            "data:image/png;base64,AA",
            "javascript:1", "http://", "http:///x.jpg", "http://user@example.org/x.jpg", "http://a:b@example.org/",
            "http://ex ample.org/",
            "http://example.org\\@127.0.0.1/", "http://example.org/\r\nX: y", "http://good%00.127.0.0.1/",
            "http://１２７.0.0.1/",
            "http://127。0。0。1/", "http://[::1", "http://[fe80::1%25eth0]/", "http://example.org:99999/",
            "gopher://x/", "x" * 3000,
        ],
    )  # fmt: skip
    def test_what_is_no_plain_http_url_is_refused(self, alice, url):
        is_error(add(alice, url), 400, attr="image_url")

    def test_a_missing_or_odd_field_is_refused(self, alice):
        for body in ({}, {"image_url": None}, {"image_url": ["x"]}, {"image_url": {"a": 1}}):
            is_error(alice.call("POST", "users/alice/images/", json=body), 400, attr="image_url")

    def test_what_is_no_picture_is_refused(self, alice, allowed):
        allowed.pages["/page.html"] = page(b"<html>", kind="text/html")
        allowed.pages["/photo.jpg"] = page(b"<html>")
        allowed.pages["/program.exe"] = page(b"MZ")
        is_error(add(alice, allowed.url("/page.html")), 400, "not_an_image", "image_url")
        is_error(add(alice, allowed.url("/photo.jpg")), 400, "unsupported_image", "image_url")
        is_error(add(alice, allowed.url("/program.exe")), 400, "extension_not_allowed", "image_url")
        is_error(add(alice, allowed.url("/gone.jpg")), 400, "image_url_unreachable")

    def test_head_is_only_a_hint(self, alice, allowed):
        allowed.pages["/photo.jpg"] = page(b"<html>", kind="text/html")
        allowed.pages["HEAD", "/photo.jpg"] = page(kind="image/png")
        is_error(add(alice, allowed.url()), 400, "not_an_image")

    def test_too_many_bytes_are_refused_whatever_was_said_of_them(self, alice, allowed, settings):
        settings.IMAGE_MAX_BYTES = 50_000
        allowed.pages["/said.jpg"] = page(b"x" * 50_001)
        is_error(add(alice, allowed.url("/said.jpg")), 413, "too_large", "image_url")

        def endless(request):
            request.send_response(200)
            request.send_header("Content-Type", "image/jpeg")
            request.end_headers()
            with suppress(OSError):  # the other side leaves
                for _ in range(10_000 if request.command == "GET" else 0):
                    request.wfile.write(b"x" * 10_000)

        allowed.pages["/unsaid.jpg"] = endless
        is_error(add(alice, allowed.url("/unsaid.jpg")), 413, "too_large", "image_url")

    @pytest.mark.parametrize("slow", ["head", "body", "connection"])
    def test_a_slow_server_is_left_at_the_deadline(self, alice, allowed, monkeypatch, slow):
        monkeypatch.setattr(fetching, "DEADLINE_SECONDS", 0.8)

        def trickle(request):
            if slow != "connection":
                request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n" + b"\r\n" * (slow == "body"))
            for _ in range(100):
                request.wfile.write(b"X-Slow: 1\r\n" if slow == "head" else b"x" if slow == "body" else b"")
                request.wfile.flush()
                time.sleep(0.1)

        allowed.pages["GET", "/photo.jpg"] = trickle
        allowed.pages["HEAD", "/photo.jpg"] = page()
        begun = time.monotonic()
        is_error(add(alice, allowed.url()), 400, "image_url_unreachable")
        assert time.monotonic() - begun < 3

    def test_more_at_once_than_are_served_are_told_to_come_back(self, alice, allowed, monkeypatch):
        monkeypatch.setattr(fetching, "_free", threading.BoundedSemaphore(1))
        fetching._free.acquire()
        answer = add(alice, allowed.url())
        is_error(answer, 503)
        assert answer.headers["Retry-After"]


class TestInside:
    """A listener on loopback stands for everything inside: it never sees a connection."""

    SPELLINGS = (
        "127.0.0.1", "localhost", "127.1", "127.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.0.0.1", "0",
        "0.0.0.0", "127.0.0.2", "LOCALHOST", "localhost.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:0:127.0.0.1]",
    )  # fmt: skip
    ADDRESSES = (
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "168.63.129.16", "100.64.0.1", "192.0.0.1",
        "198.18.0.1",
        "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "[fd00:ec2::254]", "[fe80::1]", "[fec0::1]",
        "[ff02::1]",
    )  # fmt: skip

    @pytest.mark.parametrize("host", SPELLINGS)
    def test_no_spelling_of_it_is_fetched(self, alice, inside, picture, host):
        inside.pages["/photo.jpg"] = page(picture())
        is_error(add(alice, f"http://{host}:{inside.port}/photo.jpg"), 400, attr="image_url")
        assert inside.connections == []

    @pytest.mark.parametrize("host", ADDRESSES)
    def test_no_other_private_address_is_tried(self, alice, monkeypatch, host):
        tried = []
        monkeypatch.setattr(socket.socket, "connect", lambda self, address: tried.append(address))
        is_error(add(alice, f"http://{host}/photo.jpg"), 400, "image_url_unreachable")
        assert tried == []

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_no_redirect_leads_there(self, alice, allowed, settings, picture, status):
        allowed.pages["/photo.jpg"] = page(picture())
        for target in (f"http://localhost:{allowed.port}/photo.jpg", f"//localhost:{allowed.port}/photo.jpg"):
            allowed.pages["/moved.jpg"] = page(status=status, Location=target)
            is_error(add(alice, allowed.url("/moved.jpg")), 400, "image_url_unreachable")
        assert not [path for _, path in allowed.asked if path == "/photo.jpg"]

    def test_a_name_that_changes_its_address_is_looked_up_once_for_each_connection(self, alice, inside, monkeypatch):
        looked_up, tried = [], []

        def look_up(host, port, *args, **kwargs):
            address = host
            if host == "rebinding.example":
                address = "127.0.0.1" if looked_up else "93.184.216.34"
                looked_up.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        def connect(self, address):
            tried.append(address[0])
            raise ConnectionRefusedError

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        monkeypatch.setattr(socket.socket, "connect", connect)
        is_error(add(alice, f"http://rebinding.example:{inside.port}/photo.jpg"), 400, "image_url_unreachable")
        assert tried == ["93.184.216.34"]
        assert inside.connections == []

    def test_neither_proxies_nor_credentials_of_the_server_are_used(self, alice, allowed, picture, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        allowed.pages["/photo.jpg"] = page(picture())
        assert add(alice, allowed.url()).status_code == 201
