"""Publishing, taking back, scheduling, expiry, review."""

from __future__ import annotations

from datetime import timedelta

import pytest
from wagtail.models import Page, PageLogEntry, Revision

from blogs.models import BlogPostPage, PostCard
from blogs.schedule import keep_schedule, publish_in_time
from core import clock, ticker
from core.models import Event
from tests.client import is_error

FUTURE = "2099-01-01T00:00:00Z"


KINDS = ("post.published", "post.updated", "post.unpublished", "post.deleted")


def kinds(post_id: int) -> list[str]:
    """What happened to a post, as its events tell."""
    events = Event.objects.filter(payload__post=post_id, kind__in=KINDS).order_by("sequence")
    return list(events.values_list("kind", flat=True))


def move_times(post_id: int, **by: timedelta) -> None:
    """Let time pass for a post: its times move into the past."""
    page = BlogPostPage.objects.get(pk=post_id)
    for name, step in by.items():
        if moment := getattr(page, name):
            Page.objects.filter(pk=post_id).update(**{name: moment - step})
    for revision in Revision.page_revisions.filter(object_id=str(post_id)):
        for name, step in by.items():
            if revision.content.get(name):
                revision.content[name] = clock.iso(clock.datetime.fromisoformat(revision.content[name]) - step)
        if revision.approved_go_live_at and "go_live_at" in by:
            revision.approved_go_live_at -= by["go_live_at"]
        revision.save()
    if "expire_at" in by:
        page.refresh_from_db()
        PostCard.objects.filter(pk=post_id).update(expire_at=page.expire_at)


YEARS = timedelta(days=365 * 80)


class TestDraft:
    def test_is_the_default_and_nobody_elses_business(self, alice, bob, anyone, moderator):
        draft = alice.post("blogs/alice/posts/", json={"title": "Mine"})
        assert draft["status"] == "draft"
        assert draft["published_at"] is None
        for caller in (anyone, bob, moderator):
            is_error(caller.call("GET", f"posts/{draft['id']}/"), 404)
        assert kinds(draft["id"]) == []

    def test_is_published_with_its_latest_version(self, alice, anyone):
        draft = alice.write("First words", status="draft")
        alice.patch(f"posts/{draft['id']}/", json={"title": "Second words", "tags": ["x"], "markdown": "New."})
        assert alice.get(f"posts/{draft['id']}/")["title"] == "Second words"
        post = alice.post(f"posts/{draft['id']}/publish/", 200)
        assert post["status"] == "live"
        seen = anyone.get(f"posts/{draft['id']}/")
        assert seen["title"] == "Second words"
        assert seen["tags"] == ["x"]
        assert "New." in seen["body"][0]["value"]
        assert kinds(draft["id"]) == ["post.published"]


class TestLivePost:
    def test_shows_a_change_at_once(self, alice, anyone):
        post = alice.write("One")
        changed = alice.patch(f"posts/{post['id']}/", json={"title": "Two", "seo": {"title": "S", "description": "D"}})
        assert changed["title"] == "Two"
        assert (changed["seo"]["title"], changed["seo"]["description"]) == ("S", "D")
        assert anyone.get(f"posts/{post['id']}/")["title"] == "Two"
        assert changed["slug"] == post["slug"]
        assert kinds(post["id"]) == ["post.published", "post.updated"]

    def test_keeps_its_public_version_while_a_draft_is_written(self, alice, anyone):
        post = alice.write("Public")
        answer = alice.patch(f"posts/{post['id']}/", json={"title": "Draft of it", "status": "draft"})
        assert answer["status"] == "live"
        assert answer["title"] == "Public"
        assert answer["has_unpublished_changes"] is True
        assert alice.get(f"posts/{post['id']}/", version="draft")["title"] == "Draft of it"
        assert anyone.get(f"posts/{post['id']}/")["has_unpublished_changes"] is False
        alice.patch(f"posts/{post['id']}/", json={"intro": "Built on the draft", "status": "draft"})
        published = alice.post(f"posts/{post['id']}/publish/", 200)
        assert (published["title"], published["intro"]) == ("Draft of it", "Built on the draft")
        assert published["has_unpublished_changes"] is False
        assert kinds(post["id"]) == ["post.published", "post.updated"]

    def test_keeps_its_date_when_it_is_published_again(self, alice):
        post = alice.write("Dated")
        alice.post(f"posts/{post['id']}/unpublish/", 200)
        again = alice.post(f"posts/{post['id']}/publish/", 200)
        assert again["published_at"] == post["published_at"]

    def test_is_published_twice_without_harm(self, alice):
        post = alice.write("Twice")
        before = Revision.objects.count()
        assert alice.post(f"posts/{post['id']}/publish/", 200)["status"] == "live"
        assert Revision.objects.count() == before

    def test_comes_down(self, alice, anyone):
        post = alice.write("Down")
        assert alice.post(f"posts/{post['id']}/unpublish/", 200)["status"] == "draft"
        assert alice.post(f"posts/{post['id']}/unpublish/", 200)["status"] == "draft"
        is_error(anyone.call("GET", f"posts/{post['id']}/"), 404)
        assert anyone.get("blogs/alice/")["counts"]["posts"] == 0
        assert kinds(post["id"]) == ["post.published", "post.unpublished"]

    def test_is_written_to_wagtails_log(self, alice):
        post = alice.write("Logged")
        entries = PageLogEntry.objects.filter(page=post["id"]).order_by("pk")
        assert list(entries.values_list("action", "user__username", "label")) == [
            ("wagtail.create", "alice", "Logged"),
            ("wagtail.publish", "alice", "Logged"),
        ]
        page = BlogPostPage.objects.get(pk=post["id"])
        assert page.live_revision_id == page.latest_revision_id
        assert page.last_published_at
        assert not page.has_unpublished_changes
        assert page.draft_title == "Logged"
        assert page.url_path == "/home/blogs/alice/logged/"


