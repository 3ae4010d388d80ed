"""The client with which tests speak to the API: JSON in and out, the expected status asserted in each call."""

from __future__ import annotations

import json as json_module
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, TestCase

API = "/api/v2/"


@dataclass
class Api:
    """Somebody who calls the API; without tokens, anybody.

    Paths are relative to `/api/v2/`; those that begin with `/` or `http` are taken as they are. `get`, `post`, `put`,
    `patch` and `delete` assert the status (`expect`) and give the parsed JSON; `call` gives the response. What is to
    be done after the commit is done within the call, as in a real request.
    """

    username: str = ""
    password: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    me: dict[str, Any] = field(default_factory=dict)
    client: Client = field(default_factory=Client)

    def call(
        self,
        method: str,
        path: str,
        *,
        expect: int | tuple[int, ...] | None = None,
        json: Any = ...,
        data: Any = None,
        files: Any = (),
        params: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        content_type: str | None = None,
    ) -> HttpResponse:
        """One request. `json` is sent as JSON, `data` with `files` as multipart, `data` as bytes as it is.

        `files` is a list of `(field, (name, bytes))` or of `(field, (name, bytes, content type))`, or a dict of those.
        """
        headers = {**({"Authorization": f"Bearer {self.tokens['access']}"} if self.tokens else {}), **(headers or {})}
        body: dict[str, Any] = {}
        if json is not ...:
            body = {"data": json_module.dumps(json), "content_type": content_type or "application/json"}
        elif isinstance(data, bytes | str):
            body = {"data": data, "content_type": content_type or "application/json"}
        elif data is not None or files:
            body = self._multipart(method, data or {}, files)
        with TestCase.captureOnCommitCallbacks(execute=True):
            response = self.client.generic(
                method, self._path(path), headers=headers, query_params=params, **self._encoded(body)
            )
        if expect is not None:
            wanted = expect if isinstance(expect, tuple) else (expect,)
            shown = b"" if response.streaming else response.content[:800]
            assert response.status_code in wanted, (
                f"{method} {path} -> {response.status_code}, expected {expect}: {shown.decode(errors='replace')}"
            )
        return response

    def get(self, path: str, expect: int | tuple[int, ...] = 200, **params) -> Any:
        """GET with query parameters; gives the parsed JSON, or the response where it is no JSON."""
        return _parsed(self.call("GET", path, expect=expect, params=params or None))

    def post(self, path: str, expect: int | tuple[int, ...] = 201, **body) -> Any:
        """POST; `json=`, or `data=` and `files=`."""
        return _parsed(self.call("POST", path, expect=expect, **body))

    def put(self, path: str, expect: int | tuple[int, ...] = 200, **body) -> Any:
        """PUT; `json=`, or `data=` and `files=`."""
        return _parsed(self.call("PUT", path, expect=expect, **body))

    def patch(self, path: str, expect: int | tuple[int, ...] = 200, **body) -> Any:
        """PATCH; `json=`, or `data=` and `files=`."""
        return _parsed(self.call("PATCH", path, expect=expect, **body))

    def delete(self, path: str, expect: int | tuple[int, ...] = 204, **body) -> Any:
        """DELETE; `json=` where one is needed."""
        return _parsed(self.call("DELETE", path, expect=expect, **body))

    @property
    def blog(self) -> str:
        """The slug of the first blog."""
        return self.me["blogs"][0]["slug"]

    def write(self, title: str = "A post", *, blog: str = "", expect: int = 201, **fields) -> Any:
        """Publish a post (or, with `status="draft"`, write one)."""
        fields = {"title": title, "status": "live", **fields}
        if not {"body", "markdown", "html"} & fields.keys():
            fields["markdown"] = "Some *text*."
        return self.post(f"blogs/{blog or self.blog}/posts/", expect, json=fields)

    def upload(self, content: bytes, name: str = "photo.jpg", *, expect: int = 201, **fields) -> Any:
        """Upload an image."""
        return self.post(f"users/{self.username}/images/", expect, data=fields, files=[("file", (name, content))])

    def _path(self, path: str) -> str:
        path = path.removeprefix(settings.BASE_URL)
        return path if path.startswith("/") else API + path

    def _multipart(self, method: str, data: dict[str, Any], files) -> dict[str, Any]:
        fields: dict[str, Any] = dict(data)
        for name, (file_name, content, *kind) in files.items() if isinstance(files, dict) else files:
            upload = SimpleUploadedFile(file_name, content, *kind)
            upload.name = file_name  # as a stranger would send it, not as Django would clean it
            fields.setdefault(name, [])
            fields[name].append(upload)
        return {"multipart": fields}

    def _encoded(self, body: dict[str, Any]) -> dict[str, Any]:
        if "multipart" not in body:
            return body
        from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

        return {"data": encode_multipart(BOUNDARY, body["multipart"]), "content_type": MULTIPART_CONTENT}


def _parsed(response: HttpResponse) -> Any:
    if "json" in response.headers.get("Content-Type", "") and not response.streaming and response.content:
        return response.json()
    return response


def is_error(response: HttpResponse, status: int, code: str | None = None, attr: str | None = None) -> dict[str, Any]:
    """Assert that this is an error in the API's one shape, and give its body."""
    assert response.status_code == status, f"{response.status_code}: {response.content[:500]!r}"
    assert response.headers["Content-Type"].startswith("application/json"), response.headers["Content-Type"]
    body = json_module.loads(response.content)
    assert body["type"] in {"validation_error", "client_error", "server_error"}, body
    assert body["errors"], body
    assert all(set(error) >= {"code", "detail", "attr"} for error in body["errors"]), body
    if code is not None:
        assert code in {error["code"] for error in body["errors"]}, body
    if attr is not None:
        assert attr in {error["attr"] for error in body["errors"]}, body
    return body
