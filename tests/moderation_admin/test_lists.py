"""Comments, blogs, users and blocks in the admin: found by filters and search, acted on in one step, handed out."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from accounts.models import User
from blogs.models import BlogCard
from social.models import Comment
from tests.moderation_admin.conftest import act, texts

COMMENTS, BLOGS, USERS, BLOCKS = (f"/admin/moderation/{name}/" for name in ("comments", "blogs", "users", "blocks"))


def pk_of(username: str) -> int:
    return User.objects.get(username=username).pk


def blog_of(slug: str) -> int:
    return BlogCard.objects.get(slug=slug).pk


class TestComments:
    def test_can_be_filtered_and_searched(self, reviewer, remark):
        for found, params in (
            (True, {}),
            (True, {"author": "bob"}),
            (True, {"blog": "alice"}),
            (True, {"q": "rude"}),
            (True, {"state": "there"}),
            (False, {"author": "alice"}),
            (False, {"blog": "bob"}),
            (False, {"post": "1"}),
            (False, {"q": "roses"}),
            (False, {"state": "deleted"}),
            (False, {"created_at_to": "2020-01-01"}),
        ):
            assert ("Rude words</" in texts(reviewer.get(COMMENTS, **params))) is found, params

    def test_of_drafts_stay_unknown(self, reviewer, remark, alice):
        alice.post(f"posts/{remark['post']}/unpublish/", 200)
        assert "Rude words" not in texts(reviewer.get(COMMENTS))
        reviewer.post(f"/admin/bulk/social/comment/delete/?id={remark['id']}", {"reason": "Rude"})
        assert Comment.objects.filter(pk=remark["id"], deleted_at=None).exists()

    def test_are_deleted_in_bulk_with_a_reason(self, reviewer, remark, alice, anyone):
        other = alice.post(f"posts/{remark['post']}/comments/", json={"body": "Answer", "parent": remark["id"]})
        act(reviewer, "social/comment/delete", [remark["id"], other["id"]], reason="A quarrel")
        assert anyone.get(f"posts/{remark['post']}/comments/")["items"] == []
        history = texts(reviewer.get("/admin/reports/site-history/"))
        assert "A quarrel" in history
        assert "Mona Moss" in history

    def test_deleted_but_answered_are_shown_as_such(self, reviewer, remark, alice):
        alice.post(f"posts/{remark['post']}/comments/", json={"body": "Answer", "parent": remark["id"]})
        act(reviewer, "social/comment/delete", remark["id"], reason="Rude")
        assert "(deleted)" in texts(reviewer.get(COMMENTS, state="deleted"))


class TestUsers:
    def test_can_be_filtered_and_searched(self, reviewer, bob):
        for found, params in (
            (True, {}),
            (True, {"role": "user"}),
            (True, {"block": "free"}),
            (True, {"q": "bob@example"}),
            (True, {"date_joined_from": "2020-01-01"}),
            (False, {"role": "moderator"}),
            (False, {"block": "blocked"}),
            (False, {"q": "nobody"}),
            (False, {"date_joined_to": "2020-01-01"}),
        ):
            assert ("bob@example.com" in texts(reviewer.get(USERS, **params))) is found, params

    def test_are_blocked_in_bulk_by_admins_only(self, reviewer, chief, alice, bob, anyone):
        ids = [pk_of("alice"), pk_of("bob")]
        reviewer.get(f"/admin/bulk/accounts/user/block/?id={ids[0]}", 302)
        reviewer.post(f"/admin/bulk/accounts/user/block/?id={ids[0]}", {"term": "7", "reason": "x"})
        anyone.get("users/alice/")
        act(chief, "accounts/user/block", ids, term="7", reason="Spam")
        for name in ("alice", "bob"):
            anyone.get(f"users/{name}/", 404)
        assert "until" in texts(reviewer.get(USERS, block="blocked"))
        act(chief, "accounts/user/lift", ids, reason="Sorry")
        anyone.get("users/alice/")

    def test_an_admin_does_not_block_himself(self, chief):
        answer = act(chief, "accounts/user/block", pk_of("admin"), term="7", reason="Oops")
        assert "cannot block yourself" in texts(chief.get(answer["Location"]))
        assert User.objects.get(username="admin").blocked_at is None

    def test_have_a_page_with_what_was_done(self, reviewer, chief, reported):
        act(reviewer, "blogs/blogcard/block", blog_of("bob"), term="7", reason="Too many watches")
        for somebody in (reviewer, chief):
            page = texts(somebody.get(f"{USERS}{pk_of('bob')}/"))
            for told in ("bob@example.com", "Cheap watches", "spam, abuse", "Too many watches", "Mona Moss"):
                assert told in page, told
        assert "Edit account" in page
        assert "Edit account" not in texts(reviewer.get(f"{USERS}{pk_of('bob')}/"))

    def test_that_are_none_have_no_page(self, reviewer):
        for pk in ("0", "999999", "99999999999999999999"):
            reviewer.get(f"{USERS}{pk}/", 404)


class TestBlogs:
    def test_can_be_filtered_and_searched(self, reviewer, bob):
        for found, params in (
            (True, {}),
            (True, {"owner": "bob"}),
            (True, {"block": "free"}),
            (True, {"is_private": "false"}),
            (True, {"q": "Bob"}),
            (False, {"owner": "alice"}),
            (False, {"block": "blocked"}),
            (False, {"block": "owner"}),
            (False, {"is_private": "true"}),
            (False, {"q": "nothing"}),
        ):
            assert (f"{BLOGS}{blog_of('bob')}/" in texts(reviewer.get(BLOGS, **params))) is found, params

    def test_are_blocked_and_freed_by_moderators(self, reviewer, bob, anyone):
        act(reviewer, "blogs/blogcard/block", blog_of("bob"), term="30", reason="Spam")
        anyone.get("blogs/bob/", 404)
        page = texts(reviewer.get(f"{BLOGS}{blog_of('bob')}/"))
        assert "Spam" in page
        assert "Lift block" in page
        act(reviewer, "blogs/blogcard/lift", blog_of("bob"), reason="Cleaned up")
        anyone.get("blogs/bob/")
        assert "Cleaned up" in texts(reviewer.get(f"{BLOGS}{blog_of('bob')}/"))

    def test_of_admins_only_admins_block(self, reviewer, admin, anyone):
        slug = admin.me["blogs"][0]["slug"] if admin.me["blogs"] else admin.post("blogs/", json={"title": "Ad"})["slug"]
        answer = act(reviewer, "blogs/blogcard/block", blog_of(slug), term="1", reason="Coup")
        anyone.get(f"blogs/{slug}/")
        assert answer.status_code == 302

    def test_have_a_page_without_drafts(self, reviewer, bob, reported):
        bob.write("Secret plan", status="draft")
        page = texts(reviewer.get(f"{BLOGS}{blog_of('bob')}/"))
        assert "Cheap watches" in page
        assert "Secret plan" not in page


class TestBlocks:
    @pytest.fixture
    def blocked(self, reviewer, chief, alice, bob):
        act(reviewer, "blogs/blogcard/block", blog_of("bob"), term="7", reason="Spam blog")
        act(chief, "accounts/user/block", pk_of("alice"), term="good", reason="Spam user")

    def rows(self, somebody, **params):
        page = texts(somebody.get(BLOCKS, **params))
        return {reason for reason in ("Spam blog", "Spam user") if f"{reason}\n" in page}

    def test_are_listed_for_users_and_blogs(self, reviewer, blocked):
        assert self.rows(reviewer) == {"Spam blog", "Spam user"}
        assert self.rows(reviewer, kind="users") == {"Spam user"}
        assert self.rows(reviewer, kind="blogs") == {"Spam blog"}
        assert self.rows(reviewer, by="mona") == {"Spam blog"}
        assert self.rows(reviewer, q="alice") == {"Spam user"}
        assert self.rows(reviewer, timestamp_to="2020-01-01") == set()

    def test_stay_listed_when_they_are_over(self, reviewer, chief, blocked):
        act(reviewer, "blogs/blogcard/lift", blog_of("bob"), reason="Fine")
        assert self.rows(reviewer, state="now") == {"Spam user"}
        assert self.rows(reviewer, state="over") == {"Spam blog"}
        act(chief, "accounts/user/lift", pk_of("alice"), reason="Fine")
        assert self.rows(reviewer, state="now") == set()
        assert self.rows(reviewer, state="over", ordering="timestamp") == {"Spam blog", "Spam user"}

    def test_are_lifted_in_bulk(self, chief, blocked, anyone):
        numbers = [block.pk for block in chief.get(BLOCKS).context["table"].data]
        act(chief, "wagtailcore/modellogentry/lift_block", numbers, reason="Amnesty")
        anyone.get("blogs/bob/")
        anyone.get("users/alice/")

    def test_of_users_no_moderator_lifts(self, reviewer, blocked, anyone):
        numbers = [block.pk for block in reviewer.get(BLOCKS).context["table"].data]
        act(reviewer, "wagtailcore/modellogentry/lift_block", numbers, reason="Amnesty")
        anyone.get("blogs/bob/")
        anyone.get("users/alice/", 404)


class TestExports:
    LISTS = ("reports", "reviews", "comments", "blogs", "users", "blocks")

    def exported(self, somebody, path: str, kind: str, **params) -> list[list]:
        answer = somebody.get(path, export=kind, **params)
        content = b"".join(answer.streaming_content)
        if kind == "csv":
            return list(csv.reader(io.StringIO(content.decode())))
        return [list(row) for row in load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)]

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_hold_what_the_lists_show(self, reviewer, chief, reported, remark, kind):
        act(reviewer, "blogs/blogcard/block", blog_of("bob"), term="7", reason="Spam blog")
        for name, told in (
            ("reports", "Cheap watches"),
            ("comments", "Rude words"),
            ("blogs", "bob"),
            ("users", "bob@example.com"),
            ("blocks", "Spam blog"),
        ):
            heading, *rows = self.exported(reviewer, f"/admin/moderation/{name}/", kind)
            assert len(heading) == len(rows[0])
            assert told in {cell for row in rows for cell in row}, name
        history = self.exported(reviewer, "/admin/reports/site-history/", kind)
        assert "Spam blog" in {cell for row in history for cell in row}

    def test_follow_the_filters(self, reviewer, alice, bob):
        rows = self.exported(reviewer, USERS, "csv", q="alice@")
        assert [row[0] for row in rows[1:]] == ["alice"]

    def test_hold_no_formulas(self, reviewer, alice):
        post = alice.write("A walk")
        for body in ('=HYPERLINK("http://evil")', "+1", "-1", "@SUM(A1)"):
            alice.post(f"posts/{post['id']}/comments/", json={"body": body})
        for row in self.exported(reviewer, COMMENTS, "csv")[1:]:
            assert row[1][0] == "'"
        for row in self.exported(reviewer, COMMENTS, "xlsx")[1:]:
            assert row[1][0] in "=+-@"  # a text cell, whatever it begins with


class TestOddQueries:
    @pytest.mark.parametrize("name", ["reports", "reviews", "comments", "blogs", "users", "blocks"])
    def test_are_no_server_errors(self, reviewer, remark, name):
        for odd in ("abc", "-1", "9" * 30, "\0", "'", "1,2", "٣"):
            for key in ("q", "p", "ordering", "status", "post", "author", "blog", "created_at_from", "block", "kind"):
                assert reviewer.client.get(f"/admin/moderation/{name}/", {key: odd}).status_code < 500, (key, odd)
            for path in ("moderation/report/delete", "accounts/user/block", "wagtailcore/modellogentry/lift_block"):
                assert reviewer.client.get(f"/admin/bulk/{path}/", {"id": odd}).status_code < 500
