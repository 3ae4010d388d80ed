"""Calling a running site over HTTP, as clients elsewhere do."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.request import Request, urlopen

PASSWORD = "Corr3ct-horse-battery"
LONGEST_CALL = 20
BETWEEN_PARTS = "a-line-between-the-parts"


@dataclass
class Upload:
    """A file as a browser's form sends it."""

    name: str
    content: bytes

    @property
    def form(self) -> bytes:
        head = f'Content-Disposition: form-data; name="file"; filename="{self.name}"'
        return f"--{BETWEEN_PARTS}\r\n{head}\r\n\r\n".encode() + self.content + f"\r\n--{BETWEEN_PARTS}--\r\n".encode()


@dataclass
class Caller:
    """Somebody who calls the site at `url`; with a token, somebody signed in."""

    url: str
    token: str = ""

    def ask(self, method: str, path: str, body: dict | Upload | None = None) -> tuple[int, dict]:
        """The status and the content of an answer; raises an OSError when there is none."""
        request = Request(f"{self.url}/api/v2/{path}" if not path.startswith("/") else self.url + path, method=method)
        if isinstance(body, Upload):
            request.add_header("Content-Type", f"multipart/form-data; boundary={BETWEEN_PARTS}")
            content = body.form
        else:
            request.add_header("Content-Type", "application/json")
            content = json.dumps(body).encode() if body is not None else None
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urlopen(request, content, timeout=LONGEST_CALL) as answer:
                return answer.status, _parsed(answer.read())
        except HTTPError as error:
            with error:
                return error.code, _parsed(error.read())
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error

    def get(self, path: str, status: int = 200) -> dict:
        return self._expect(status, "GET", path)

    def post(self, path: str, body: dict | Upload | None = None, status: int = 201) -> dict:
        return self._expect(status, "POST", path, body)

    def register(self, username: str) -> Caller:
        """A new user, signed in."""
        user = {"username": username, "email": f"{username}@example.com", "password": PASSWORD}
        return Caller(self.url, self.post("auth/register/", user)["access"])

    def get_all(self, path: str) -> Iterator[dict]:
        """The items of a list, page after page."""
        while path:
            page = self.get(path)
            yield from page["items"]
            path = (page["meta"]["next"] or "").partition("/api/v2/")[2]

    def is_answered(self) -> bool:
        try:
            return self.ask("GET", "feed/latest/")[0] == 200
        except OSError:
            return False

    def _expect(self, status: int, *call) -> dict:
        found, content = self.ask(*call)
        assert found == status, f"{call[:2]} -> {found}: {content}"
        return content


def _parsed(content: bytes) -> dict:
    try:
        return json.loads(content or b"{}")
    except ValueError:
        return {"text": content.decode(errors="replace")}
