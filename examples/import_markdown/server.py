"""The calls of the HTTP API, with what every good client does: wait when asked to, and renew its tokens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

LONGEST_WAIT = 3600


class Refused(Exception):
    """The server said no. `codes` are the pairs of code and field of its errors."""

    def __init__(self, response: httpx.Response):
        self.status = response.status_code
        try:
            errors = response.json()["errors"]
            self.codes = {(error["code"], error["attr"]) for error in errors}
            what = "; ".join(": ".join(filter(None, (error["attr"], error["detail"]))) for error in errors)
        except (ValueError, KeyError, TypeError):
            self.codes, what = set(), response.text[:200]
        super().__init__(f"{self.status} {what}")


class Server:
    """The API at a base URL. `on_wait` is told how many seconds the server asks to wait."""

    def __init__(self, url: str, *, on_wait: Callable[[int], None] = lambda seconds: None):
        self._http = httpx.Client(base_url=f"{url.rstrip('/')}/api/v2/", timeout=60)
        self._on_wait = on_wait

    def call(self, method: str, path: str, *, access: str = "", **body) -> Any:
        """One request; gives the JSON of the answer. Waits and tries again on 429 and 503. Raises `Refused`."""
        headers = {"Authorization": f"Bearer {access}"} if access else {}
        while True:
            response = self._http.request(method, path, headers=headers, **body)
            wait = response.headers.get("Retry-After", "")
            if response.status_code not in (429, 503) or not wait.isdigit() or int(wait) > LONGEST_WAIT:
                break
            self._on_wait(int(wait))
            time.sleep(int(wait))
            self._on_wait(0)
        if not response.is_success:
            raise Refused(response)
        return response.json() if response.content else None


class Account:
    """A signed-in author; `known` holds his `username`, `password` and tokens, and is kept up to date."""

    def __init__(self, server: Server, known: dict[str, Any]):
        self._server = server
        self.known = known

    @property
    def username(self) -> str:
        return self.known["username"]

    def call(self, method: str, path: str, **body) -> Any:
        """One request as this author. Raises `Refused`."""
        if not self.known.get("access"):
            self._sign_in()
        try:
            return self._server.call(method, path, access=self.known["access"], **body)
        except Refused as refusal:
            if refusal.status != 401:
                raise
        self._renew()
        return self._server.call(method, path, access=self.known["access"], **body)

    def items(self, path: str) -> Iterator[dict]:
        """All items of a list, page by page."""
        page = {"meta": {"next": path}}
        while page["meta"]["next"]:
            page = self.call("GET", page["meta"]["next"])
            yield from page["items"]

    def _renew(self) -> None:
        try:
            self.known |= self._server.call("POST", "auth/token/refresh/", json={"refresh": self.known["refresh"]})
        except (Refused, KeyError):
            self._sign_in()

    def _sign_in(self) -> None:
        credentials = {name: self.known[name] for name in ("username", "password")}
        self.known |= self._server.call("POST", "auth/token/", json=credentials)
