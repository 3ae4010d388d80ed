"""Notifications: who is told of what, once, and never of what he may not see."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import User
from core import clock
from core.models import Event
from core.outbox import _deliver
from social.models import Notification
from tests.client import Api, is_error


def told(reader: Api) -> list[tuple]:
    """What a reader is told: kind and by whom, newest first."""
    return [(item["kind"], item["actor"]["username"]) for item in reader.get("me/notifications/")["items"]]


def unread(reader: Api) -> int:
    return reader.get("me/notifications/")["meta"]["unread"]


def deliver_all_again() -> None:
    """What happens when a process died between an event's delivery and the record of it."""
    for event in Event.objects.exclude(kind__startswith="account.").order_by("pk"):
        assert _deliver(event)


@pytest.fixture
def garden(alice) -> str:
    """A private blog of Alice's."""
    return alice.post("blogs/", json={"title": "Garden", "slug": "garden", "is_private": True})["slug"]


class TestFollowing:
    def test_a_new_follower_is_told_of_once(self, alice, bob):
        bob.put("blogs/alice/follow/")
        bob.put("blogs/alice/follow/")
        deliver_all_again()
        [item] = alice.get("me/notifications/")["items"]
        assert (item["kind"], item["actor"]["username"], item["blog"]["slug"]) == ("follow", "bob", "alice")
        assert (item["post"], item["comment"], item["count"], item["is_read"]) == (None, None, 1, False)
        assert unread(alice) == 1
        assert told(bob) == []

    def test_who_stopped_following_is_not_told_of(self, alice, bob):
        bob.put("blogs/alice/follow/")
        bob.delete("blogs/alice/follow/")
        assert told(alice) == []

    def test_requests_and_acceptances(self, alice, bob, garden):
        bob.put("blogs/garden/follow/")
        assert told(alice) == [("follow_request", "bob")]
        alice.post("blogs/garden/follow-requests/bob/accept/", 204)
        deliver_all_again()
        assert told(alice) == []
        assert told(bob) == [("follow_accepted", "alice")]

    def test_rejected_or_taken_back_requests_are_gone_and_nobody_is_told(self, alice, bob, charlie, garden):
        bob.put("blogs/garden/follow/")
        charlie.put("blogs/garden/follow/")
        alice.post("blogs/garden/follow-requests/bob/reject/", 204)
        charlie.delete("blogs/garden/follow/")
        assert told(alice) == told(bob) == told(charlie) == []


class TestComments:
    def test_the_author_of_the_post_is_told_but_not_of_his_own(self, alice, bob):
        post = alice.write("Talk")
        made = bob.post(f"posts/{post['id']}/comments/", json={"body": "Hello"})
        alice.post(f"posts/{post['id']}/comments/", json={"body": "Mine"})
        deliver_all_again()
        [item] = alice.get("me/notifications/")["items"]
        assert (item["kind"], item["comment"]) == ("comment", made["id"])
        assert item["post"] == {key: post[key] for key in ("id", "slug", "title", "url")}

    def test_who_is_answered_is_told_once_even_on_his_own_post(self, alice, bob, charlie):
        post = alice.write("Talk")["id"]
        first = bob.post(f"posts/{post}/comments/", json={"body": "Hello"})["id"]
        charlie.post(f"posts/{post}/comments/", json={"body": "Hi Bob", "parent": first})
        assert told(bob) == [("reply", "charlie")]
        assert told(alice) == [("comment", "charlie"), ("comment", "bob")]
        mine = alice.post(f"posts/{post}/comments/", json={"body": "Mine"})["id"]
        charlie.post(f"posts/{post}/comments/", json={"body": "Hi Alice", "parent": mine})
        assert told(alice) == [("reply", "charlie"), ("comment", "charlie"), ("comment", "bob")]

    def test_deleted_comments_are_not_told_of(self, alice, bob):
        post = alice.write("Talk")["id"]
        made = bob.post(f"posts/{post}/comments/", json={"body": "Hello"})["id"]
        alice.post(f"posts/{post}/comments/", json={"body": "Answer", "parent": made})
        bob.delete(f"comments/{made}/")
        assert told(alice) == []
        assert unread(alice) == 0

    def test_who_may_not_read_the_thread_any_more_is_told_nothing(self, alice, bob, garden):
        post = alice.write("Roses", blog=garden)["id"]
        bob.put("blogs/garden/follow/")
        alice.post("blogs/garden/follow-requests/bob/accept/", 204)
        mine = bob.post(f"posts/{post}/comments/", json={"body": "Hello"})["id"]
        alice.post(f"posts/{post}/comments/", json={"body": "Hi", "parent": mine})
        assert told(bob) == [("reply", "alice"), ("follow_accepted", "alice")]
        alice.delete("blogs/garden/followers/bob/")
        assert told(bob) == [("follow_accepted", "alice")]
        alice.post(f"posts/{post}/comments/", json={"body": "Secret", "parent": mine})
        assert Notification.objects.filter(recipient__username="bob", kind="reply").count() == 1


