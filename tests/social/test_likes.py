"""Likes: idempotent, and exact under concurrency."""

from __future__ import annotations

from blogs.models import PostCard
from social.models import Like
from tests.client import is_error


class TestLike:
    def test_liking_twice_is_liking_once(self, alice, bob, anyone):
        post = alice.write()["id"]
        for _ in range(2):
            assert bob.put(f"posts/{post}/like/") == {"liked": True, "likes": 1}
        assert bob.get(f"posts/{post}/")["liked"] is True
        assert alice.get(f"posts/{post}/")["liked"] is False
        assert anyone.get(f"posts/{post}/")["liked"] is None
        assert [card["liked"] for card in bob.get("feed/latest/")["items"]] == [True]

    def test_it_can_be_taken_back_more_than_once(self, alice, bob, anyone):
        post = alice.write()["id"]
        bob.put(f"posts/{post}/like/")
        for _ in range(2):
            bob.delete(f"posts/{post}/like/")
        assert anyone.get(f"posts/{post}/")["counts"]["likes"] == 0

    def test_is_for_those_who_signed_in_and_see_the_post(self, alice, bob, anyone):
        is_error(anyone.call("PUT", f"posts/{alice.write()['id']}/like/"), 401)
        is_error(bob.call("PUT", f"posts/{alice.write(status='draft')['id']}/like/"), 404)

    def test_twelve_at_once_are_counted_exactly(self, alice, register, at_once):
        post = alice.write()["id"]
        readers = [register(f"reader{number}") for number in range(6)]
        at_once(*(lambda r=reader: r.put(f"posts/{post}/like/") for reader in readers for _ in range(2)))
        assert PostCard.objects.get(pk=post).like_count == Like.objects.filter(post=post).count() == 6
        mixed = [lambda r=r: r.call("DELETE", f"posts/{post}/like/") for r in readers[:3]]
        mixed += [lambda r=r: r.call("PUT", f"posts/{post}/like/") for r in readers]
        at_once(*mixed)
        assert PostCard.objects.get(pk=post).like_count == Like.objects.filter(post=post).count()
