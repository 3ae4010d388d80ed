"""The moderators' admin is closed to authors, and to everybody who is blocked or not signed in."""

from __future__ import annotations

from django.test import Client

from accounts.models import User
from blogs.models import BlogCard
from moderation.models import Report
from social.models import Comment
from tests.moderation_admin.conftest import texts


def addresses(number: int) -> list[str]:
    """Every address of the moderators' admin."""
    names = ("reports", "reviews", "comments", "blogs", "users", "blocks")
    lists = [f"/admin/moderation/{name}/{part}" for name in names for part in ("", "results/", "?export=csv")]
    pages = [f"/admin/moderation/{name}/{number}/" for name in ("reports", "blogs", "users")]
    return [*lists, *pages, "/admin/reports/site-history/", "/admin/reports/site-history/results/"]


class TestAnAuthor:
    def test_finds_no_door(self, author, reported, remark, alice):
        alice.put(f"comments/{remark['id']}/report/", json={"reason": "abuse"})
        user, blog = User.objects.get(username="bob").pk, BlogCard.objects.get(slug="bob").pk
        for number in (user, blog, Report.objects.latest("pk").pk):
            for path in addresses(number):
                for answer in (author.client.get(path), author.client.post(path, {"reason": "x"})):
                    assert answer.status_code == 404, path
        acts = (
            ("moderation/report/dismiss", Report.objects.latest("pk").pk),
            ("moderation/report/delete", Report.objects.latest("pk").pk),
            ("social/comment/delete", remark["id"]),
            ("blogs/blogcard/block", blog),
            ("accounts/user/block", user),
            ("wagtailcore/taskstate/approve", 1),
            ("wagtailcore/modellogentry/lift_block", 1),
        )
        for path, number in acts:
            sent = {"reason": "x", "term": "7"}
            for answer in (
                author.client.get(f"/admin/bulk/{path}/?id={number}"),
                author.client.post(f"/admin/bulk/{path}/?id={number}", sent),
            ):
                assert answer.status_code == 404, path
        assert Report.objects.filter(status="open").count() == 3
        assert Comment.objects.filter(pk=remark["id"], deleted_at=None).exists()
        assert not BlogCard.objects.filter(blocked_at__isnull=False).exists()

    def test_sees_nothing_of_it_in_the_menu(self, author, reviewer):
        assert "/admin/moderation/" not in texts(author.get("/admin/"))
        assert "/admin/moderation/reports/" in texts(reviewer.get("/admin/"))


class TestOthers:
    def test_are_asked_to_sign_in(self, db):
        for path in addresses(1):
            assert Client().get(path).status_code == 302, path

    def test_blocked_moderators_are_shut_out(self, reviewer, chief):
        chief.api.put("users/mona/block/", json={"until": None, "reason": "Power"})
        for path in addresses(1):
            assert reviewer.client.get(path).status_code == 302, path

    def test_those_who_are_moderators_no_more_find_no_door(self, reviewer, chief):
        chief.api.patch("users/mona/", json={"role": "user"})
        for path in addresses(1):
            assert reviewer.client.get(path).status_code == 404, path
