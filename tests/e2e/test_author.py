"""An author at work: signs in, writes with a picture, looks at the preview, publishes, and deletes a comment."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from members.demo.pictures import picture as painted
from tests.client import Api
from tests.home.chromium import browsing, sign_in

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture
def alice(site, register) -> Api:
    return register("alice", name="Alice Adams")


@pytest.fixture
def page(site, alice):
    with browsing(site) as page:
        page.goto("/admin/")
        sign_in(page, username=alice.username, password=alice.password)
        page.wait_for_url("/admin/")
        yield page


def begin(page: Page, title: str) -> None:
    """Begin a post from the first page."""
    page.get_by_role("link", name="New post").click()
    page.locator("#id_title").fill(title)


def add_paragraph(page: Page, text: str) -> None:
    page.get_by_role("button", name="Insert a block").first.click()
    page.get_by_role("option", name="Paragraph").click()
    write_on(page, text)


def write_on(page: Page, text: str) -> None:
    """Write at the end of the last paragraph, until the form has it too: the editor hands it over a moment later."""
    page.locator("[data-streamfield-child] [contenteditable=true]").last.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)
    written = "text => [...document.querySelectorAll('[name^=body-]')].some(field => field.value.includes(text))"
    page.wait_for_function(written, arg=text.strip())


def publish(page: Page) -> None:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name=re.compile("^Publish")).click()
    expect(page.locator(".messages .success")).to_be_visible()


class TestAnAuthor:
    def test_writes_with_a_picture_looks_at_it_and_publishes(self, page, alice, anyone, shoot):
        expect(page.get_by_role("heading", name="Your blogs")).to_be_visible()
        begin(page, "A walk along the river")
        page.locator("#id_intro").fill("Where the water turns, the town begins.")

        page.get_by_role("button", name="Choose an image").first.click()
        page.get_by_role("tab", name="Upload").click()
        photo = {
            "name": "river.jpg",
            "mimeType": "image/jpeg",
            "buffer": painted("river", kind="mountains", size=(1200, 800)),
        }
        page.locator("#id_image-chooser-upload-file").set_input_files(photo)
        page.locator("#id_image-chooser-upload-title").fill("The river")
        page.locator(".modal form button[type=submit]").last.click()
        expect(page.get_by_text("The river")).to_be_visible()

        add_paragraph(page, "I went out early.")
        page.get_by_role("button", name="Toggle preview").click()
        preview = page.frame_locator("#w-preview-iframe, iframe[title=Preview]").first
        expect(preview.get_by_role("heading", name="A walk along the river")).to_be_visible()
        expect(preview.get_by_text("I went out early.")).to_be_visible()
        write_on(page, " The fog was low.")
        expect(preview.get_by_text("The fog was low.")).to_be_visible()
        shoot(page, "editor")

        publish(page)
        [post] = anyone.get("feed/latest/")["items"]
        assert (post["title"], post["feature_image"]["title"]) == ("A walk along the river", "The river")
        page.goto(f"/{alice.blog}/a-walk-along-the-river/")
        expect(page.get_by_text("I went out early. The fog was low.")).to_be_visible()

    def test_finds_what_readers_said_and_deletes_it(self, page, alice, bob, anyone, shoot):
        post = alice.write("Of trees", intro="What the rings tell.")
        alice.write("Of roots", status="draft")
        alice.write("Of leaves", publish_at="2099-05-01T08:00:00Z")
        bob.post(f"posts/{post['id']}/comments/", json={"body": "Which oak was it?"})
        bob.post(f"posts/{post['id']}/comments/", json={"body": "Buy cheap watches!"})
        bob.put(f"posts/{post['id']}/like/")
        page.goto("/admin/")
        expect(page.get_by_text("Which oak was it?")).to_be_visible()
        expect(page.get_by_role("link", name="Of leaves")).to_be_visible()
        shoot(page, "author")
        page.get_by_role("link", name="All comments").click()
        page.get_by_role("row", name="Buy cheap watches!").get_by_role("link", name="Delete").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(page.get_by_text("The comment was deleted.")).to_be_visible()
        assert [comment["body"] for comment in anyone.get(f"posts/{post['id']}/comments/")["items"]] == [
            "Which oak was it?"
        ]
