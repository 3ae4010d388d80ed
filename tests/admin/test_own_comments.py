"""An author finds what readers wrote below his posts, and may delete it."""

from __future__ import annotations

import pytest

from blogs.models import BlogCard, PostCard
from social.models import Comment
from tests.admin.browser import Admin


@pytest.fixture
def post(author: Admin) -> int:
    """Alice's post."""
    return author.api.write("Of trees")["id"]


@pytest.fixture
def comment(bob, post) -> int:
    """What Bob says of it."""
    return bob.post(f"posts/{post}/comments/", json={"body": "Bob's words\n<script>"})["id"]


class TestList:
    def test_shows_comments_on_ones_own_posts(self, author, comment):
        page = author.get("/admin/comments/").content.decode()
        assert "Bob&#x27;s words" in page
        assert "<script>\n" not in page
        assert "Of trees" in page
        assert f"/admin/comments/{comment}/delete/" in page
        assert "/admin/comments/" in author.get("/admin/").content.decode()

    @pytest.mark.parametrize(("text", "is_found"), [("WORDS", True), ("bob", True), ("of TREES", True), ("sea", False)])
    def test_finds_by_text_author_and_post(self, author, comment, text, is_found):
        assert ("Bob&#x27;s words" in author.get("/admin/comments/", text=text).content.decode()) is is_found

    def test_shows_no_comments_on_posts_of_others(self, author, bob, charlie):
        others = bob.write("QanaryTitle")["id"]
        theirs = charlie.post(f"posts/{others}/comments/", json={"body": "QanaryWords"})["id"]
        own = author.api.post(f"posts/{others}/comments/", json={"body": "QanaryMine"})["id"]
        for path in ("/admin/comments/", "/admin/comments/results/?text=a", "/admin/"):
            assert b"Qanary" not in author.get(path).content
        for pk in (theirs, own, 999_999, 10**30):
            author.get(f"/admin/comments/{pk}/delete/", 404)
            author.post(f"/admin/comments/{pk}/delete/", {}, 404)
        assert Comment.objects.filter(pk__in=(theirs, own)).count() == 2

    def test_costs_the_same_with_many_comments(self, author, bob, post, django_assert_max_num_queries):
        for number in range(12):
            bob.post(f"posts/{post}/comments/", json={"body": f"Number {number}"})
        with django_assert_max_num_queries(20):
            author.get("/admin/comments/")


class TestDeletion:
    def test_asks_first(self, author, comment):
        page = author.get(f"/admin/comments/{comment}/delete/").content.decode()
        assert "Bob&#x27;s words" in page
        assert Comment.objects.filter(pk=comment).exists()

    def test_is_that_of_the_api(self, author, anyone, comment, post):
        author.post(f"/admin/comments/{comment}/delete/", {}, 302)
        assert anyone.get(f"posts/{post}/comments/")["items"] == []
        assert PostCard.objects.get(pk=post).comment_count == 0
        author.get(f"/admin/comments/{comment}/delete/", 404)

    def test_leaves_a_stub_above_answers(self, author, anyone, comment, post, charlie):
        charlie.post(f"posts/{post}/comments/", json={"body": "An answer", "parent": comment})
        author.post(f"/admin/comments/{comment}/delete/", {}, 302)
        stub = anyone.get(f"posts/{post}/comments/", order="oldest")["items"][0]
        assert (stub["is_deleted"], stub["body"]) == (True, "")
        assert b"Bob" not in author.get("/admin/comments/").content


class TestDateOfPublication:
    def test_can_be_an_earlier_one(self, author, anyone):
        author.write(title="Old", first_published_at="2001-02-03 04:05")
        [post] = anyone.get("feed/latest/")["items"]
        assert post["published_at"] == "2001-02-03T04:05:00Z"
        author.edit(post["id"], title="Old", slug="old", first_published_at="2000-01-01 00:00")
        assert anyone.get(f"posts/{post['id']}/")["published_at"] == "2000-01-01T00:00:00Z"
        assert BlogCard.objects.get(posts=post["id"]).newest_post_at.year == 2000

    def test_stays_when_it_is_not_touched(self, author, anyone):
        post = author.api.write("Fresh")
        shown = post["published_at"][:16].replace("T", " ")
        for given in (shown, ""):
            author.edit(post["id"], title="Fresher", slug="fresh", first_published_at=given)
            assert anyone.get(f"posts/{post['id']}/")["published_at"][:19] == post["published_at"][:19]

    def test_is_never_moved_later(self, author):
        post = author.api.write("Fresh")
        for wrong in ("2099-01-01 00:00", "soon"):
            answer = author.edit(post["id"], title="F", slug="fresh", first_published_at=wrong, expect=200)
            assert "first_published_at" in answer.context["form"].errors
        author.edit(post["id"], title="F", slug="fresh", first_published_at="2001-01-01 00:00")
        author.edit(post["id"], title="F", slug="fresh", first_published_at="2001-06-01 00:00")
        assert author.api.get(f"posts/{post['id']}/")["published_at"] == "2001-06-01T00:00:00Z"
        assert author.api.get(f"posts/{post['id']}/")["status"] == "live"


class TestRepublishing:
    def test_never_moves_the_date(self, author):
        post = author.api.write("Fresh")
        changed = author.api.patch(f"posts/{post['id']}/", json={"title": "Fresher"})
        assert changed["published_at"] == post["published_at"]
