"""A real browser before the running site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from tests.servers.tiers import TIERS

SITE = "http://testserver"
DESK, PHONE = (1280, 900), (390, 844)


@contextmanager
def browsing(server: str, *, size: tuple[int, int] = DESK, **options) -> Iterator[Page]:
    """A page of Chromium that finds the server at `http://testserver`; it fails the test for what the browser complains
    of: errors of scripts, and what the page's own policy stopped.
    """
    address = urlsplit(server)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=TIERS["chromium"].place,
            args=[f"--host-resolver-rules=MAP testserver:80 {address.hostname}:{address.port}"],
        )
        width, height = size
        context = chromium.new_context(viewport={"width": width, "height": height}, base_url=SITE, **options)
        context.set_default_timeout(20_000)
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
        try:
            yield page
        finally:
            chromium.close()
    assert complaints == []


def sign_in(page: Page, *, username: str, password: str) -> None:
    """Sign in at the page that the browser was sent to."""
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("form button[type=submit]")
