"""Reports: made by users, handled by moderators, and what those concerned are told."""

from __future__ import annotations

import pytest
from wagtail.models import ModelLogEntry, PageLogEntry

from blogs.models import PostCard
from moderation import reports
from moderation.models import Report
from social.models import Comment
from tests.client import Api, is_error


@pytest.fixture
def post(alice: Api) -> int:
    """The id of a post of Alice's."""
    return alice.write("Buy watches")["id"]


@pytest.fixture
def comment(bob: Api, post: int) -> int:
    """The id of a comment of Bob's on Alice's post."""
    return bob.post(f"posts/{post}/comments/", json={"body": "Rude words"})["id"]


def report(by: Api, path: str, expect: int = 200, reason: str = "spam", **more):
    return by.put(f"{path}/report/", expect, json={"reason": reason, **more})


def told(api: Api) -> list[dict]:
    """The notices of moderation that a user finds."""
    return [note for note in api.get("me/notifications/")["items"] if note["kind"] == "moderation"]


class TestReporting:
    def test_a_post_gives_the_report(self, charlie, post):
        made = report(charlie, f"posts/{post}", note="Look at it")
        assert made.pop("created_at").endswith("Z")
        assert made.pop("id") > 0
        assert made.pop("reporter")["username"] == "charlie"
        assert made == {
            "post": post,
            "comment": None,
            "reason": "spam",
            "note": "Look at it",
            "status": "open",
            "handled_by": None,
            "handled_at": None,
            "handled_note": "",
        }

    def test_a_comment_gives_the_report(self, charlie, comment):
        made = report(charlie, f"comments/{comment}", reason="abuse")
        assert (made["post"], made["comment"], made["reason"]) == (None, comment, "abuse")

    def test_twice_changes_the_one_report(self, charlie, post, moderator):
        first = report(charlie, f"posts/{post}")
        again = report(charlie, f"posts/{post}", reason="copyright", note="Mine!")
        assert again["id"] == first["id"]
        [found] = moderator.get("reports/", status="open")["items"]
        assert (found["reason"], found["note"]) == ("copyright", "Mine!")

    def test_by_two_makes_two_reports_of_one_thing(self, bob, charlie, post, moderator):
        for reporter in (bob, charlie):
            report(reporter, f"posts/{post}")
        assert len(moderator.get("reports/", status="open")["items"]) == 2
        [thing] = reports.one_per_thing(Report.objects.all())
        assert thing.times == 2

    def test_needs_a_credential(self, anyone, post, comment):
        report(anyone, f"posts/{post}", 401)
        report(anyone, f"comments/{comment}", 401)
        report(anyone, "posts/999999", 401)

    def test_what_one_may_not_see_is_not_found(self, alice, charlie, post, comment):
        draft = alice.write("Draft", status="draft")["id"]
        alice.patch("blogs/alice/", json={"is_private": True})
        for path in (f"posts/{draft}", f"posts/{post}", f"comments/{comment}", "posts/999999", "comments/x", "posts/0"):
            report(charlie, path, 404)

    def test_a_comment_that_is_a_stub_is_not_found(self, bob, charlie, admin, comment):
        admin.put("users/bob/block/", json={"until": None})
        report(charlie, f"comments/{comment}", 404)

    @pytest.mark.parametrize(
        ("body", "attr"),
        [
            ({}, "reason"),
            ({"reason": "because"}, "reason"),
            ({"reason": ""}, "reason"),
            ({"reason": None}, "reason"),
            ({"reason": ["spam"]}, "reason"),
            ({"reason": "spam", "note": "x" * 2001}, "note"),
            ({"reason": "spam", "note": {"a": 1}}, "note"),
        ],
    )
    def test_with_bad_words_is_refused(self, charlie, post, body, attr):
        is_error(charlie.call("PUT", f"posts/{post}/report/", json=body), 400, attr=attr)
        assert not Report.objects.exists()

    def test_by_other_methods_is_refused(self, charlie, post):
        for method in ("GET", "POST", "PATCH", "DELETE"):
            is_error(charlie.call(method, f"posts/{post}/report/"), 405)