class TestDates:
    def test_may_lie_in_the_past(self, alice):
        post = alice.write("Old", published_at="2015-05-15T12:00:00Z")
        assert post["published_at"] == "2015-05-15T12:00:00Z"
        later = alice.patch(f"posts/{post['id']}/", json={"published_at": "2016-01-01T00:00:00+02:00"})
        assert later["published_at"] == "2015-12-31T22:00:00Z"

    def test_may_be_given_to_a_draft(self, alice):
        draft = alice.write("Old", status="draft", published_at="2015-05-15T12:00:00Z")
        assert alice.post(f"posts/{draft['id']}/publish/", 200)["published_at"] == "2015-05-15T12:00:00Z"

    def test_in_the_future_are_refused(self, alice):
        answer = alice.call("POST", "blogs/alice/posts/", json={"title": "x", "published_at": FUTURE})
        is_error(answer, 400, attr="published_at")
        post = alice.write("x")
        is_error(alice.call("PATCH", f"posts/{post['id']}/", json={"published_at": FUTURE}), 400, attr="published_at")

    def test_stay_the_same_to_the_microsecond_whatever_becomes_of_the_post(self, alice, anyone):
        exact = "2015-05-15T12:00:00.123456Z"
        post = alice.write("Old", published_at=exact)
        path = f"posts/{post['id']}/"
        alice.patch(path, json={"title": "Draft", "status": "draft"})
        assert alice.patch(path, json={"title": "Published"})["published_at"] == exact
        alice.post(f"{path}unpublish/", 200)
        alice.patch(path, json={"title": "Again"})
        assert alice.post(f"{path}publish/", 200)["published_at"] == exact
        assert anyone.get(path)["published_at"] == exact
        times = {"publish_at": "2098-12-31T23:59:59.000001Z", "expire_at": "2099-01-01T00:00:00.999999Z"}
        draft = alice.write("Later", status="draft", **times)
        again = alice.patch(f"posts/{draft['id']}/", json={"title": "Much later"})
        assert {name: again[name] for name in times} == times

    def test_after_the_first_publication_are_refused(self, alice):
        post = alice.write("x")
        PageLogEntry.objects.filter(page=post["id"]).update(timestamp=clock.now() - timedelta(days=9))
        late = clock.iso(clock.now() - timedelta(days=3))
        is_error(alice.call("PATCH", f"posts/{post['id']}/", json={"published_at": late}), 400, "after_publication")

    @pytest.mark.parametrize("field", ["publish_at", "expire_at"])
    def test_of_later_must_be_later(self, alice, field):
        for text in (
            "2001-01-01T00:00:00Z",
            "nonsense",
            "9999-12-31T23:59:59-12:00",
            12,
            [],
            {},
            "0001-01-01T00:00:00+12:00",
        ):
            is_error(alice.call("POST", "blogs/alice/posts/", json={"title": "x", field: text}), 400, attr=field)

    def test_of_expiry_must_follow_publication(self, alice):
        times = {"publish_at": "2098-01-01T00:00:00Z", "expire_at": "2097-01-01T00:00:00Z"}
        is_error(alice.call("POST", "blogs/alice/posts/", json={"title": "x", **times}), 400, attr="expire_at")