class TestRepliesByPosts:
    def test_the_author_of_the_answered_post_is_told(self, alice, bob):
        answer = bob.write("Answer", reply_to=alice.write("Question")["id"])
        deliver_all_again()
        [item] = alice.get("me/notifications/")["items"]
        assert (item["kind"], item["post"]["id"], item["blog"]["slug"]) == ("reply", answer["id"], "bob")

    def test_not_of_one_he_may_not_read(self, alice, bob):
        bob.post("blogs/", json={"title": "Den", "slug": "den", "is_private": True})
        bob.write("Whisper", blog="den", reply_to=alice.write("Question")["id"])
        assert told(alice) == []


class TestLikes:
    def test_are_gathered_until_they_are_read(self, alice, bob, charlie):
        post = alice.write("Liked")["id"]
        bob.put(f"posts/{post}/like/")
        charlie.put(f"posts/{post}/like/")
        alice.put(f"posts/{post}/like/")
        deliver_all_again()
        [item] = alice.get("me/notifications/")["items"]
        assert (item["kind"], item["count"], item["actor"]["username"]) == ("like", 2, "charlie")

    def test_begin_anew_once_read(self, alice, bob, charlie):
        post = alice.write("Liked")["id"]
        bob.put(f"posts/{post}/like/")
        alice.post("me/notifications/read/", 204, json={"all": True})
        deliver_all_again()
        assert [item["is_read"] for item in alice.get("me/notifications/")["items"]] == [True]
        charlie.put(f"posts/{post}/like/")
        items = alice.get("me/notifications/")["items"]
        assert [(item["is_read"], item["count"]) for item in items] == [(False, 1), (True, 1)]

    def test_taken_back_are_taken_off(self, alice, bob, charlie):
        post = alice.write("Liked")["id"]
        for reader in (bob, charlie):
            reader.put(f"posts/{post}/like/")
        charlie.delete(f"posts/{post}/like/")
        assert [item["count"] for item in alice.get("me/notifications/")["items"]] == [1]
        bob.delete(f"posts/{post}/like/")
        assert told(alice) == []

    def test_are_counted_exactly_when_many_come_at_once(self, alice, register, at_once):
        post = alice.write("Liked")["id"]
        readers = [register(f"reader{number}") for number in range(6)]
        at_once(*(lambda r=reader: r.put(f"posts/{post}/like/") for reader in readers))
        assert [item["count"] for item in alice.get("me/notifications/")["items"]] == [6]


class TestReading:
    def test_some_or_all_can_be_marked(self, alice, bob, charlie):
        for reader in (bob, charlie):
            reader.put("blogs/alice/follow/")
        first, second = alice.get("me/notifications/")["items"]
        alice.post("me/notifications/read/", 204, json={"ids": [first["id"]]})
        assert unread(alice) == 1
        alice.post("me/notifications/read/", 204, json={"all": True})
        assert unread(alice) == 0
        assert [item["id"] for item in alice.get("me/notifications/")["items"]] == [first["id"], second["id"]]

    def test_nobody_marks_anothers(self, alice, bob):
        bob.put("blogs/alice/follow/")
        ids = [item["id"] for item in alice.get("me/notifications/")["items"]]
        bob.post("me/notifications/read/", 204, json={"ids": ids})
        assert unread(alice) == 1

    @pytest.mark.parametrize(
        "body", [{}, {"ids": "x"}, {"ids": [10**30]}, {"ids": [-1]}, {"all": "maybe"}, {"all": False}]
    )
    def test_what_cannot_be_meant_is_refused(self, alice, body):
        is_error(alice.call("POST", "me/notifications/read/", json=body), 400)

    def test_pages_lead_on_and_back(self, alice, register):
        for number in range(5):
            register(f"reader{number}").put("blogs/alice/follow/")
        first = alice.get("me/notifications/", limit=2)
        second = alice.get(first["meta"]["next"])
        shown = [item["actor"]["username"] for item in first["items"] + second["items"]]
        assert shown == ["reader4", "reader3", "reader2", "reader1"]
        assert second["meta"]["unread"] == 5
        assert alice.get(second["meta"]["previous"])["items"] == first["items"]

    def test_is_for_those_who_signed_in(self, anyone):
        is_error(anyone.call("GET", "me/notifications/"), 401)
        is_error(anyone.call("POST", "me/notifications/read/", json={"all": True}), 401)

    def test_costs_three_queries(self, alice, bob, charlie, django_assert_num_queries):
        post = alice.write("Talk")["id"]
        for reader in (bob, charlie):
            reader.put("blogs/alice/follow/")
            reader.post(f"posts/{post}/comments/", json={"body": "x"})
        with django_assert_num_queries(3):  # session, notifications, unread
            assert len(alice.get("me/notifications/")["items"]) == 4


class TestTheBlocked:
    def test_what_they_did_is_not_shown_while_they_are_blocked(self, alice, bob):
        bob.put("blogs/alice/follow/")
        User.objects.filter(username="bob").update(blocked_at=clock.now() - timedelta(minutes=1))
        assert told(alice) == []
        assert unread(alice) == 0
        User.objects.filter(username="bob").update(blocked_until=clock.now() - timedelta(seconds=1))
        assert told(alice) == [("follow", "bob")]
