"""Review in the admin: submitting, approving, sending back."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User
from blogs.models import BlogPostPage
from core import clock


@pytest.fixture
def submitted(author, settings) -> BlogPostPage:
    settings.POSTS_REQUIRE_REVIEW = True
    author.write(title="Please read", action="submit")
    return BlogPostPage.objects.get(title="Please read")


def decide(somebody, post: BlogPostPage, action: str, expect=(200, 302), **data):
    state = post.current_workflow_task_state
    place = reverse("wagtailadmin_pages:workflow_action", args=(post.pk, action, state.pk))
    return somebody.post(place, data, expect)


class TestWithReviewRequired:
    def test_publishing_is_not_offered_and_not_done(self, author, settings, anyone):
        settings.POSTS_REQUIRE_REVIEW = True
        form = author.get(reverse("wagtailadmin_pages:add", args=("blogs", "blogpostpage", author.blog.pk)))
        assert b'name="action-publish"' not in form.content
        author.write(title="Sneaky", action="publish")
        assert anyone.get("feed/latest/")["items"] == []

    def test_approving_publishes(self, submitted, author, reviewer, anyone):
        assert author.api.get(f"posts/{submitted.pk}/")["status"] == "in_review"
        assert b"Please read" in reviewer.get("/admin/").content
        decide(reviewer, submitted, "approve")
        [post] = anyone.get("feed/latest/")["items"]
        assert (post["title"], post["author"]["username"]) == ("Please read", "alice")

    def test_sending_back_makes_it_a_draft_again(self, submitted, author, reviewer, anyone):
        decide(reviewer, submitted, "reject", comment="Not yet")
        assert author.api.get(f"posts/{submitted.pk}/")["status"] == "draft"
        assert anyone.get("feed/latest/")["items"] == []

    def test_an_author_does_not_approve_himself(self, submitted, author, anyone):
        decide(author, submitted, "approve", 404)
        assert anyone.get("feed/latest/")["items"] == []

    def test_settings_of_a_blog_need_none(self, author, settings, anyone):
        settings.POSTS_REQUIRE_REVIEW = True
        place = reverse("wagtailadmin_pages:edit", args=(author.blog.pk,))
        author.post(place, {"title": "Renamed", "slug": "alice", "tags": "", "action-publish": "1"}, 302)
        assert anyone.get("blogs/alice/")["title"] == "Renamed"


class TestModerators:
    def test_read_what_is_in_review_and_no_draft(self, author, reviewer, submitted):
        author.write(title="Nobodys business", action="save-draft")
        draft = BlogPostPage.objects.get(title="Nobodys business")
        for name in ("edit", "view_draft", "history", "delete", "usage"):
            reviewer.get(reverse(f"wagtailadmin_pages:{name}", args=(draft.pk,)), 404)
        assert b"Nobodys" not in reviewer.get(f"/admin/pages/{author.blog.pk}/").content
        assert b"Please read" in reviewer.get(f"/admin/pages/{author.blog.pk}/").content
        reviewer.get(reverse("wagtailadmin_pages:edit", args=(submitted.pk,)))

    def test_do_not_edit_what_is_live(self, author, reviewer, anyone):
        author.write(title="Live")
        [post] = anyone.get("feed/latest/")["items"]
        reviewer.get(reverse("wagtailadmin_pages:edit", args=(post["id"],)), 404)

    def test_delete_what_is_live(self, author, reviewer, anyone):
        author.write(title="Live")
        [post] = anyone.get("feed/latest/")["items"]
        reviewer.post(reverse("wagtailadmin_pages:delete", args=(post["id"],)), {}, 302)
        anyone.get(f"posts/{post['id']}/", 404)

    def test_have_reports_but_no_settings(self, reviewer):
        for path in ("/admin/reports/workflow/", "/admin/reports/workflow_tasks/", "/admin/reports/site-history/"):
            reviewer.get(path)
        for path in ("/admin/users/", "/admin/groups/", "/admin/workflows/list/", "/admin/sites/", "/admin/redirects/"):
            reviewer.get(path, 404)


class TestMailsAboutReviews:
    def test_go_to_confirmed_addresses_only(self, author, reviewer, settings, mailoutbox):
        settings.POSTS_REQUIRE_REVIEW = True
        author.write(title="One", action="submit")
        assert "mona@example.com" not in [to for mail in mailoutbox for to in mail.to if "submitted" in mail.subject]
        User.objects.filter(username="mona").update(email_confirmed_at=clock.now())
        author.write(title="Two", action="submit")
        assert "mona@example.com" in [to for mail in mailoutbox for to in mail.to if "Two" in mail.subject]
