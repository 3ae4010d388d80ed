"""Following: public blogs at once, private ones by request, and counters that equal rows whatever happens at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import User
from blogs.models import BlogCard, Follow
from core import clock
from tests.client import is_error


@pytest.fixture
def garden(alice) -> str:
    """The slug of a private blog of Alice's."""
    return alice.post("blogs/", json={"title": "Garden", "slug": "garden", "is_private": True})["slug"]


def followers_of(blog: str) -> int:
    """The counter of a blog, once it is sure that it equals the rows."""
    card = BlogCard.objects.get(slug=blog)
    assert card.follower_count == Follow.objects.filter(blog=card, accepted_at__isnull=False).count()
    return card.follower_count


def names(answer: dict) -> list[str]:
    return [item.get("user", item)["username"] for item in answer["items"]]


class TestFollowingAPublicBlog:
    def test_takes_effect_at_once_and_only_once(self, alice, bob, anyone):
        for _ in range(2):
            assert bob.put("blogs/alice/follow/") == {"follow": "following"}
        assert followers_of("alice") == 1
        assert bob.get("blogs/alice/")["follow"] == "following"
        assert anyone.get("blogs/alice/")["counts"]["followers"] == 1
        assert [blog["slug"] for blog in bob.get("me/following/")["items"]] == ["alice"]

    def test_ends_as_often_as_one_likes(self, alice, bob):
        bob.put("blogs/alice/follow/")
        for _ in range(2):
            bob.delete("blogs/alice/follow/")
        assert followers_of("alice") == 0
        assert bob.get("blogs/alice/")["follow"] == "none"
        assert bob.get("me/following/")["items"] == []

    def test_ones_own_is_refused(self, alice):
        is_error(alice.call("PUT", "blogs/alice/follow/"), 400, "own_blog")
        assert alice.get("blogs/alice/")["follow"] == "owner"

    def test_is_for_those_who_signed_in(self, alice, anyone):
        for method in ("PUT", "DELETE"):
            is_error(anyone.call(method, "blogs/alice/follow/"), 401)

    def test_an_unknown_deleted_or_blocked_one_is_not_found(self, alice, bob):
        unknown = bob.call("PUT", "blogs/nowhere/follow/")
        is_error(unknown, 404)
        BlogCard.objects.filter(slug="alice").update(blocked_at=clock.now() - timedelta(minutes=1))
        assert bob.call("PUT", "blogs/alice/follow/").content == unknown.content
        BlogCard.objects.filter(slug="alice").update(blocked_until=clock.now() - timedelta(seconds=1))
        bob.put("blogs/alice/follow/")
        alice.delete("blogs/alice/")
        assert bob.call("PUT", "blogs/alice/follow/").content == unknown.content
        assert bob.get("me/following/")["items"] == []

    def test_other_methods_are_not_allowed(self, alice, bob):
        for method in ("GET", "POST", "PATCH"):
            is_error(bob.call(method, "blogs/alice/follow/"), 405)


