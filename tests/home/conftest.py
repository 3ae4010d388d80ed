"""The site as a browser sees it."""

from __future__ import annotations

import pytest


@pytest.fixture
def site(live_server, settings, tmp_path, monkeypatch) -> str:
    """The address of the running site, with a media folder of its own."""
    options = settings.STORAGES["default"]["OPTIONS"] | {"location": str(tmp_path / "media")}
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright has an event loop in the thread of the test
    return live_server.url
