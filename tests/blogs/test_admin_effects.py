"""What is done to posts and blogs in Wagtail's admin has the same effects as through the API."""

from __future__ import annotations

import json

import pytest
from django.test import Client, TestCase
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from accounts.models import User
from blogs.models import BlogPage, BlogPostPage, OldBlogSlug, PostCard
from blogs.richtext import FEATURES
from core.models import Event
from tests.blogs.test_body_doors import SCRIPTS, active
from tests.blogs.test_publishing import kinds
from tests.client import Api, is_error


class Editor:
    """Somebody who works in the admin."""

    def __init__(self, username: str):
        self.client = Client()
        self.client.force_login(User.objects.get(username=username))

    def send(self, path: str, data: dict, expect: int = 302):
        with TestCase.captureOnCommitCallbacks(execute=True):
            response = self.client.post(f"/admin/pages/{path}", data)
        errors = response.context["form"].errors if response.status_code == 200 and response.context else None
        assert response.status_code == expect, (response.status_code, errors, response.content[:500])
        return response

    def delete_in_bulk(self, page: int) -> None:
        """Delete a page from the list it is in."""
        path = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
        with TestCase.captureOnCommitCallbacks(execute=True):
            assert self.client.post(f"{path}?id={page}").status_code == 302

    def save(self, post: int, action: str = "", **fields) -> None:
        """Save a post from the editor, with the button `action`."""
        page = BlogPostPage.objects.get(pk=post).get_latest_revision_as_object()
        self.send(f"{post}/edit/", form_of(page, action, **fields))


def form_of(page: BlogPostPage, action: str = "", **fields) -> dict:
    data = {
        "title": page.title,
        "slug": page.slug,
        "intro": page.intro,
        "body": streamfield([("paragraph", rich_text("<p>From the editor</p>", features=FEATURES))]),
        "tags": "",
        "seo_title": "",
        "search_description": "",
        "go_live_at": "",
        "expire_at": "",
        "comments_open": "on",
        "feature_image": "",
        **({action: "on"} if action else {}),
        **fields,
    }
    for relation in ("comments", "wagtail_admin_comments"):
        data |= {f"{relation}-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")}
    return nested_form_data(data)


@pytest.fixture
def editor(alice) -> Editor:
    return Editor("alice")


