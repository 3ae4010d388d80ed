"""Comments: threads, edits, deletion, counters and what is refused."""

from __future__ import annotations

import pytest

from blogs.models import PostCard
from social.models import Comment
from tests.client import is_error


@pytest.fixture
def post(alice) -> int:
    """A post of Alice's."""
    return alice.write("Talk")["id"]


@pytest.fixture
def comment(post):
    """Comments as somebody on the post, and gives the Comment."""

    def comment(author, body: str = "Hello", **fields):
        return author.post(f"posts/{post}/comments/", json={"body": body, **fields})

    return comment


class TestCommenting:
    def test_a_comment_is_listed_and_counted(self, alice, bob, anyone, post, comment):
        made = comment(bob, "First <b>!</b>\nSecond line")
        [shown] = anyone.get(f"posts/{post}/comments/")["items"]
        assert shown == made
        assert (shown["body"], shown["author"]["username"]) == ("First <b>!</b>\nSecond line", "bob")
        assert anyone.get(f"posts/{post}/")["counts"]["comments"] == 1

    def test_lists_are_newest_first_unless_asked_otherwise(self, bob, anyone, post, comment):
        made = [comment(bob, f"Number {number}")["id"] for number in range(5)]
        listed = {order: anyone.get(f"posts/{post}/comments/", order=order)["items"] for order in ("oldest", "newest")}
        assert [item["id"] for item in listed["oldest"]] == made
        assert [item["id"] for item in listed["newest"]] == made[::-1]
        assert [item["id"] for item in anyone.get(f"posts/{post}/comments/")["items"]] == made[::-1]

    def test_threads_are_counted_on_their_parent(self, alice, bob, anyone, post, comment):
        first = comment(bob)
        for _ in range(2):
            comment(alice, "Answer", parent=first["id"])
        items = {item["id"]: item for item in anyone.get(f"posts/{post}/comments/")["items"]}
        assert items[first["id"]]["reply_count"] == 2
        assert sorted(item["parent"] is None for item in items.values()) == [False, False, True]

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "   ",
            "\u200b",
            "\u202e",
            "\u2800",
            "\u0301\u0301",
            "a\u0000b",
            "\u3164",
            "a\u0008b",
            None,
            ["x"],
            "x" * 10_001,
        ],
    )
    def test_a_bad_text_is_refused(self, bob, post, body):
        is_error(bob.call("POST", f"posts/{post}/comments/", json={"body": body}), 400, attr="body")
        assert Comment.objects.count() == 0

    def test_ten_thousand_characters_are_fine(self, bob, comment):
        assert len(comment(bob, "ё" * 10_000)["body"]) == 10_000

    def test_smeared_text_is_toned_down(self, bob, comment):
        assert len(comment(bob, "Z" + "\u0301" * 5000)["body"]) < 10

    def test_a_parent_on_another_post_is_refused(self, alice, bob, post):
        other = alice.write("Other")["id"]
        elsewhere = bob.post(f"posts/{other}/comments/", json={"body": "x"})["id"]
        for parent in (elsewhere, 10**12, 10**30, -1, 0, "x", True):
            is_error(
                bob.call("POST", f"posts/{post}/comments/", json={"body": "x", "parent": parent}), 400, attr="parent"
            )

    def test_closed_comments_are_closed(self, alice, bob, post):
        alice.patch(f"posts/{post}/", json={"comments_open": False})
        is_error(bob.call("POST", f"posts/{post}/comments/", json={"body": "x"}), 403, "comments_closed")

    def test_is_for_those_who_signed_in(self, anyone, post):
        is_error(anyone.call("POST", f"posts/{post}/comments/", json={"body": "x"}), 401)

    def test_there_is_nothing_to_comment_on_in_a_hidden_post(self, alice, bob):
        draft = alice.write(status="draft")["id"]
        is_error(bob.call("POST", f"posts/{draft}/comments/", json={"body": "x"}), 404)
        is_error(bob.call("GET", f"posts/{draft}/comments/"), 404)