class TestReportsOfModerators:
    def test_are_listed_newest_first_by_status(self, alice, charlie, moderator):
        posts = [alice.write(f"Post {number}")["id"] for number in range(5)]
        made = [report(charlie, f"posts/{post}")["id"] for post in posts]
        moderator.patch(f"reports/{made[0]}/", json={"status": "dismissed", "note": "Fine."})
        page = moderator.get("reports/", status="open", limit=3)
        assert [found["id"] for found in page["items"]] == [made[4], made[3], made[2]]
        assert [found["id"] for found in moderator.get(page["meta"]["next"])["items"]] == [made[1]]
        assert [found["id"] for found in moderator.get("reports/", status="dismissed")["items"]] == [made[0]]
        assert len(moderator.get("reports/")["items"]) == 5

    def test_cost_the_same_however_many(self, alice, bob, charlie, moderator, django_assert_max_num_queries):
        for number in range(4):
            made = report(charlie, f"posts/{alice.write(f'Post {number}')['id']}")
            moderator.patch(f"reports/{made['id']}/", json={"status": "resolved"})
        with django_assert_max_num_queries(3):
            moderator.get("reports/")

    def test_are_closed_to_others(self, alice, charlie, anyone, post):
        made = report(charlie, f"posts/{post}")
        for caller, status in ((anyone, 401), (alice, 403), (charlie, 403)):
            caller.get("reports/", status)
            caller.get("reports/", status, status="open")
            caller.patch(f"reports/{made['id']}/", status, json={"status": "dismissed"})
        assert Report.objects.get().status == "open"

    def test_refuse_bad_parameters(self, moderator):
        for query in ({"status": "closed"}, {"limit": "0"}, {"cursor": "x"}, {"page": "2"}):
            moderator.get("reports/", 400, **query)

    @pytest.mark.parametrize("body", [{}, {"status": "open"}, {"status": "x"}, {"status": None}, {"note": "x"}])
    def test_refuse_a_bad_decision(self, charlie, moderator, post, body):
        made = report(charlie, f"posts/{post}")
        is_error(moderator.call("PATCH", f"reports/{made['id']}/", json=body), 400, attr="status")

    def test_that_are_none_are_not_found(self, moderator):
        for id in ("999999", "0", "x", "-1", "1.0"):
            moderator.patch(f"reports/{id}/", 404, json={"status": "dismissed"})


