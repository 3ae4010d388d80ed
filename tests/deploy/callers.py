"""Calling a running site over HTTP, as clients elsewhere do."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.request import Request, urlopen

PASSWORD = "Corr3ct-horse-battery"
LONGEST_CALL = 20


@dataclass
class Caller:
    """Somebody who calls the site at `url`; with a token, somebody signed in."""

    url: str
    token: str = ""

    def ask(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
        """The status and the content of an answer; raises an OSError when there is none."""
        request = Request(f"{self.url}/api/v2/{path}" if not path.startswith("/") else self.url + path, method=method)
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        content = json.dumps(body).encode() if body is not None else None
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

    def post(self, path: str, body: dict | None = None, status: int = 201) -> dict:
        return self._expect(status, "POST", path, body)

    def register(self, username: str) -> Caller:
        """A new user, signed in."""
        user = {"username": username, "email": f"{username}@example.com", "password": PASSWORD}
        return Caller(self.url, self.post("auth/register/", user)["access"])

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
