"""The admin as people see it, in a real browser; with SCREENSHOTS=1 also in pictures for the documentation."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.home.conftest import site  # noqa: F401  (a fixture)

expect.set_options(timeout=20_000)  # the machine may have more to do than this

SCREENSHOTS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """Keeps a picture of what the page shows, where that is asked for."""

    def shoot(page: Page, name: str) -> None:
        if not os.environ.get("SCREENSHOTS"):
            return
        page.wait_for_timeout(400)  # until nothing moves any more
        picture = Image.open(io.BytesIO(page.screenshot()))
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        picture.convert("RGB").save(SCREENSHOTS / f"{name}.webp", quality=82, method=6)

    return shoot