class TestDecision:
    @pytest.mark.parametrize("status", ["resolved", "dismissed"])
    def test_comes_back_with_who_when_and_why(self, charlie, moderator, post, status):
        made = report(charlie, f"posts/{post}", note="Look")
        handled = moderator.patch(f"reports/{made['id']}/", json={"status": status, "note": "Thank you."})
        assert (handled["status"], handled["note"], handled["handled_note"]) == (status, "Look", "Thank you.")
        assert handled["handled_by"]["username"] == "mona"
        assert handled["handled_at"] >= handled["created_at"]

    def test_is_told_to_the_reporter(self, charlie, moderator, post):
        made = report(charlie, f"posts/{post}")
        moderator.patch(f"reports/{made['id']}/", json={"status": "dismissed", "note": "Looks fine."})
        [notice] = told(charlie)
        assert (notice["act"], notice["reason"], notice["actor"]) == ("report_dismissed", "Looks fine.", None)

    def test_against_him_is_told_to_the_author_without_the_reporter(self, alice, charlie, moderator, post):
        made = report(charlie, f"posts/{post}", note="I am Charlie")
        moderator.patch(f"reports/{made['id']}/", json={"status": "resolved", "note": "No ads here."})
        [notice] = told(alice)
        assert (notice["act"], notice["post"]["id"], notice["reason"]) == ("reported", post, "No ads here.")
        assert "harlie" not in str(notice)

    def test_for_him_is_not_told_to_the_author(self, alice, charlie, moderator, post):
        made = report(charlie, f"posts/{post}")
        moderator.patch(f"reports/{made['id']}/", json={"status": "dismissed"})
        assert told(alice) == []

    def test_stands_until_the_thing_changes(self, alice, charlie, moderator, post):
        made = report(charlie, f"posts/{post}")
        moderator.patch(f"reports/{made['id']}/", json={"status": "dismissed", "note": "Fine."})
        assert report(charlie, f"posts/{post}")["status"] == "dismissed"
        alice.patch(f"posts/{post}/", json={"title": "Buy more watches"})
        again = report(charlie, f"posts/{post}")
        assert (again["id"], again["status"], again["handled_by"]) == (made["id"], "open", None)

    def test_is_in_the_audit_log(self, charlie, moderator, post, comment):
        for path, status in ((f"posts/{post}", "resolved"), (f"comments/{comment}", "dismissed")):
            made = report(charlie, path, reason="abuse")
            moderator.patch(f"reports/{made['id']}/", json={"status": status, "note": "So it is."})
        entry = PageLogEntry.objects.get(action="moderation.report.resolve")
        assert (entry.page_id, entry.user.username) == (post, "mona")
        assert str(entry.formatter.format_message(entry)) == "Report resolved (abuse)"
        assert entry.formatter.format_comment(entry) == "So it is."
        assert ModelLogEntry.objects.get(action="moderation.report.dismiss").object_id == str(comment)


class TestActingFromAReport:
    """What the admin's pages call: one step for the thing and all open reports of it."""

    @pytest.fixture(autouse=True)
    def _commit(self, django_capture_on_commit_callbacks):
        self.act = lambda: django_capture_on_commit_callbacks(execute=True)

    def _user(self, api: Api):
        from accounts.models import User

        return User.objects.get(username=api.username)

    def test_dismisses_all_reports_of_the_thing(self, bob, charlie, moderator, post):
        for reporter in (bob, charlie):
            report(reporter, f"posts/{post}")
        with self.act():
            assert reports.dismiss_thing(actor=self._user(moderator), report=Report.objects.first(), note="Fine") == 2
        assert set(Report.objects.values_list("status", "handled_note")) == {("dismissed", "Fine")}
        assert len(told(bob)) == len(told(charlie)) == 1

    def test_deletes_the_post_and_tells_everybody_why(self, alice, bob, charlie, moderator, post, anyone):
        for reporter in (bob, charlie):
            report(reporter, f"posts/{post}")
        with self.act():
            reports.delete_thing(actor=self._user(moderator), report=Report.objects.first(), note="Ads.")
        anyone.get(f"posts/{post}/", 404)
        found = moderator.get("reports/", status="resolved")["items"]
        assert [(one["post"], one["handled_note"]) for one in found] == [(post, "Ads.")] * 2
        for reader in (bob, charlie):
            assert [(note["act"], note["reason"]) for note in told(reader)] == [("report_resolved", "Ads.")]
        [notice] = told(alice)
        assert (notice["act"], notice["subject"], notice["reason"]) == ("post_deleted", "Buy watches", "Ads.")
        entry = PageLogEntry.objects.get(action="wagtail.delete", page=post)
        assert (entry.user.username, entry.data["reason"]) == ("mona", "Ads.")

    def test_deletes_the_comment_and_tells_its_author(self, bob, charlie, moderator, comment):
        report(charlie, f"comments/{comment}")
        with self.act():
            reports.delete_thing(actor=self._user(moderator), report=Report.objects.get(), note="Be kind.")
        assert not Comment.objects.exists()
        [notice] = told(bob)
        assert (notice["act"], notice["reason"]) == ("comment_deleted", "Be kind.")

    def test_blocks_the_blog(self, alice, charlie, moderator, post, anyone):
        report(charlie, f"posts/{post}")
        with self.act():
            from tests.moderation.test_blocks import datetime, later

            until = datetime.fromisoformat(later())
            reports.block_blog_of(actor=self._user(moderator), report=Report.objects.get(), until=until, note="Ads.")
        anyone.get("blogs/alice/", 404)
        assert Report.objects.get().status == "resolved"
        assert "blog_blocked" in {notice["act"] for notice in told(alice)}

    def test_blocks_the_author(self, bob, charlie, admin, comment):
        report(charlie, f"comments/{comment}")
        with self.act():
            reports.block_author_of(actor=self._user(admin), report=Report.objects.get(), until=None, note="Rude.")
        charlie.get("users/bob/", 404)
        assert Report.objects.get().status == "resolved"