class TestEditing:
    def test_ones_own_comment_can_be_edited(self, bob, anyone, post, comment):
        made = comment(bob)
        edited = bob.patch(f"comments/{made['id']}/", json={"body": "Better"})
        assert (edited["body"], edited["created_at"]) == ("Better", made["created_at"])
        assert edited["edited_at"] > made["created_at"]

    def test_anothers_can_not(self, alice, moderator, bob, comment):
        made = comment(bob)
        for actor in (alice, moderator):
            is_error(actor.call("PATCH", f"comments/{made['id']}/", json={"body": "Hacked"}), 403)

    def test_a_comment_on_a_hidden_post_is_not_found(self, alice, bob, charlie, comment, post):
        made = comment(bob)
        alice.post(f"posts/{post}/unpublish/", 200)
        is_error(charlie.call("PATCH", f"comments/{made['id']}/", json={"body": "x"}), 404)


class TestDeleting:
    def test_one_without_replies_goes(self, bob, anyone, post, comment):
        made = comment(bob)
        bob.delete(f"comments/{made['id']}/")
        assert anyone.get(f"posts/{post}/comments/")["items"] == []
        assert anyone.get(f"posts/{post}/")["counts"]["comments"] == 0

    def test_one_with_replies_stays_as_a_stub_until_the_last_reply_goes(self, alice, bob, anyone, post, comment):
        first = comment(bob, "Secret regret")
        answer = comment(alice, "Answer", parent=first["id"])
        bob.delete(f"comments/{first['id']}/")
        stub = {item["id"]: item for item in anyone.get(f"posts/{post}/comments/")["items"]}[first["id"]]
        assert (stub["body"], stub["author"], stub["is_deleted"], stub["reply_count"]) == ("", None, True, 1)
        assert anyone.get(f"posts/{post}/")["counts"]["comments"] == 1
        assert not Comment.objects.filter(body__contains="regret").exists()
        alice.delete(f"comments/{answer['id']}/")
        assert anyone.get(f"posts/{post}/comments/")["items"] == []

    def test_the_posts_author_and_moderators_may_delete_any(self, alice, moderator, bob, comment):
        for actor in (alice, moderator):
            actor.delete(f"comments/{comment(bob)['id']}/")

    def test_others_may_not(self, bob, charlie, comment):
        is_error(charlie.call("DELETE", f"comments/{comment(bob)['id']}/"), 403)

    def test_it_can_not_be_deleted_twice_nor_answered_or_edited_after(self, alice, bob, post, comment):
        made = comment(bob)
        comment(alice, parent=made["id"])
        bob.delete(f"comments/{made['id']}/")
        is_error(bob.call("DELETE", f"comments/{made['id']}/"), 404)
        is_error(bob.call("PATCH", f"comments/{made['id']}/", json={"body": "x"}), 404)
        is_error(alice.call("POST", f"posts/{post}/comments/", json={"body": "x", "parent": made["id"]}), 400)


class TestAtOnce:
    """Two users at once: counters equal rows."""

    def test_counters_are_exact(self, alice, bob, at_once, post, comment):
        first = comment(bob)["id"]
        writers = (alice, bob) * 6
        made = at_once(*(lambda w=writer: comment(w, "At once", parent=first)["id"] for writer in writers))
        at_once(
            *(
                lambda w=writer, c=number: w.delete(f"comments/{c}/")
                for writer, number in zip(writers[:5], made[:5], strict=True)
            )
        )
        rows = Comment.objects.filter(post=post, deleted_at__isnull=True)
        assert rows.count() == 1 + 12 - 5
        assert PostCard.objects.get(pk=post).comment_count == rows.count()
        assert Comment.objects.get(pk=first).reply_count == 7

    def test_a_reply_and_the_deletion_of_what_it_answers(self, alice, bob, at_once, post, comment):
        for _ in range(5):
            made = comment(bob)["id"]
            at_once(
                lambda made=made: alice.call("POST", f"posts/{post}/comments/", json={"body": "x", "parent": made}),
                lambda made=made: bob.call("DELETE", f"comments/{made}/"),
            )
        assert PostCard.objects.get(pk=post).comment_count == Comment.objects.filter(deleted_at__isnull=True).count()
        for stub in Comment.objects.filter(deleted_at__isnull=False):
            assert stub.replies.exists()


class TestPrice:
    def test_a_list_of_comments_costs_two_queries(self, bob, anyone, post, comment, django_assert_num_queries):
        for number in range(5):
            comment(bob, f"Number {number}")
        with django_assert_num_queries(2):
            anyone.get(f"posts/{post}/comments/")