class TestFollowingAPrivateBlog:
    def test_is_asking_for_it(self, alice, bob, garden):
        post = alice.write("Roses", blog=garden)["id"]
        for _ in range(2):
            assert bob.put("blogs/garden/follow/") == {"follow": "requested"}
        assert bob.get("blogs/garden/")["follow"] == "requested"
        assert followers_of("garden") == 0
        assert bob.get("me/following/")["items"] == []
        is_error(bob.call("GET", f"posts/{post}/"), 404)

    def test_requests_are_listed_newest_first_for_the_owner_alone(self, alice, bob, charlie, moderator, anyone, garden):
        bob.put("blogs/garden/follow/")
        charlie.put("blogs/garden/follow/")
        listed = alice.get("blogs/garden/follow-requests/")
        assert names(listed) == ["charlie", "bob"]
        assert set(listed["items"][0]) == {"user", "created_at"}
        first = alice.get("blogs/garden/follow-requests/", limit=1)
        assert names(first) == ["charlie"]
        assert names(alice.get(first["meta"]["next"])) == ["bob"]
        for other in (bob, moderator):
            is_error(other.call("GET", "blogs/garden/follow-requests/"), 403)
        is_error(anyone.call("GET", "blogs/garden/follow-requests/"), 401)

    def test_accepting_opens_it(self, alice, bob, garden):
        post = alice.write("Roses", blog=garden)["id"]
        bob.put("blogs/garden/follow/")
        alice.post("blogs/garden/follow-requests/bob/accept/", 204)
        assert bob.get(f"posts/{post}/")["title"] == "Roses"
        assert bob.put("blogs/garden/follow/") == {"follow": "following"}
        assert names(alice.get("blogs/garden/followers/")) == ["bob"]
        assert names(alice.get("blogs/garden/follow-requests/")) == []
        assert followers_of("garden") == 1
        is_error(alice.call("POST", "blogs/garden/follow-requests/bob/accept/"), 404)
        assert followers_of("garden") == 1

    def test_the_rejected_may_ask_again(self, alice, bob, garden):
        bob.put("blogs/garden/follow/")
        alice.post("blogs/garden/follow-requests/bob/reject/", 204)
        assert bob.get("blogs/garden/")["follow"] == "none"
        is_error(alice.call("POST", "blogs/garden/follow-requests/bob/reject/"), 404)
        assert bob.put("blogs/garden/follow/") == {"follow": "requested"}

    def test_a_request_can_be_taken_back(self, alice, bob, garden):
        bob.put("blogs/garden/follow/")
        bob.delete("blogs/garden/follow/")
        assert names(alice.get("blogs/garden/follow-requests/")) == []
        is_error(alice.call("POST", "blogs/garden/follow-requests/bob/accept/"), 404)
        assert followers_of("garden") == 0

    @pytest.mark.parametrize(("decision", "followers"), [("accept", 2), ("reject", 0)])
    def test_all_requests_are_decided_together(self, alice, bob, charlie, garden, decision, followers):
        bob.put("blogs/garden/follow/")
        charlie.put("blogs/garden/follow/")
        assert alice.post(f"blogs/garden/follow-requests/{decision}-all/", 200) == {"count": 2}
        assert alice.post(f"blogs/garden/follow-requests/{decision}-all/", 200) == {"count": 0}
        assert followers_of("garden") == followers
        assert len(bob.get("me/following/")["items"]) == followers // 2

    def test_nobody_but_the_owner_decides(self, alice, bob, charlie, moderator, anyone, garden):
        bob.put("blogs/garden/follow/")
        paths = [f"follow-requests/{end}/" for end in ("bob/accept", "bob/reject", "accept-all", "reject-all")]
        for path in paths:
            for other in (bob, charlie, moderator):
                is_error(other.call("POST", f"blogs/garden/{path}"), 403)
            is_error(anyone.call("POST", f"blogs/garden/{path}"), 401)
        assert names(alice.get("blogs/garden/follow-requests/")) == ["bob"]

    def test_whoever_never_asked_cannot_be_decided_on(self, alice, bob, garden):
        for name in ("bob", "nobody-here", "alice"):
            is_error(alice.call("POST", f"blogs/garden/follow-requests/{name}/accept/"), 404)


class TestRemovingAFollower:
    def test_shuts_a_private_blog_to_him(self, alice, bob, garden):
        post = alice.write("Roses", blog=garden)["id"]
        bob.put("blogs/garden/follow/")
        alice.post("blogs/garden/follow-requests/accept-all/", 200)
        alice.delete("blogs/garden/followers/bob/")
        is_error(bob.call("GET", f"posts/{post}/"), 404)
        assert bob.get("feed/home/")["items"] == []
        assert followers_of("garden") == 0
        is_error(alice.call("DELETE", "blogs/garden/followers/bob/"), 404)

    def test_is_for_the_owner(self, alice, bob, charlie, anyone):
        bob.put("blogs/alice/follow/")
        is_error(charlie.call("DELETE", "blogs/alice/followers/bob/"), 403)
        is_error(anyone.call("DELETE", "blogs/alice/followers/bob/"), 401)
        is_error(charlie.call("GET", "blogs/alice/followers/"), 403)
        assert followers_of("alice") == 1

    def test_somebody_who_only_asked_is_no_follower(self, alice, bob, garden):
        bob.put("blogs/garden/follow/")
        is_error(alice.call("DELETE", "blogs/garden/followers/bob/"), 404)


