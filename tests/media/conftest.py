"""A media folder of its own for each test here."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _own_media_folder(settings, tmp_path) -> None:
    options = settings.STORAGES["default"]["OPTIONS"] | {"location": str(tmp_path / "media")}
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}
