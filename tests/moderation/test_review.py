"""Review through the API: what submits, what stays public meanwhile, and what the author is told."""

from __future__ import annotations

import pytest

from accounts.models import User
from blogs.models import BlogPostPage
from moderation import reviewing
from tests.client import is_error
from tests.moderation.test_reports import told


@pytest.fixture
def decide(moderator, django_capture_on_commit_callbacks):
    """Approves a post, or (with a reason) sends it back, as the moderator does in the admin."""

    def decide(post: int, reason: str = "", approve: bool = True) -> None:
        page, actor = BlogPostPage.objects.get(pk=post), User.objects.get(username=moderator.username)
        with django_capture_on_commit_callbacks(execute=True):
            if approve:
                reviewing.approve_post(actor=actor, post=page, note=reason)
            else:
                reviewing.send_back_post(actor=actor, post=page, reason=reason)

    return decide


class TestReviewRequired:
    @pytest.fixture(autouse=True)
    def _required(self, settings):
        settings.POSTS_REQUIRE_REVIEW = True

    @pytest.mark.parametrize("way", ["create", "patch", "publish", "submit", "form"])
    def test_publishing_submits_instead(self, alice, anyone, way):
        if way == "create":
            post = alice.write("Wait", status="live")
        elif way == "form":
            post = alice.post("blogs/alice/posts/", data={"title": "Wait", "markdown": "Text", "status": "live"})
        else:
            draft = alice.write("Wait", status="draft")["id"]
            if way == "patch":
                post = alice.patch(f"posts/{draft}/", json={"status": "live"})
            else:
                post = alice.post(f"posts/{draft}/{way}/", 200)
        assert (post["status"], post["published_at"]) == ("in_review", None)
        anyone.get(f"posts/{post['id']}/", 404)
        assert anyone.get("feed/latest/")["items"] == []

    def test_is_seen_by_moderators_while_it_lasts(self, alice, moderator, charlie):
        post = alice.write("Wait")["id"]
        assert moderator.get(f"posts/{post}/")["status"] == "in_review"
        charlie.get(f"posts/{post}/", 404)
        alice.post(f"posts/{post}/unpublish/", 200)
        moderator.get(f"posts/{post}/", 404)

    def test_a_live_post_keeps_its_public_version_until_approved(self, alice, anyone, decide):
        post = alice.write("First words")["id"]
        decide(post)
        changed = alice.patch(f"posts/{post}/", json={"title": "Second words"})
        assert changed["has_unpublished_changes"] is True
        assert anyone.get(f"posts/{post}/")["title"] == "First words"
        decide(post)
        assert anyone.get(f"posts/{post}/")["title"] == "Second words"

    def test_a_live_post_keeps_its_public_version_when_sent_back(self, alice, anyone, decide):
        post = alice.write("First words")["id"]
        decide(post)
        alice.patch(f"posts/{post}/", json={"title": "Second words"})
        decide(post, "No.", approve=False)
        assert anyone.get(f"posts/{post}/")["title"] == "First words"
        assert alice.get(f"posts/{post}/?version=draft")["title"] == "Second words"

    def test_the_author_is_told_of_approval(self, alice, decide):
        post = alice.write("Wait")["id"]
        decide(post, "Well done.")
        [notice] = told(alice)
        assert (notice["act"], notice["post"]["id"], notice["reason"]) == ("post_approved", post, "Well done.")

    def test_the_author_is_told_why_it_came_back(self, alice, decide):
        post = alice.write("Wait")["id"]
        decide(post, "Too short.", approve=False)
        assert alice.get(f"posts/{post}/")["status"] == "draft"
        [notice] = told(alice)
        assert (notice["act"], notice["subject"], notice["reason"]) == ("post_rejected", "Wait", "Too short.")

    def test_can_be_asked_for_again_after_it_came_back(self, alice, decide, anyone):
        post = alice.write("Wait")["id"]
        decide(post, "Too short.", approve=False)
        alice.patch(f"posts/{post}/", json={"markdown": "Much longer now."})
        assert alice.post(f"posts/{post}/submit/", 200)["status"] == "in_review"
        decide(post)
        assert anyone.get(f"posts/{post}/")["title"] == "Wait"
        assert [notice["act"] for notice in told(alice)] == ["post_approved", "post_rejected"]

    def test_is_not_for_moderators_and_admins(self, moderator, admin, anyone):
        assert moderator.write("By Mona")["status"] == "live"
        slug = admin.post("blogs/", json={"title": "House"})["slug"]
        assert admin.write("By the house", blog=slug)["status"] == "live"

    def test_twice_at_once_is_a_conflict(self, alice):
        post = alice.write("Wait")["id"]
        is_error(alice.call("POST", f"posts/{post}/submit/"), 409, "already_in_review")

    def test_of_a_later_publication_is_of_the_schedule_too(self, alice, anyone, decide):
        post = alice.write("Later", publish_at="2099-01-01T00:00:00Z")
        assert post["status"] == "in_review"
        decide(post["id"])
        assert alice.get(f"posts/{post['id']}/")["status"] == "scheduled"
        anyone.get(f"posts/{post['id']}/", 404)


class TestReviewByChoice:
    def test_is_asked_for_by_submitting(self, alice, anyone, decide):
        post = alice.write("Please check", status="draft")["id"]
        assert alice.post(f"posts/{post}/submit/", 200)["status"] == "in_review"
        anyone.get(f"posts/{post}/", 404)
        decide(post)
        anyone.get(f"posts/{post}/")

    def test_is_for_ones_own_posts(self, alice, bob, moderator, anyone):
        post = alice.write("Live")["id"]
        draft = alice.write("Draft", status="draft")["id"]
        bob.post(f"posts/{post}/submit/", 403)
        moderator.post(f"posts/{post}/submit/", 403)
        anyone.post(f"posts/{post}/submit/", 401)
        bob.post(f"posts/{draft}/submit/", 404)
        moderator.post(f"posts/{draft}/submit/", 404)

    def test_of_nothing_new_is_a_conflict(self, alice):
        is_error(alice.call("POST", f"posts/{alice.write('Live')['id']}/submit/"), 409, "nothing_to_review")

    def test_leaves_the_author_free_to_publish(self, alice, anyone):
        post = alice.write("Please check", status="draft")["id"]
        alice.post(f"posts/{post}/submit/", 200)
        assert alice.post(f"posts/{post}/publish/", 200)["status"] == "live"
        anyone.get(f"posts/{post}/")
