"""The upload page in a real browser, with real files."""

from __future__ import annotations

import base64
import re
import threading

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Session
from api import images
from media.models import Image as ImageRow
from tests.client import Api
from tests.home.chromium import PHONE, SITE, browsing, sign_in
from tests.media.pictures import cornered, corners_of, decoded, encoded, fetched

pytestmark = pytest.mark.needs("chromium")

MIB = 1024 * 1024
DROP = """([files]) => {
  const carried = new DataTransfer();
  for (const [name, type, text] of files) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    carried.items.add(new File([bytes], name, {type}));
  }
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.getElementById("drop").dispatchEvent(
      new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: carried}));
  }
}"""


@pytest.fixture
def alice(site, register) -> Api:
    return register("alice", name="Alice Adams")


@pytest.fixture
def page(site, alice):
    with browsing(site) as page:
        enter(page, alice)
        yield page


def enter(page: Page, who: Api) -> None:
    """Open the page as somebody who is not signed in yet."""
    page.goto("/upload/")
    assert page.url == f"{SITE}/admin/login/?next=/upload/"
    sign_in(page, username=who.username, password=who.password)
    page.wait_for_url("/upload/")
    expect(page.locator("#gallery")).to_have_attribute("aria-busy", "false")


def drop(page: Page, *files: tuple[str, str, bytes]) -> None:
    """Let files fall onto the page."""
    page.evaluate(DROP, [[(name, kind, base64.b64encode(content).decode()) for name, kind, content in files]])


def titles(page: Page) -> list[str]:
    """What the gallery shows."""
    return page.locator(".picture .facts b").all_inner_texts()


class TestUploading:
    def test_shows_two_good_files_in_the_gallery_and_the_error_of_a_bad_one(self, page):
        expect(page.locator("#none")).to_be_visible()
        good, bad = encoded(cornered(1200, 900)), b"%PDF-1.7 nothing to see"
        drop(
            page,
            ("leaf.jpg", "image/jpeg", good),
            ("letter.jpg", "image/jpeg", bad),
            ("bark.png", "image/png", encoded(cornered(300, 300), "PNG")),
        )
        expect(page.locator(".picture")).to_have_count(2)
        assert set(titles(page)) == {"leaf", "bark"}
        row = page.locator(".file.is-wrong")
        expect(row).to_have_count(1)
        expect(row.locator(".name")).to_have_text("letter.jpg")
        assert len(row.locator(".state").inner_text()) > 10
        expect(page.locator(".file.is-done")).to_have_count(0)
        expect(page.locator("#none")).to_be_hidden()
        row.get_by_role("button", name="Remove from the list").click()
        expect(page.locator(".file")).to_have_count(0)

    def test_shows_the_progress_of_each_file(self, page, settings, monkeypatch, tmp_path):
        settings.IMAGE_MAX_BYTES = 64 * MIB
        page.reload()
        received, check = threading.Event(), images.refuse_large
        monkeypatch.setattr(images, "refuse_large", lambda request: received.wait(60) and check(request))
        for name in ("one.jpg", "two.jpg"):
            (tmp_path / name).write_bytes(bytes(32 * MIB))  # more than what waits between browser and server
        page.set_input_files("#files", [tmp_path / "one.jpg", tmp_path / "two.jpg"])
        bars = page.locator(".file progress")
        expect(bars).to_have_count(2)
        for state in page.locator(".file .state").all():
            expect(state).to_have_text(re.compile(r"Sending [1-9]\d? %"))
        assert all(0 < bar.evaluate("(bar) => bar.value") < 100 for bar in bars.all())
        received.set()
        expect(page.locator(".file.is-wrong")).to_have_count(2)
        expect(bars.first).to_be_hidden()

    def test_says_at_once_what_is_too_large(self, page, settings):
        settings.IMAGE_MAX_BYTES = 1000
        page.reload()
        drop(page, ("big.jpg", "image/jpeg", encoded(cornered(900, 900))))
        expect(page.locator(".file.is-wrong .state")).to_contain_text("Larger than")

    def test_takes_a_link(self, page, alice, site, settings):
        settings.IMAGE_URL_ALLOWED_HOSTS = [site.removeprefix("http://")]
        image = alice.upload(encoded(cornered()), title="Original")
        page.fill("#link-url", image["url"].replace(SITE, site))
        page.keyboard.press("Enter")
        expect(page.locator(".picture")).to_have_count(1)
        page.fill("#link-url", "http://127.0.0.1:9/picture.jpg")
        page.get_by_role("button", name="Fetch").click()
        expect(page.locator(".file.is-wrong .name")).to_have_text("http://127.0.0.1:9/picture.jpg")

    def test_goes_on_after_the_token_ran_out(self, page):
        Session.objects.update(expires_at="2001-01-01T00:00Z")
        drop(page, ("leaf.jpg", "image/jpeg", encoded(cornered())))
        expect(page.locator(".picture")).to_have_count(1)

    def test_says_so_when_one_has_signed_out_elsewhere(self, page):
        page.context.clear_cookies(name="inktree_session")
        Session.objects.update(expires_at="2001-01-01T00:00Z")
        drop(page, ("leaf.jpg", "image/jpeg", encoded(cornered())))
        expect(page.locator("#signed-out")).to_be_visible()
        expect(page.locator(".file .again")).to_be_visible()


