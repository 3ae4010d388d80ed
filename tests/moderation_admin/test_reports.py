"""Reports in the admin: one row a thing, and one step to each decision."""

from __future__ import annotations

from moderation.models import Report
from tests.moderation_admin.conftest import act, texts

LIST = "/admin/moderation/reports/"


def report_of(thing: dict) -> int:
    return Report.objects.order_by("-pk").filter(about__endswith=f":{thing['id']}").values_list("pk", flat=True)[0]


class TestTheList:
    def test_shows_a_thing_once_with_its_reasons(self, reviewer, reported):
        page = texts(reviewer.get(LIST))
        assert page.count("Cheap watches</") == 1
        assert "spam, abuse" in page
        assert "Bob Brown" in page

    def test_leaves_out_what_was_decided_unless_asked_for(self, reviewer, reported):
        act(reviewer, "moderation/report/dismiss", report_of(reported))
        assert "Cheap watches" not in texts(reviewer.get(LIST))
        assert "Cheap watches" in texts(reviewer.get(LIST, status="dismissed"))
        assert "Cheap watches" in texts(reviewer.get(LIST, status="any"))

    def test_can_be_filtered_and_searched(self, reviewer, reported):
        for found, params in (
            (True, {"reason": "abuse"}),
            (True, {"reason": "spam", "kind": "post"}),
            (True, {"author": "@BOB"}),
            (True, {"reporter": "charlie"}),
            (True, {"blog": "bob"}),
            (True, {"q": "watches"}),
            (True, {"created_at_from": "2020-01-01"}),
            (False, {"reason": "copyright"}),
            (False, {"kind": "comment"}),
            (False, {"author": "alice"}),
            (False, {"reporter": "bob"}),
            (False, {"blog": "alice"}),
            (False, {"q": "roses"}),
            (False, {"created_at_to": "2020-01-01"}),
        ):
            assert ("Cheap watches</" in texts(reviewer.get(LIST, **params))) is found, params

    def test_can_be_ordered(self, reviewer, reported, remark, alice):
        alice.put(f"comments/{remark['id']}/report/", json={"reason": "abuse"})
        for ordering in ("created_at", "-times"):
            page = texts(reviewer.get(LIST, ordering=ordering))
            assert page.index("Cheap watches</") < page.index("Rude words</")

    def test_leads_to_a_page_with_every_word_of_the_reporters(self, reviewer, reported):
        page = texts(reviewer.get(f"{LIST}{report_of(reported)}/"))
        for told in ("Again and again", "Alice Adams", "Charlie Clark", "Dismiss", "Block the blog"):
            assert told in page
        assert "Block the author" not in page


class TestDecisions:
    def test_dismissing_closes_all_reports_of_the_thing(self, reviewer, reported, anyone, moderator):
        act(reviewer, "moderation/report/dismiss", report_of(reported), reason="Nothing wrong")
        assert moderator.get("reports/?status=open")["items"] == []
        assert {r["handled_note"] for r in moderator.get("reports/?status=dismissed")["items"]} == {"Nothing wrong"}
        anyone.get(f"posts/{reported['id']}/")

    def test_deleting_takes_the_post_away_and_needs_a_reason(self, reviewer, reported, anyone, moderator):
        report = report_of(reported)
        act(reviewer, "moderation/report/delete", report, expect=200)
        anyone.get(f"posts/{reported['id']}/")
        act(reviewer, "moderation/report/delete", report, reason="Spam")
        anyone.get(f"posts/{reported['id']}/", 404)
        assert moderator.get("reports/?status=open")["items"] == []

    def test_deleting_takes_a_comment_away(self, reviewer, remark, alice, anyone):
        alice.put(f"comments/{remark['id']}/report/", json={"reason": "abuse"})
        act(reviewer, "moderation/report/delete", report_of(remark), reason="Rude")
        assert anyone.get(f"posts/{remark['post']}/comments/")["items"] == []

    def test_blocking_hides_the_blog_for_a_time(self, reviewer, reported, anyone, bob):
        act(reviewer, "moderation/report/block_blog", report_of(reported), term="7", reason="Spam")
        anyone.get("blogs/bob/", 404)
        block = bob.get("blogs/bob/")["block"]
        assert (block["reason"], block["by"]) == ("Spam", "mona")
        assert block["until"]

    def test_blocking_for_good_is_for_admins(self, reviewer, chief, reported, anyone, bob):
        act(reviewer, "moderation/report/block_blog", report_of(reported), expect=200, term="good", reason="Spam")
        anyone.get("blogs/bob/")
        act(chief, "moderation/report/block_blog", report_of(reported), term="good", reason="Spam")
        assert bob.get("blogs/bob/")["block"]["until"] is None

    def test_blocking_the_author_is_for_admins(self, reviewer, chief, reported, anyone):
        report = report_of(reported)
        reviewer.get(f"/admin/bulk/moderation/report/block_author/?id={report}", 302)
        act(chief, "moderation/report/block_author", report, term="1", reason="Spam")
        anyone.get("users/bob/", 404)

    def test_of_a_comment_no_blog_is_blocked(self, reviewer, remark, alice, anyone):
        alice.put(f"comments/{remark['id']}/report/", json={"reason": "abuse"})
        report = report_of(remark)
        act(reviewer, "moderation/report/block_blog", report, term="1", reason="Rude")
        anyone.get("blogs/alice/")
        anyone.get("blogs/bob/")
        assert Report.objects.get(pk=report).status == "open"

    def test_until_a_time_needs_one_to_come(self, reviewer, reported, anyone):
        report = report_of(reported)
        for until in ("", "2020-01-01 10:00"):
            act(reviewer, "moderation/report/block_blog", report, 200, term="until", until=until, reason="Spam")
        anyone.get("blogs/bob/")
        act(reviewer, "moderation/report/block_blog", report, term="until", until="2099-01-01 10:00", reason="Spam")
        anyone.get("blogs/bob/", 404)