class TestFollowerLists:
    def test_are_paged_both_ways(self, alice, register):
        for number in range(5):
            register(f"reader{number}").put("blogs/alice/follow/")
        first = alice.get("blogs/alice/followers/", limit=2)
        second = alice.get(first["meta"]["next"])
        assert names(first) + names(second) == ["reader4", "reader3", "reader2", "reader1"]
        assert names(alice.get(second["meta"]["previous"])) == names(first)

    def test_leave_out_the_blocked_while_they_are_blocked(self, alice, bob):
        bob.put("blogs/alice/follow/")
        User.objects.filter(username="bob").update(blocked_at=clock.now() - timedelta(minutes=1))
        assert names(alice.get("blogs/alice/followers/")) == []
        User.objects.filter(username="bob").update(blocked_until=clock.now() - timedelta(seconds=1))
        assert names(alice.get("blogs/alice/followers/")) == ["bob"]

    def test_lose_those_whose_account_is_gone(self, alice, bob):
        bob.put("blogs/alice/follow/")
        bob.post("me/delete/", 204, json={"password": bob.password})
        assert names(alice.get("blogs/alice/followers/")) == []
        assert followers_of("alice") == 0

    def test_cost_three_queries_and_ones_own_list_one(self, alice, bob, django_assert_num_queries):
        bob.put("blogs/alice/follow/")
        alice.get("blogs/alice/followers/")
        with django_assert_num_queries(3):  # session, blog, list
            alice.get("blogs/alice/followers/")
        bob.get("me/following/")
        with django_assert_num_queries(1):
            bob.get("me/following/")


class TestPrivacyOfABlog:
    def test_going_public_accepts_what_was_asked(self, alice, bob, charlie, garden):
        post = alice.write("Roses", blog=garden)["id"]
        bob.put("blogs/garden/follow/")
        alice.patch("blogs/garden/", json={"is_private": False})
        assert bob.get("blogs/garden/")["follow"] == "following"
        assert names(alice.get("blogs/garden/followers/")) == ["bob"]
        assert names(alice.get("blogs/garden/follow-requests/")) == []
        assert followers_of("garden") == 1
        assert charlie.get(f"posts/{post}/")["title"] == "Roses"
        assert charlie.put("blogs/garden/follow/") == {"follow": "following"}

    def test_going_private_keeps_followers_and_shuts_out_everybody_else_at_once(self, alice, bob, charlie, anyone):
        post = alice.write("Roses")["id"]
        bob.put("blogs/alice/follow/")
        page = charlie.get("feed/latest/", limit=1)
        assert len(page["items"]) == 1
        alice.patch("blogs/alice/", json={"is_private": True})
        assert bob.get(f"posts/{post}/")["title"] == "Roses"
        for other in (charlie, anyone):
            is_error(other.call("GET", f"posts/{post}/"), 404)
            assert other.get("feed/latest/")["items"] == []
        assert charlie.put("blogs/alice/follow/") == {"follow": "requested"}
        assert followers_of("alice") == 1


class TestAtOnce:
    def test_follow_and_unfollow_by_many(self, alice, register, at_once):
        readers = [register(f"reader{number}") for number in range(6)]
        at_once(*(lambda r=reader: r.put("blogs/alice/follow/") for reader in readers for _ in range(2)))
        assert followers_of("alice") == 6
        calls = [lambda r=r: r.call("DELETE", "blogs/alice/follow/") for r in readers]
        calls += [lambda r=r: r.call("PUT", "blogs/alice/follow/") for r in readers]
        assert {answer.status_code for answer in at_once(*calls)} <= {200, 204}
        followers_of("alice")

    def test_accepting_twice_taking_back_and_going_public(self, alice, register, at_once):
        alice.post("blogs/", json={"title": "Garden", "slug": "garden", "is_private": True})
        readers = [register(f"reader{number}") for number in range(4)]
        for reader in readers:
            reader.put("blogs/garden/follow/")
        accept = "blogs/garden/follow-requests/{}/accept/"
        calls = [lambda r=r: alice.call("POST", accept.format(r.username)) for r in readers for _ in range(2)]
        calls += [lambda: alice.call("POST", "blogs/garden/follow-requests/accept-all/")]
        calls += [lambda r=r: r.call("DELETE", "blogs/garden/follow/") for r in readers[:2]]
        calls += [lambda: alice.call("PATCH", "blogs/garden/", json={"is_private": False})]
        answers = at_once(*calls)
        assert {answer.status_code for answer in answers} <= {200, 204, 404}, answers
        assert followers_of("garden") >= 2
        assert not Follow.objects.filter(accepted_at__isnull=True).exists()

    def test_asking_while_the_blog_goes_public_never_leaves_a_request_behind(self, alice, register, at_once):
        alice.post("blogs/", json={"title": "Garden", "slug": "garden", "is_private": True})
        readers = [register(f"reader{number}") for number in range(5)]
        calls = [lambda r=r: r.put("blogs/garden/follow/") for r in readers]
        at_once(*calls, lambda: alice.patch("blogs/garden/", json={"is_private": False}))
        assert followers_of("garden") == 5
