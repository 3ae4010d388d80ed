"""A real browser before the running site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Error, Page, sync_playwright

from tests.servers.tiers import TIERS

SITE = "http://testserver"
OUR_SCRIPTS = "/static/home/"
DESK, PHONE = (1280, 900), (390, 844)


@contextmanager
def browsing(server: str, *, size: tuple[int, int] = DESK, **options) -> Iterator[Page]:
    """A page of Chromium that finds the server at `http://testserver`; it fails the test for what the browser complains
    of: errors of our scripts, and what the page's own policy stopped. Errors of Wagtail's own scripts are printed: its
    checks of a preview can end in one when the preview is replaced under them.
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

        def hear_error(error: Error) -> None:
            if OUR_SCRIPTS in (error.stack or "") or not page.url.startswith(f"{SITE}/admin/"):
                complaints.append(f"{page.url}: {error.stack or error}")
            else:
                print(f"{page.url}: {error.stack or error}")

        page.on("pageerror", hear_error)
        page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
        try:
            yield page
        finally:
            chromium.close()
    assert not complaints, complaints


def sign_in(page: Page, *, username: str, password: str) -> None:
    """Sign in at the page that the browser was sent to."""
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("form button[type=submit]")