class TestEditor:
    def test_writes_and_publishes(self, alice, anyone, editor):
        blog = BlogPage.objects.get(slug="alice")
        new = BlogPostPage(title="From the admin", slug="from-the-admin")
        editor.send(f"add/blogs/blogpostpage/{blog.pk}/", form_of(new, "action-publish", tags="b, a"))
        post = anyone.get("blogs/alice/posts/from-the-admin/")
        assert (post["title"], post["tags"], post["author"]["username"]) == ("From the admin", ["a", "b"], "alice")
        assert post["body"][0]["value"].startswith("<p")
        assert "From the editor" in post["body"][0]["value"]
        assert anyone.get("blogs/alice/")["counts"]["posts"] == 1
        assert kinds(post["id"]) == ["post.published"]

    def test_saves_drafts(self, alice, anyone, editor):
        blog = BlogPage.objects.get(slug="alice")
        editor.send(f"add/blogs/blogpostpage/{blog.pk}/", form_of(BlogPostPage(title="Draft", slug="draft")))
        draft = alice.get("me/posts/")["items"][0]
        assert (draft["title"], draft["status"]) == ("Draft", "draft")
        editor.save(draft["id"], title="Draft, later")
        assert alice.get(f"posts/{draft['id']}/")["title"] == "Draft, later"
        is_error(anyone.call("GET", f"posts/{draft['id']}/"), 404)

    def test_drafts_over_a_live_post(self, alice, anyone, editor):
        post = alice.write("Live")["id"]
        editor.save(post, title="Draft over it")
        assert anyone.get(f"posts/{post}/")["title"] == "Live"
        assert alice.get(f"posts/{post}/")["has_unpublished_changes"] is True
        editor.save(post, "action-publish", title="Published over it")
        assert anyone.get(f"posts/{post}/")["title"] == "Published over it"
        assert kinds(post) == ["post.published", "post.updated"]

    def test_schedules_and_cancels(self, alice, editor):
        post = alice.write("Later", status="draft")["id"]
        editor.save(post, "action-publish", go_live_at="2099-01-01 00:00")
        assert alice.get(f"posts/{post}/")["status"] == "scheduled"
        revision = BlogPostPage.objects.get(pk=post).scheduled_revision.pk
        editor.send(f"{post}/revisions/{revision}/unschedule/", {})
        assert alice.get(f"posts/{post}/")["status"] == "draft"

    def test_unpublishes(self, alice, anyone, editor):
        post = alice.write("Live")["id"]
        editor.send(f"{post}/unpublish/", {})
        is_error(anyone.call("GET", f"posts/{post}/"), 404)
        assert alice.get(f"posts/{post}/")["status"] == "draft"
        assert kinds(post) == ["post.published", "post.unpublished"]

    def test_deletes(self, alice, anyone, editor):
        post = alice.write("Live")["id"]
        editor.send(f"{post}/delete/", {})
        is_error(alice.call("GET", f"posts/{post}/"), 404)
        assert anyone.get("blogs/alice/")["counts"]["posts"] == 0
        assert kinds(post) == ["post.published", "post.deleted"]
        assert not any(Page.find_problems())

    def test_changes_slugs(self, alice, anyone, editor):
        post = alice.write("Live")["id"]
        editor.save(post, "action-publish", slug="renamed")
        assert anyone.call("GET", "blogs/alice/posts/live/", expect=308)["Location"].endswith("/posts/renamed/")

    def test_restores_versions(self, alice, anyone, editor):
        post = alice.write("One")["id"]
        first = alice.get(f"posts/{post}/revisions/")["items"][0]["id"]
        alice.patch(f"posts/{post}/", json={"title": "Two"})
        page = BlogPostPage.objects.get(pk=post)
        editor.send(f"{post}/edit/", form_of(page, "action-publish", title="One", revision=first))
        assert anyone.get(f"posts/{post}/")["title"] == "One"

    def test_cannot_bring_scripts_in(self, alice, anyone, editor):
        post = alice.write("Live")["id"]
        for evil in SCRIPTS:
            line = {
                "key": "a",
                "text": evil.replace("\x01", ""),
                "type": "unstyled",
                "depth": 0,
                "inlineStyleRanges": [],
                "entityRanges": [],
            }
            content = json.dumps({"blocks": [line], "entityMap": {}})
            editor.save(post, "action-publish", body=streamfield([("paragraph", content)]))
            assert_inactive(anyone, post)
        for url in ("javascript:alert(1)", " java\nscript:x", "data:text/html,x", "//evil.example", "/\\evil.example"):
            link = {"type": "LINK", "mutability": "MUTABLE", "data": {"url": url, "href": url, "onclick": "x"}}
            line = {"key": "a", "text": "click", "type": "unstyled", "depth": 0, "inlineStyleRanges": []}
            line["entityRanges"] = [{"key": 0, "offset": 0, "length": 5}]
            content = json.dumps({"blocks": [line], "entityMap": {"0": link}})
            editor.save(post, "action-publish", body=streamfield([("paragraph", content)]))
            assert "click" in anyone.get(f"posts/{post}/", body="text")["body"]
            assert_inactive(anyone, post)

    def test_takes_no_nonsense(self, alice, editor):
        post = alice.write("Live")["id"]
        for content in (
            "",
            "<p>x</p>",
            "{",
            "[]",
            "5",
            "null",
            "{}",
            '{"blocks": 5}',
            '{"blocks": [{}], "entityMap": []}',
        ):
            page = BlogPostPage.objects.get(pk=post)
            data = form_of(page, "action-publish", body=streamfield([("paragraph", content)]))
            assert editor.client.post(f"/admin/pages/{post}/edit/", data).status_code in (200, 302), content
        assert alice.get(f"posts/{post}/", body="html")["body"] in ("<p>Some <i>text</i>.</p>", "")

    def test_submits_for_review_and_a_moderator_approves(self, alice, anyone, editor, moderator, settings):
        settings.POSTS_REQUIRE_REVIEW = True
        post = alice.write("Please", status="draft")["id"]
        editor.save(post, "action-submit")
        assert alice.get(f"posts/{post}/")["status"] == "in_review"
        state = BlogPostPage.objects.get(pk=post).current_workflow_task_state
        path = reverse("wagtailadmin_pages:workflow_action", args=[post, "approve", state.pk])
        Editor("mona").send(path.removeprefix("/admin/pages/"), {"comment": ""})
        assert anyone.get(f"posts/{post}/")["status"] == "live"
        assert kinds(post) == ["post.published"]


def assert_inactive(anyone: Api, post: int) -> None:
    seen = anyone.get(f"posts/{post}/")
    assert [found for block in seen["body"] for found in active(block["value"])] == []
    assert active(anyone.get(f"posts/{post}/", body="html")["body"]) == []


class TestBlogEditor:
    def test_changes_a_blog(self, alice, anyone, editor):
        post = alice.write("Within")["id"]
        blog = BlogPage.objects.get(slug="alice")
        data = form_of(BlogPostPage(title="New name", slug="new-slug"), "action-publish")
        editor.send(f"{blog.pk}/edit/", data | {"description": "D", "is_private": "on", "avatar": ""})
        assert alice.get("blogs/new-slug/")["title"] == "New name"
        assert anyone.call("GET", "blogs/alice/", expect=308)["Location"] == "/api/v2/blogs/new-slug/"
        is_error(anyone.call("GET", f"posts/{post}/"), 404)
        assert PostCard.objects.get(pk=post).is_private
        assert OldBlogSlug.objects.get().slug == "alice"

    def test_deletes_a_blog(self, alice, anyone, editor):
        alice.write("Within")
        blog = BlogPage.objects.get(slug="alice")
        editor.send(f"{blog.pk}/delete/", {})
        is_error(anyone.call("GET", "blogs/alice/"), 404)
        assert not PostCard.objects.exists()
        assert Event.objects.filter(kind="blog.deleted").count() == 1
        assert not any(Page.find_problems())