class TestTheGallery:
    @pytest.fixture
    def three(self, alice) -> list[dict]:
        return [alice.upload(encoded(cornered(400, 300)), title=f"Picture {number}") for number in range(3)]

    @pytest.fixture
    def page(self, site, alice, three):
        with browsing(site) as page:
            enter(page, alice)
            yield page

    def test_shows_the_newest_first_and_more_on_request(self, page, alice):
        assert titles(page) == ["Picture 2", "Picture 1", "Picture 0"]
        expect(page.locator("#more")).to_be_hidden()
        last = ImageRow.objects.get(title="Picture 0")
        for number in range(20):
            last.pk, last.title = None, f"More {number}"
            last.save_base(raw=True, force_insert=True)
        page.reload()
        expect(page.locator(".picture")).to_have_count(20)
        page.get_by_role("button", name="Load more").press("Enter")
        expect(page.locator(".picture")).to_have_count(23)
        assert len(set(titles(page))) == 23
        expect(page.locator("#more")).to_be_hidden()

    def test_rotates(self, page, alice, three):
        first = page.locator(".picture").first
        first.get_by_role("button", name="Rotate right").click()
        expect(first.locator(".facts span")).to_have_text("300 × 400")
        [turned] = [item for item in alice.get("users/alice/images/")["items"] if item["id"] == three[2]["id"]]
        assert corners_of(decoded(fetched(turned["url"]))) == ["blue", "red", "white", "green"]
        first.get_by_role("button", name="Rotate left").click()
        expect(first.locator(".facts span")).to_have_text("400 × 300")

    def test_is_usable_with_the_keyboard_alone(self, page, alice, three):
        first = page.locator(".picture").first
        page.locator("#link-url").focus()
        for _ in range(3):  # the button beside it, the picture, its alt text
            page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.labels[0].innerText") == "Alt text"
        page.keyboard.type("A leaf")
        page.keyboard.press("Enter")
        expect(page.locator("#news")).to_have_text("Alt text saved")
        assert alice.get(f"users/alice/images/{three[2]['id']}/")["alt"] == "A leaf"
        page.keyboard.press("Tab")
        assert self._focused(page) == "Rotate left"
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        page.keyboard.press("Space")
        expect(first.locator(".facts span")).to_have_text("300 × 400")
        for name in ("Rotate right", "Copy link"):
            page.keyboard.press("Tab")
            assert self._focused(page) == name
        page.keyboard.press("Enter")
        expect(page.locator("#news")).to_have_text("Link copied")
        page.keyboard.press("Tab")
        assert self._focused(page) == "Delete"
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(first).to_have_attribute("aria-busy", "false")
        expect(page.locator(".picture")).to_have_count(3)
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".picture")).to_have_count(2)
        expect(page.locator("#news")).to_have_text("Picture 2 deleted")
        assert self._focused(page) == "Delete"
        assert not ImageRow.objects.filter(pk=three[2]["id"]).exists()
        page.locator("#link-url").focus()
        page.keyboard.press("Control+V")
        assert "/media/images/" in page.input_value("#link-url")

    def test_shows_the_error_of_what_fails(self, page, three):
        ImageRow.objects.filter(pk=three[2]["id"]).delete()
        page.locator(".picture").first.get_by_role("button", name="Rotate right").click()
        expect(page.locator(".picture .wrong").first).to_be_visible()

    def _focused(self, page: Page) -> str:
        return page.evaluate("document.activeElement.getAttribute('aria-label')")


class TestOnAPhone:
    def test_fits_the_screen(self, site, alice):
        alice.upload(encoded(cornered(1200, 900)), title="A_rather_long_title_" * 5)
        with browsing(site, size=PHONE, has_touch=True, is_mobile=True) as page:
            enter(page, alice)
            drop(page, ("a_very_long_name_" * 8 + ".jpg", "image/jpeg", b"no picture"))
            expect(page.locator(".file.is-wrong")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
            for button in page.locator(".picture button:visible, .drop .button, .link button").all():
                assert button.bounding_box()["height"] >= 40
