"""Replies: posts in one's own blog that answer another post, shown under it and counted."""

from __future__ import annotations

import pytest
from django.db.models import Q

from blogs.models import BlogPage, PostCard
from tests.client import is_error


@pytest.fixture
def post(alice) -> int:
    """A post of Alice's."""
    return alice.write("Question")["id"]


def counted(post: int) -> int:
    """The counter of a post's replies, once it is sure that it equals the rows."""
    card = PostCard.objects.get(pk=post)
    replies = PostCard.objects.filter(Q(is_private=False) | Q(blog=card.blog), reply_to=post, is_live=True)
    assert card.reply_count == replies.count()
    return card.reply_count


class TestReplying:
    def test_a_reply_is_shown_under_the_post_and_counted(self, bob, charlie, anyone, post):
        first = bob.write("Answer", reply_to=post)
        assert first["reply_to"] == post
        second = charlie.write("Other answer", reply_to=post)
        assert [item["id"] for item in anyone.get(f"posts/{post}/replies/")["items"]] == [second["id"], first["id"]]
        assert anyone.get(f"posts/{post}/")["counts"]["replies"] == counted(post) == 2

    def test_one_may_answer_oneself(self, alice, post):
        alice.write("Afterthought", reply_to=post)
        assert counted(post) == 1

    def test_what_one_may_not_see_cannot_be_answered(self, alice, bob, post):
        alice.post("blogs/", json={"title": "Garden", "slug": "garden", "is_private": True})
        hidden = [alice.write("Private", blog="garden")["id"], alice.write("Draft", status="draft")["id"]]
        hidden += [10**9, 0, -1, 10**30]
        for target in hidden:
            answer = bob.call("POST", "blogs/bob/posts/", json={"title": "x", "status": "live", "reply_to": target})
            is_error(answer, 400, attr="reply_to")
        assert not PostCard.objects.filter(author__username="bob").exists()

    def test_ones_own_draft_cannot_be_answered(self, alice):
        draft = alice.write("Draft", status="draft")["id"]
        answer = alice.call("POST", "blogs/alice/posts/", json={"title": "x", "status": "live", "reply_to": draft})
        is_error(answer, 400, attr="reply_to")

    def test_nobody_answers_in_anothers_blog(self, alice, bob, post):
        answer = bob.call("POST", "blogs/alice/posts/", json={"title": "x", "status": "live", "reply_to": post})
        is_error(answer, 403)

    def test_a_post_does_not_answer_itself(self, alice, post):
        is_error(alice.call("PATCH", f"posts/{post}/", json={"reply_to": post}), 400, attr="reply_to")


class TestCounting:
    def test_follows_publication(self, bob, anyone, post):
        reply = bob.write("Answer", reply_to=post, status="draft")["id"]
        assert counted(post) == 0
        assert anyone.get(f"posts/{post}/replies/")["items"] == []
        bob.post(f"posts/{reply}/publish/", 200)
        assert counted(post) == 1
        bob.post(f"posts/{reply}/unpublish/", 200)
        assert counted(post) == 0
        bob.post(f"posts/{reply}/publish/", 200)
        bob.delete(f"posts/{reply}/")
        assert counted(post) == 0

    def test_follows_a_change_of_mind(self, alice, bob, post):
        other = alice.write("Other question")["id"]
        reply = bob.write("Answer", reply_to=post)["id"]
        bob.patch(f"posts/{reply}/", json={"reply_to": other})
        assert (counted(post), counted(other)) == (0, 1)
        bob.patch(f"posts/{reply}/", json={"reply_to": None})
        assert (counted(post), counted(other)) == (0, 0)

    def test_is_exact_when_many_answer_at_once(self, alice, register, at_once):
        post = alice.write("Question")["id"]
        authors = [register(f"author{number}") for number in range(5)]
        at_once(*(lambda a=author: a.write("Answer", reply_to=post) for author in authors))
        assert counted(post) == 5

    def test_a_reply_outlives_the_post(self, alice, bob, post):
        reply = bob.write("Answer", reply_to=post)["id"]
        alice.delete(f"posts/{post}/")
        assert bob.get(f"posts/{reply}/")["reply_to"] is None


class TestHiddenReplies:
    def test_a_private_reply_is_shown_to_its_followers_only(self, alice, bob, charlie, anyone, post):
        bob.post("blogs/", json={"title": "Den", "slug": "den", "is_private": True})
        charlie.put("blogs/den/follow/")
        bob.post("blogs/den/follow-requests/accept-all/", 200)
        bob.write("Whisper", blog="den", reply_to=post)
        assert [item["title"] for item in charlie.get(f"posts/{post}/replies/")["items"]] == ["Whisper"]
        for other in (alice, anyone):
            assert other.get(f"posts/{post}/replies/")["items"] == []

    def test_no_number_tells_of_a_private_reply(self, alice, bob, charlie, anyone, post):
        bob.post("blogs/", json={"title": "Den", "slug": "den", "is_private": True})
        charlie.put("blogs/den/follow/")
        bob.post("blogs/den/follow-requests/accept-all/", 200)
        reply = bob.write("Whisper", blog="den", reply_to=post)["id"]
        for reader in (alice, charlie, bob, anyone):
            assert reader.get(f"posts/{post}/")["counts"]["replies"] == counted(post) == 0
        bob.patch("blogs/den/", json={"is_private": False})
        assert anyone.get(f"posts/{post}/")["counts"]["replies"] == counted(post) == 1
        bob.patch("blogs/den/", json={"is_private": True})
        assert counted(post) == 0
        bob.delete(f"posts/{reply}/")
        assert counted(post) == 0

    def test_in_a_private_blog_the_replies_of_the_same_blog_count(self, bob):
        bob.post("blogs/", json={"title": "Den", "slug": "den", "is_private": True})
        question = bob.write("Question", blog="den")["id"]
        reply = bob.write("Answer", blog="den", reply_to=question)["id"]
        assert bob.get(f"posts/{question}/")["counts"]["replies"] == counted(question) == 1
        bob.post(f"posts/{reply}/unpublish/", 200)
        assert counted(question) == 0

    def test_a_blog_that_is_unpublished_takes_its_replies_along(self, bob, anyone, post):
        bob.write("Answer", reply_to=post)
        page = BlogPage.objects.get(slug="bob")
        page.unpublish()
        assert anyone.get(f"posts/{post}/")["counts"]["replies"] == counted(post) == 0
        page.refresh_from_db()
        page.save_revision().publish()
        assert anyone.get(f"posts/{post}/")["counts"]["replies"] == counted(post) == 1

    def test_replies_to_a_hidden_post_are_not_found(self, alice, bob, anyone, post):
        bob.write("Answer", reply_to=post)
        alice.post(f"posts/{post}/unpublish/", 200)
        is_error(anyone.call("GET", f"posts/{post}/replies/"), 404)

    def test_the_list_costs_two_queries(self, alice, bob, anyone, post, django_assert_num_queries):
        for number in range(3):
            bob.write(f"Answer {number}", reply_to=post)
        anyone.get(f"posts/{post}/replies/", limit=100)
        with django_assert_num_queries(2):
            anyone.get(f"posts/{post}/replies/", limit=99)
