"""Where files are kept in these tests: on disk in a folder of their own, or in a bucket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.core.files.storage import storages

from tests.client import Api
from tests.files.storage import FILES


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path) -> None:
    options = settings.STORAGES[FILES]["OPTIONS"] | {"location": str(tmp_path / FILES)}
    settings.STORAGES = settings.STORAGES | {FILES: settings.STORAGES[FILES] | {"OPTIONS": options}}
    settings.UPLOADS_ROOT = tmp_path / "uploads"


@pytest.fixture(params=["disk", "s3"])
def storage(request):
    """Both places in which files are kept."""
    if request.param == "s3":
        request.getfixturevalue("on_s3")
    return storages[FILES]


@pytest.fixture
def keep() -> Callable[..., dict[str, Any]]:
    """Uploads a file and gives the File object."""

    def keep(api: Api, content: bytes = b"Some bytes.", name: str = "notes.txt", *, owner: str = "", **fields) -> Any:
        query = f"?owner={owner}" if owner else ""
        return api.post(f"files/{query}", data=fields, files=[("file", (name, content))])

    return keep


@pytest.fixture
def fetch() -> Callable[..., httpx.Response]:
    """Gets an address as a browser does, following it to the bucket; gives the last answer."""

    def fetch(api: Api, address: str, *, method: str = "GET", **headers: str) -> httpx.Response:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        response = api.call(method, address, headers=headers)
        if response.status_code == 302:
            assert urlsplit(response["Location"]).hostname == "127.0.0.1"
            return httpx.request(method, response["Location"], headers=headers)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        return httpx.Response(response.status_code, headers=dict(response.headers), content=body)

    return fetch
