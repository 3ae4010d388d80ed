"""Pictures from the web: fetched for a user without being led anywhere but to a public address.

requests-hardened resolves a host once, refuses what is not public and connects to the very address it checked, on every
hop of a redirect. Added here: the ranges it lets through, a deadline over everything (names, handshakes, headers that
trickle), a bound on bytes, no proxies, no credentials from the environment, and a pool of threads of its own, so that
slow servers occupy no worker.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as DeadlineMissed
from contextlib import suppress
from urllib.parse import unquote

import requests
from django.conf import settings
from django.core.files.base import File
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, parse_url

from core.errors import Invalid, TooLarge, Unavailable

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 10
CONNECT_SECONDS = 3
MOST_REDIRECTS = 2
LONGEST_URL = 2000
AT_ONCE = 8
CHUNK = 64 * 1024
USER_AGENT = "Inktree (image fetch)"
SKIPPED_HEAD = (405, 501)
PORTS = {"http": 80, "https": 443}

AZURE_METADATA = ipaddress.ip_address("168.63.129.16")
IPV4_COMPATIBLE = ipaddress.ip_network("::/96")
SITE_LOCAL = ipaddress.ip_network("fec0::/10")


class Unfetchable(Invalid):
    """Nothing could be fetched. One text for all reasons, so that it tells nothing of our network."""

    code = "image_url_unreachable"
    detail = "No picture could be fetched from this address."

    def __init__(self):
        super().__init__(attr="image_url")


def fetch_picture(url: str) -> File:
    """The bytes behind a URL as a file called after the last part of its path; the caller closes it.

    Raises `Unavailable` when too many are being fetched already, so that slow servers hold few of our threads;
    `TooLarge`; and `Invalid`: `image_url_invalid` for what is no http or https URL, `not_an_image` when the server says
    it is something else, or `Unfetchable` for everything that goes wrong on the way.
    """
    name = unquote((check_url(url).path or "").rpartition("/")[2])
    if not _free.acquire(blocking=False):
        raise Unavailable("Too many pictures are being fetched.", retry_after=DEADLINE_SECONDS)
    try:
        fetch = _Fetch(url)
        content = _threads.submit(fetch.run).result(DEADLINE_SECONDS)
    except DeadlineMissed:
        fetch.abandon()
        raise Unfetchable from None
    finally:
        _free.release()
    content.name = name
    return content


def check_url(url: str) -> Url:
    """The parsed URL. Raises `Invalid` for anything that two parsers could understand in two ways."""
    refusal = Invalid("Give an http or https URL.", code="image_url_invalid", attr="image_url")
    if len(url) > LONGEST_URL or any(c <= " " or c == "\\" or c == "\x7f" for c in url):
        raise refusal
    try:
        parsed = parse_url(url)
    except (LocationParseError, ValueError):
        raise refusal from None
    host = parsed.host or ""
    if parsed.scheme not in PORTS or not host or parsed.auth is not None or "%" in host or not host.isascii():
        raise refusal
    return parsed


class _Fetch:
    """One fetch, which can be abandoned from another thread at any moment."""

    def __init__(self, url: str):
        self._url = url
        self._ends_at = time.monotonic() + DEADLINE_SECONDS
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._is_abandoned = False

    def run(self) -> File:
        try:
            with requests.Session() as session:
                self._arrange(session)
                self._ask(session)
                return self._download(session)
        except (requests.RequestException, HTTPError, OSError, UnicodeError, ValueError) as error:
            logger.info("picture not fetched", extra={"reason": type(error).__name__})
            raise Unfetchable from None
        finally:
            self._close_all()

    def abandon(self) -> None:
        """End every connection now, whatever it is waiting for."""
        with self._lock:
            self._is_abandoned = True
            for connection in self._sockets:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _arrange(self, session: requests.Session) -> None:
        session.trust_env = False
        session.max_redirects = MOST_REDIRECTS
        session.headers = {"User-Agent": USER_AGENT, "Accept": "image/*", "Accept-Encoding": "identity"}
        session.adapters.clear()
        for scheme in PORTS:
            session.mount(f"{scheme}://", _PublicOnly(is_https_proto=scheme == "https", on_connect=self._watch))

    def _ask(self, session: requests.Session) -> None:
        """Look first, with HEAD, whether a picture of a fitting size is there."""
        with session.head(self._url, allow_redirects=True, timeout=self._timeout()) as answer:
            if answer.status_code not in SKIPPED_HEAD:
                _check_answer(answer)

    def _download(self, session: requests.Session) -> File:
        content = tempfile.TemporaryFile()  # noqa: SIM115  (the caller closes it)
        try:
            with session.get(self._url, stream=True, timeout=self._timeout()) as answer:
                _check_answer(answer)
                size = 0
                while chunk := answer.raw.read1(CHUNK):
                    size += len(chunk)
                    _check_size(size)
                    self._timeout()
                    content.write(chunk)
            content.seek(0)
        except BaseException:
            content.close()
            raise
        return _Fetched(content, size)

    def _timeout(self) -> tuple[float, float]:
        left = self._ends_at - time.monotonic()
        if left <= 0 or self._is_abandoned:
            raise requests.Timeout
        return min(left, CONNECT_SECONDS), left

    def _watch(self, connection: socket.socket) -> None:
        with self._lock:
            self._sockets.append(connection.dup())
            if self._is_abandoned:
                connection.shutdown(socket.SHUT_RDWR)

    def _close_all(self) -> None:
        with self._lock:
            for connection in self._sockets:
                connection.close()
            self._sockets.clear()


class _Fetched(File):
    """A fetched file, whose size is known."""

    def __init__(self, file, size: int):
        super().__init__(file)
        self.size = size


class _PublicOnly(IPFilterAdapter):
    """Connects only to public addresses, or to the hosts that `IMAGE_URL_ALLOWED_HOSTS` exempts."""

    def __init__(self, *, is_https_proto: bool, on_connect: Callable[[socket.socket], None]):
        super().__init__(is_https_proto=is_https_proto)
        pools = self.poolmanager.pool_classes_by_scheme
        self.poolmanager.pool_classes_by_scheme = {scheme: _watched(pool, on_connect) for scheme, pool in pools.items()}

    def build_connection_pool_key_attributes(self, request, verify, cert=None):
        parts = check_url(request.url)
        if f"{parts.host}:{parts.port or PORTS[parts.scheme]}".lower() in settings.IMAGE_URL_ALLOWED_HOSTS:
            return HTTPAdapter.build_connection_pool_key_attributes(self, request, verify, cert)
        host_params, pool_kwargs = super().build_connection_pool_key_attributes(request, verify, cert)
        address = ipaddress.ip_address(host_params["host"].strip("[]"))
        is_odd = address == AZURE_METADATA or (
            address.version == 6 and (address in IPV4_COMPATIBLE or address in SITE_LOCAL)
        )
        if is_odd or not address.is_global:
            raise InvalidIPAddress(address)
        return host_params, pool_kwargs


def _watched(pool: type, on_connect: Callable[[socket.socket], None]) -> type:
    """The connection pool class, whose connections are shown to `on_connect` before anything is sent."""

    class Connection(pool.ConnectionCls):
        def _new_conn(self):
            connection = super()._new_conn()
            on_connect(connection)
            return connection

    return type(pool.__name__, (pool,), {"ConnectionCls": Connection})


def _check_answer(answer: requests.Response) -> None:
    if not answer.ok:
        raise Unfetchable
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind and not kind.startswith("image/"):
        raise Invalid("The server says that this is no picture.", code="not_an_image", attr="image_url")
    length = answer.headers.get("Content-Length", "")
    if length.isdigit():
        _check_size(int(length[:20]))


def _check_size(size: int) -> None:
    if size > settings.IMAGE_MAX_BYTES:
        raise TooLarge(f"A picture may have at most {settings.IMAGE_MAX_BYTES} bytes.", attr="image_url")


_free = threading.BoundedSemaphore(AT_ONCE)
_threads = ThreadPoolExecutor(2 * AT_ONCE, thread_name_prefix="fetch")
"""More than can be asked for at once: an abandoned one may still be waiting for a name to be resolved."""