class TestSchedule:
    def test_hides_a_post_until_its_time(self, alice, anyone):
        post = alice.write("Later", publish_at=FUTURE)
        assert (post["status"], post["publish_at"]) == ("scheduled", FUTURE)
        is_error(anyone.call("GET", f"posts/{post['id']}/"), 404)
        keep_schedule()
        assert alice.get(f"posts/{post['id']}/")["status"] == "scheduled"
        move_times(post["id"], go_live_at=YEARS)
        keep_schedule()
        keep_schedule()
        assert anyone.get(f"posts/{post['id']}/")["status"] == "live"
        assert kinds(post["id"]) == ["post.published"]

    def test_shows_a_post_some_seconds_after_its_time(self, alice, anyone):
        post = alice.write("Soon", publish_at=FUTURE)
        move_times(post["id"], go_live_at=YEARS)
        publish_in_time()
        assert anyone.get(f"posts/{post['id']}/")["status"] == "live"
        [job] = [job for job in ticker.discover().values() if job.run is publish_in_time]
        assert job.seconds <= 10

    def test_leaves_a_time_that_may_come_back_as_it_was_given(self, alice):
        path = f"posts/{alice.write('Soon', publish_at=FUTURE)['id']}/"
        move_times(BlogPostPage.objects.get().pk, go_live_at=YEARS)
        publish_in_time()
        post = alice.get(path)
        again = alice.patch(path, json={**post, "title": "Now"})
        assert (again["status"], again["title"], again["publish_at"]) == ("live", "Now", post["publish_at"])
        is_error(
            alice.call("PATCH", path, json={"publish_at": "2001-01-01T00:00:00Z"}), 400, "in_the_past", "publish_at"
        )

    def test_is_kept_by_a_change(self, alice):
        post = alice.write("Later", publish_at=FUTURE)
        changed = alice.patch(f"posts/{post['id']}/", json={"title": "Much later"})
        assert (changed["status"], changed["title"]) == ("scheduled", "Much later")
        move_times(post["id"], go_live_at=YEARS)
        keep_schedule()
        assert alice.get(f"posts/{post['id']}/")["title"] == "Much later"

    @pytest.mark.parametrize("change", [{"publish_at": None}, {"status": "draft"}])
    def test_is_cancelled_by_a_change(self, alice, change):
        post = alice.write("Never", publish_at=FUTURE)
        assert alice.patch(f"posts/{post['id']}/", json=change)["status"] == "draft"
        move_times(post["id"], go_live_at=YEARS)
        keep_schedule()
        assert alice.get(f"posts/{post['id']}/")["status"] == "draft"

    def test_is_cancelled_by_unpublishing(self, alice):
        post = alice.write("Never", publish_at=FUTURE)
        assert alice.post(f"posts/{post['id']}/unpublish/", 200)["status"] == "draft"
        assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()

    def test_is_overtaken_by_publishing_now(self, alice, anyone):
        post = alice.write("Now", publish_at=FUTURE)
        published = alice.post(f"posts/{post['id']}/publish/", 200)
        assert (published["status"], published["publish_at"]) == ("live", None)
        assert anyone.get(f"posts/{post['id']}/")["title"] == "Now"

    def test_may_change_a_live_post_later(self, alice, anyone):
        post = alice.write("Before")
        answer = alice.patch(f"posts/{post['id']}/", json={"title": "After", "publish_at": FUTURE})
        assert (answer["status"], answer["title"]) == ("live", "Before")
        assert answer["has_unpublished_changes"] is True
        move_times(post["id"], go_live_at=YEARS)
        keep_schedule()
        assert anyone.get(f"posts/{post['id']}/")["title"] == "After"
        assert kinds(post["id"]) == ["post.published", "post.updated"]

    def test_passes_over_what_is_blocked(self, alice, anyone, admin):
        post = alice.write("Blocked", publish_at=FUTURE)
        card = PostCard.objects.get(pk=post["id"]).blog
        card.blocked_at = clock.now()
        card.save()
        move_times(post["id"], go_live_at=YEARS)
        keep_schedule()
        assert not Page.objects.get(pk=post["id"]).live
        card.blocked_until = clock.now()
        card.save()
        keep_schedule()
        assert anyone.get(f"posts/{post['id']}/")["status"] == "live"

    def test_forgets_what_is_deleted(self, alice):
        post = alice.write("Gone", publish_at=FUTURE)
        move_times(post["id"], go_live_at=YEARS)
        alice.delete(f"posts/{post['id']}/")
        keep_schedule()
        assert kinds(post["id"]) == ["post.deleted"]


