"""A moderator at work: decides on what waits for review, acts on a report, lifts the block again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.client import Api
from tests.home.chromium import PHONE, browsing, sign_in

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture
def moderator(site, moderator) -> Api:
    return moderator


@pytest.fixture
def people(moderator, register) -> dict[str, Api]:
    """Two who write, two who read."""
    names = {"amara": "Amara Okafor", "tomas": "Tomás Rivera", "noor": "Noor Haddad", "lin": "Lin Wei"}
    return {username: register(username, name=name) for username, name in names.items()}


@pytest.fixture
def waiting(people) -> list[dict]:
    """Posts in review."""
    posts = [
        people["amara"].write("Bread without hurry", status="draft", intro="Flour, water, salt and a night."),
        people["amara"].write("Ten tips you will not believe", status="draft"),
        people["tomas"].write("What the harbour remembers", status="draft", intro="A walk among old cranes."),
    ]
    for post, author in zip(posts, ("amara", "amara", "tomas"), strict=True):
        people[author].post(f"posts/{post['id']}/submit/", 200)
    return posts


@pytest.fixture
def reported(people) -> dict:
    """A post that two readers reported, and a comment that one did."""
    spam = people["tomas"].write("Cheap watches, today only", markdown="Buy now.")
    for reader, reason, note in (("noor", "spam", "The same in every blog."), ("lin", "abuse", "")):
        people[reader].put(f"posts/{spam['id']}/report/", json={"reason": reason, "note": note})
    walk = people["amara"].write("A walk by the river")
    rude = people["tomas"].post(f"posts/{walk['id']}/comments/", json={"body": "Nobody reads this rubbish."})
    people["lin"].put(f"comments/{rude['id']}/report/", json={"reason": "abuse", "note": "Not nice."})
    return spam


@pytest.fixture
def page(site, moderator):
    with browsing(site) as page:
        page.goto("/admin/")
        sign_in(page, username=moderator.username, password=moderator.password)
        page.wait_for_url("/admin/")
        yield page


def choose(page: Page, title: str) -> None:
    """Tick the row of that title."""
    page.get_by_role("row", name=title).get_by_role("checkbox").check()


def open_list(page: Page, name: str) -> None:
    """Open a list from the menu."""
    page.get_by_role("button", name="Moderation").click()
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("navigation", name="Breadcrumb").get_by_text(name, exact=True).first).to_be_visible()


class TestAModerator:
    def test_approves_one_post_and_rejects_another(self, waiting, page, people, anyone, shoot):
        expect(page.get_by_role("heading", name="Waiting for a moderator")).to_be_visible()
        shoot(page, "moderator")
        open_list(page, "Review queue")
        expect(page.get_by_role("row")).to_have_count(4)
        choose(page, "Bread without hurry")
        shoot(page, "review-queue")
        page.get_by_role("link", name="Approve and publish the chosen posts").click()
        page.get_by_role("button", name="Approve and publish").click()
        expect(page.locator(".messages .success")).to_be_visible()
        assert [post["title"] for post in anyone.get("feed/latest/")["items"]] == ["Bread without hurry"]

        choose(page, "Ten tips you will not believe")
        page.get_by_role("link", name="Send the chosen posts back to their authors").click()
        page.get_by_label("Reason").fill("Please say what it is about.")
        page.get_by_role("button", name="Reject").click()
        expect(page.get_by_role("row")).to_have_count(2)
        assert people["amara"].get(f"posts/{waiting[1]['id']}/")["status"] == "draft"
        assert "Please say what it is about." in str(people["amara"].get("me/notifications/")["items"])

    def test_sees_a_report_blocks_the_blog_and_lifts_it(self, reported, page, people, anyone, shoot):
        open_list(page, "Reports")
        shoot(page, "reports")
        page.get_by_role("link", name="Cheap watches, today only").first.click()
        expect(page.get_by_text("The same in every blog.")).to_be_visible()
        page.get_by_role("link", name="Block the blog").click()
        page.get_by_label("30 days").check()
        page.get_by_label("Reason").fill("Advertising in every post")
        shoot(page, "blocking")
        page.get_by_role("button", name="Block", exact=True).click()
        expect(page.locator(".messages .success")).to_be_visible()
        anyone.get("blogs/tomas/", 404)
        assert people["tomas"].get("blogs/tomas/")["block"]["reason"] == "Advertising in every post"

        open_list(page, "Blocks")
        expect(page.get_by_role("row", name="Tomás Rivera").get_by_text("in force")).to_be_visible()
        page.get_by_role("row", name="Tomás Rivera").get_by_role("link").first.click()
        expect(page.get_by_text("Advertising in every post").first).to_be_visible()
        expect(page.get_by_text("Blocked until").first).to_be_visible()
        shoot(page, "blog")
        page.get_by_role("link", name="Lift block").click()
        page.get_by_label("Reason").fill("He took them down")
        page.get_by_role("button", name="Lift", exact=True).click()
        expect(page.locator(".messages .success")).to_be_visible()
        anyone.get("blogs/tomas/")
        page.goto("/admin/reports/site-history/")
        expect(page.get_by_text("He took them down")).to_be_visible()
        shoot(page, "site-history")


class TestOnAPhone:
    def test_lists_show_their_first_column_and_can_be_moved_to_the_last(self, site, moderator, reported):
        with browsing(site, size=PHONE) as page:
            page.goto("/admin/moderation/reports/")
            sign_in(page, username=moderator.username, password=moderator.password)
            page.wait_for_load_state("networkidle")
            title = page.get_by_role("link", name="Cheap watches, today only")
            expect(title).to_be_visible()
            assert title.bounding_box()["height"] < 60
            last = page.locator("#listing-results thead th").last
            last.scroll_into_view_if_needed()
            box = last.bounding_box()
            assert box["x"] + box["width"] <= PHONE[0] + 1