class TestAThingThatIsDeleted:
    def test_by_its_author_needs_no_decision(self, alice, charlie, moderator, post):
        made = report(charlie, f"posts/{post}")
        alice.delete(f"posts/{post}/")
        assert moderator.get("reports/", status="open")["items"] == []
        [found] = moderator.get("reports/", status="resolved")["items"]
        assert (found["id"], found["post"], found["handled_by"]) == (made["id"], post, None)

    def test_by_a_moderator_is_told_to_its_author(self, alice, moderator, post):
        moderator.delete(f"posts/{post}/?reason=Not%20allowed%20here.")
        [notice] = told(alice)
        assert (notice["act"], notice["subject"]) == ("post_deleted", "Buy watches")
        assert notice["reason"] == "Not allowed here."

    def test_by_himself_is_not_told(self, alice, post):
        alice.delete(f"posts/{post}/")
        assert told(alice) == []

    def test_with_its_blog_is_told_once(self, alice, admin, post):
        alice.write("Another")
        admin.delete("blogs/alice/?reason=Too%20much.")
        assert [(note["act"], note["reason"]) for note in told(alice)] == [("blog_deleted", "Too much.")]

    def test_as_a_comment_is_told_to_who_wrote_it(self, alice, bob, moderator, post, comment):
        moderator.delete(f"comments/{comment}/?reason=Rude.")
        [notice] = told(bob)
        assert (notice["act"], notice["post"]["id"], notice["reason"]) == ("comment_deleted", post, "Rude.")
        entry = ModelLogEntry.objects.get(action="wagtail.delete", object_id=str(comment))
        assert (entry.user.username, entry.data["reason"]) == ("mona", "Rude.")

    def test_as_a_comment_by_the_posts_author_stays_between_the_two(self, alice, bob, comment):
        alice.delete(f"comments/{comment}/")
        assert told(bob) == []


@pytest.mark.usefixtures("transactional_db")
class TestManyAtOnce:
    def test_who_report_twice_leave_one_row(self, charlie, post, at_once):
        def call(reason: str):
            caller = Api(charlie.username, charlie.password, charlie.tokens, charlie.me)
            return lambda: caller.call("PUT", f"posts/{post}/report/", json={"reason": reason}).status_code

        assert set(at_once(*(call(reason) for reason in ("spam", "abuse", "spam", "other")))) == {200}
        assert Report.objects.count() == 1

    def test_who_decide_leave_one_decision_and_a_line_for_each(self, charlie, moderator, admin, post, at_once):
        made = report(charlie, f"posts/{post}")

        def call(judge: Api, status: str):
            body = {"status": status, "note": judge.username}
            return lambda: judge.call("PATCH", f"reports/{made['id']}/", json=body).status_code

        assert at_once(call(moderator, "resolved"), call(admin, "dismissed")) == [200, 200]
        found = Report.objects.select_related("handled_by").get()
        assert found.handled_note == found.handled_by.username
        assert PageLogEntry.objects.filter(action__startswith="moderation.report").count() == 2
        assert PostCard.objects.filter(pk=post).exists()