class TestExpiry:
    def test_shows_before_any_job_has_run(self, alice, anyone):
        post = alice.write("Short", expire_at=FUTURE)
        move_times(post["id"], expire_at=YEARS)
        is_error(anyone.call("GET", f"posts/{post['id']}/"), 404)
        assert alice.get(f"posts/{post['id']}/")["status"] == "expired"

    def test_takes_a_post_down(self, alice, anyone):
        post = alice.write("Short", expire_at=FUTURE)
        move_times(post["id"], expire_at=YEARS)
        keep_schedule()
        keep_schedule()
        assert not Page.objects.get(pk=post["id"]).live
        assert alice.get(f"posts/{post['id']}/")["status"] == "expired"
        assert anyone.get("blogs/alice/")["counts"]["posts"] == 0
        assert kinds(post["id"]) == ["post.published", "post.unpublished"]

    def test_leaves_a_change_a_draft(self, alice):
        post = alice.write("Short", expire_at=FUTURE)
        move_times(post["id"], expire_at=YEARS)
        assert alice.patch(f"posts/{post['id']}/", json={"title": "Changed"})["status"] == "expired"
        is_error(alice.call("PATCH", f"posts/{post['id']}/", json={"status": "live"}), 400, attr="expire_at")
        revived = alice.patch(f"posts/{post['id']}/", json={"status": "live", "expire_at": None})
        assert (revived["status"], revived["title"]) == ("live", "Changed")

    def test_is_forgotten_by_publishing(self, alice):
        post = alice.write("Short", expire_at=FUTURE)
        move_times(post["id"], expire_at=YEARS)
        keep_schedule()
        assert alice.post(f"posts/{post['id']}/publish/", 200)["status"] == "live"


class TestReview:
    @pytest.fixture
    def reviewed(self, settings):
        settings.POSTS_REQUIRE_REVIEW = True

    def test_may_be_asked_for_by_anybody(self, alice, moderator, anyone):
        draft = alice.write("Please", status="draft")
        assert alice.post(f"posts/{draft['id']}/submit/", 200)["status"] == "in_review"
        is_error(alice.call("POST", f"posts/{draft['id']}/submit/"), 409, "already_in_review")
        assert moderator.get(f"posts/{draft['id']}/")["status"] == "in_review"
        is_error(anyone.call("GET", f"posts/{draft['id']}/"), 404)

    def test_stands_before_publication_where_it_is_required(self, alice, anyone, reviewed):
        post = alice.write("Checked")
        assert post["status"] == "in_review"
        is_error(anyone.call("GET", f"posts/{post['id']}/"), 404)
        assert alice.post(f"posts/{post['id']}/publish/", 200)["status"] == "in_review"
        approve(post["id"])
        assert anyone.get(f"posts/{post['id']}/")["status"] == "live"
        assert kinds(post["id"]) == ["post.published"]

    def test_stands_before_a_change_too(self, alice, anyone, reviewed):
        post = alice.write("Checked")
        approve(post["id"])
        changed = alice.patch(f"posts/{post['id']}/", json={"title": "Worse"})
        assert (changed["status"], changed["title"]) == ("live", "Checked")
        assert anyone.get(f"posts/{post['id']}/")["title"] == "Checked"
        approve(post["id"])
        assert anyone.get(f"posts/{post['id']}/")["title"] == "Worse"

    def test_sees_the_latest_version(self, alice, anyone, reviewed):
        post = alice.write("First")
        alice.patch(f"posts/{post['id']}/", json={"title": "Second"})
        approve(post["id"])
        assert anyone.get(f"posts/{post['id']}/")["title"] == "Second"

    def test_is_withdrawn(self, alice, reviewed):
        post = alice.write("Sorry")
        assert alice.post(f"posts/{post['id']}/unpublish/", 200)["status"] == "draft"
        post = alice.write("Sorry")
        assert alice.patch(f"posts/{post['id']}/", json={"status": "draft"})["status"] == "draft"

    def test_rejects(self, alice, reviewed):
        post = alice.write("Bad")
        task = BlogPostPage.objects.get(pk=post["id"]).current_workflow_task_state
        task.reject()
        assert alice.get(f"posts/{post['id']}/")["status"] == "draft"

    def test_is_not_for_moderators(self, moderator, reviewed):
        assert moderator.write("Trusted")["status"] == "live"

    def test_keeps_the_time(self, alice, reviewed):
        post = alice.write("Later", publish_at=FUTURE)
        assert post["status"] == "in_review"
        approve(post["id"])
        assert alice.get(f"posts/{post['id']}/")["status"] == "scheduled"

    def test_has_nothing_to_say_of_what_did_not_change(self, alice):
        post = alice.write("Same")
        is_error(alice.call("POST", f"posts/{post['id']}/submit/"), 409, "nothing_to_review")


def approve(post_id: int) -> None:
    BlogPostPage.objects.get(pk=post_id).current_workflow_task_state.approve()
