"""Blocks of users and blogs: what they hide, how they end, and what is there again afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from api.hot_pages import hot_pages
from blogs.models import BlogCard
from core import clock
from tests.client import Api, is_error

REASON = "Sells watches."


def later(**delta) -> str:
    return (datetime.now(UTC) + timedelta(**(delta or {"days": 7}))).isoformat()


def block(by: Api, path: str, *, until: str | None = ..., reason: str = REASON, expect: int = 200):
    until = later() if until is ... else until
    return by.put(f"{path}/block/", expect, json={"until": until, "reason": reason})


def pass_time(monkeypatch, **delta) -> None:
    """Let the clock of the house go on by so much."""
    moment = datetime.now(UTC) + timedelta(**delta)
    monkeypatch.setattr(clock, "now", lambda: moment)
    hot_pages.forget()  # they live for a quarter of a real second


class TestBlockOfABlog:
    def test_hides_it_from_everybody_but_its_owner_and_moderators(self, alice, bob, moderator, anyone):
        post = alice.write("Hidden")["id"]
        block(moderator, "blogs/alice")
        for other in (bob, anyone):
            other.get("blogs/alice/", 404)
            other.get(f"posts/{post}/", 404)
            assert other.get("posts/", blog="alice")["items"] == []
        for knower in (alice, moderator):
            knower.get("blogs/alice/")
            knower.get(f"posts/{post}/")

    def test_says_until_when_why_and_by_whom_to_owner_and_moderators(self, alice, moderator):
        until = later(days=3)
        shown = block(moderator, "blogs/alice", until=until)["block"]
        assert datetime.fromisoformat(shown["until"]) == pytest.approx(
            datetime.fromisoformat(until), abs=timedelta(seconds=1)
        )
        assert (shown["reason"], shown["by"]) == (REASON, "mona")
        assert alice.get("blogs/alice/")["block"] == shown

    def test_lets_its_owner_read_and_not_write(self, alice, moderator):
        post = alice.write("Mine")["id"]
        block(moderator, "blogs/alice")
        refused = [
            alice.call("POST", "blogs/alice/posts/", json={"title": "More"}),
            alice.call("PATCH", "blogs/alice/", json={"title": "Other"}),
            alice.call("DELETE", "blogs/alice/"),
            alice.call("PATCH", f"posts/{post}/", json={"title": "Other"}),
            alice.call("POST", f"posts/{post}/unpublish/"),
            alice.call("DELETE", f"posts/{post}/"),
        ]
        assert [answer.status_code for answer in refused] == [403] * 6
        assert alice.get("me/posts/")["items"][0]["title"] == "Mine"

    def test_bites_at_once_on_what_was_just_served(self, alice, moderator, anyone):
        alice.write("Soon hidden")
        first = anyone.call("GET", "feed/latest/", expect=200)
        block(moderator, "blogs/alice")
        etag = {"If-None-Match": first["ETag"]}
        hidden = anyone.call("GET", "feed/latest/", headers=etag, expect=200)
        assert hidden.json()["items"] == []
        moderator.delete("blogs/alice/block/")
        shown = anyone.call("GET", "feed/latest/", headers={"If-None-Match": hidden["ETag"]}, expect=200)
        assert [post["title"] for post in shown.json()["items"]] == ["Soon hidden"]

    def test_ends_by_itself_at_its_time(self, alice, moderator, anyone, monkeypatch):
        post = alice.write("Back soon")["id"]
        block(moderator, "blogs/alice", until=later(minutes=10))
        pass_time(monkeypatch, minutes=9)
        anyone.get(f"posts/{post}/", 404)
        pass_time(monkeypatch, minutes=11)
        anyone.get(f"posts/{post}/")
        assert alice.get("blogs/alice/")["block"] is None
        alice.write("I am back")

    def test_again_replaces_it(self, alice, moderator, admin):
        block(moderator, "blogs/alice", reason="First.")
        assert block(admin, "blogs/alice", until=None, reason="For good.")["block"] == {
            "until": None,
            "reason": "For good.",
            "by": "admin",
        }

    def test_for_good_is_for_admins_to_set(self, alice, moderator, admin):
        is_error(moderator.call("PUT", "blogs/alice/block/", json={"until": None, "reason": "x"}), 403)
        assert alice.get("blogs/alice/")["block"] is None
        block(admin, "blogs/alice", until=None)

    def test_of_a_moderator_or_admin_is_for_admins_to_set(self, moderator, admin, anyone):
        block(moderator, "blogs/mona", expect=403)
        slug = admin.post("blogs/", json={"title": "House"})["slug"]
        block(moderator, f"blogs/{slug}", expect=403)
        block(admin, "blogs/mona")
        anyone.get("blogs/mona/", 404)
        moderator.delete("blogs/mona/block/", 403)

    def test_is_forbidden_to_authors(self, alice, bob, anyone):
        block(bob, "blogs/alice", expect=403)
        block(alice, "blogs/alice", expect=403)
        block(anyone, "blogs/alice", expect=401)
        bob.delete("blogs/alice/block/", 403)
        anyone.delete("blogs/alice/block/", 401)

    def test_is_lifted_as_often_as_one_likes(self, alice, moderator, anyone):
        block(moderator, "blogs/alice")
        moderator.delete("blogs/alice/block/")
        moderator.delete("blogs/alice/block/")
        anyone.get("blogs/alice/")

    def test_of_none_is_not_found(self, moderator):
        block(moderator, "blogs/none", expect=404)
        moderator.delete("blogs/none/block/", 404)

    @pytest.mark.parametrize(
        ("body", "attr"),
        [
            ({}, "until"),
            ({"until": "yesterday", "reason": "x"}, "until"),
            ({"until": "2020-01-01T00:00:00Z", "reason": "x"}, "until"),
            ({"until": "9999-12-31T23:59:59Z", "reason": "x"}, "until"),
            ({"until": "9999-12-31T23:59:59-14:00", "reason": "x"}, "until"),
            ({"until": 5, "reason": "x"}, "until"),
            ({"until": ["2099-01-01T00:00:00Z"], "reason": "x"}, "until"),
            ({"until": "2099-01-01T00:00:00Z", "reason": "x" * 1001}, "reason"),
            ({"until": "2099-01-01T00:00:00Z", "reason": {"a": 1}}, "reason"),
        ],
    )
    def test_with_bad_words_is_refused(self, alice, moderator, body, attr):
        is_error(moderator.call("PUT", "blogs/alice/block/", json=body), 400, attr=attr)
        assert alice.get("blogs/alice/")["block"] is None

    def test_needs_no_reason(self, alice, moderator):
        assert moderator.put("blogs/alice/block/", json={"until": later()})["block"]["reason"] == ""

    def test_follows_a_blog_to_its_new_slug(self, alice, moderator):
        alice.patch("blogs/alice/", json={"slug": "adams"})
        answer = moderator.call("PUT", "blogs/alice/block/", json={"until": later()}, expect=308)
        assert answer["Location"].endswith("/blogs/adams/block/")

    def test_keeps_scheduled_posts_back(self, alice, moderator, monkeypatch):
        from blogs.services.publishing import publish_due

        alice.write("Tomorrow", publish_at=later(minutes=2))
        block(moderator, "blogs/alice", until=later(minutes=10))
        pass_time(monkeypatch, minutes=3)
        assert publish_due() == 0
        pass_time(monkeypatch, minutes=11)
        assert publish_due() == 1

    def test_reaches_a_blog_however_often_it_is_published(self, alice, moderator, anyone):
        alice.write("One")
        block(moderator, "blogs/alice")
        BlogCard.objects.get(slug="alice").blog.save_revision().publish()
        anyone.get("blogs/alice/", 404)


class TestBlockOfAUser:
    def test_hides_him_with_all_his_blogs(self, alice, bob, admin, moderator, anyone):
        second = alice.post("blogs/", json={"title": "Second"})["slug"]
        posts = [alice.write("One")["id"], alice.write("Two", blog=second)["id"]]
        said = alice.post(f"posts/{bob.write('Talk')['id']}/comments/", json={"body": "My words"})
        shown = block(admin, "users/alice", until=None)
        assert shown["is_blocked"] is True
        assert shown["block"] == {"until": None, "reason": REASON, "by": "admin"}
        for other in (bob, anyone):
            other.get("users/alice/", 404)
            for slug in ("alice", second):
                other.get(f"blogs/{slug}/", 404)
            for post in posts:
                other.get(f"posts/{post}/", 404)
            [stub] = other.get(f"posts/{said['post']}/comments/")["items"]
            assert (stub["body"], stub["author"], stub["is_deleted"]) == ("", None, True)
        assert moderator.get("users/alice/")["block"]["by"] == "admin"
        assert moderator.get("blogs/alice/")["block"] == {"until": None, "reason": REASON, "by": "admin"}

    def test_ends_what_he_is_signed_in_to_at_once(self, alice, admin):
        file = alice.post("files/", data={}, files=[("file", ("a.txt", b"hello"))])
        share = alice.put(f"files/{file['id']}/share/")["share_url"]
        block(admin, "users/alice")
        assert alice.call("GET", "me/").status_code == 401
        assert alice.call("GET", f"files/{file['id']}/download/").status_code == 401
        assert Api().call("POST", "auth/token/refresh/", json={"refresh": alice.tokens["refresh"]}).status_code == 401
        assert Api().call("GET", share).status_code == 404
        answer = Api().call("POST", "auth/token/", json={"username": "alice", "password": alice.password})
        assert is_error(answer, 403, "user_blocked")["until"] is not None

    def test_ends_his_session_at_the_admin_for_good(self, alice, admin):
        client = Client()
        credentials = {"username": "alice", "password": alice.password}
        assert client.post("/admin/login/", credentials).status_code == 302
        assert client.get("/admin/").status_code == 200
        block(admin, "users/alice")
        assert client.get("/admin/").status_code == 302
        assert client.post("/admin/login/", credentials).status_code == 200
        admin.delete("users/alice/block/")
        assert client.get("/admin/").status_code == 302
        assert client.post("/admin/login/", credentials).status_code == 302
        assert client.get("/admin/").status_code == 200

    def test_ends_by_itself_and_he_signs_in_anew(self, alice, admin, sign_in, anyone, monkeypatch):
        post = alice.write("Back soon")["id"]
        block(admin, "users/alice", until=later(hours=1))
        pass_time(monkeypatch, minutes=59)
        anyone.get(f"posts/{post}/", 404)
        pass_time(monkeypatch, minutes=61)
        anyone.get(f"posts/{post}/")
        assert alice.call("GET", "me/").status_code == 401
        assert sign_in("alice").get("me/")["username"] == "alice"

    def test_takes_his_likes_and_follows_out_of_lists_and_counters(self, alice, bob, charlie, admin, anyone):
        post = alice.write("Liked")["id"]
        for fan in (bob, charlie):
            fan.put(f"posts/{post}/like/")
            fan.put("blogs/alice/follow/")
        block(admin, "users/bob")
        assert anyone.get(f"posts/{post}/")["counts"]["likes"] == 1
        assert anyone.get("posts/", blog="alice")["items"][0]["counts"]["likes"] == 1
        assert [user["username"] for user in anyone.get(f"posts/{post}/likes/")["items"]] == ["charlie"]
        assert anyone.get("blogs/alice/")["counts"]["followers"] == 1
        assert [user["username"] for user in alice.get("blogs/alice/followers/")["items"]] == ["charlie"]
        page = anyone.get(f"pages/{post}/")
        blog = anyone.get("pages/", type="blogs.BlogPage", slug="alice", fields="counts")["items"][0]
        assert (page["counts"]["likes"], blog["counts"]["followers"]) == (1, 1)
        assert alice.put(f"posts/{post}/like/")["likes"] == 2
        admin.delete("users/bob/block/")
        assert anyone.get(f"posts/{post}/")["counts"]["likes"] == 3
        assert anyone.get("blogs/alice/")["counts"]["followers"] == 2
        assert len(anyone.get(f"posts/{post}/likes/")["items"]) == 3

    def test_counts_his_likes_again_the_moment_it_ends(self, alice, bob, admin, anyone, monkeypatch):
        post = alice.write("Liked")["id"]
        bob.put(f"posts/{post}/like/")
        bob.put("blogs/alice/follow/")
        block(admin, "users/bob", until=later(hours=1))
        block(admin, "users/bob", until=later(hours=2))
        pass_time(monkeypatch, minutes=119)
        assert anyone.get(f"posts/{post}/")["counts"]["likes"] == 0
        pass_time(monkeypatch, minutes=121)
        assert anyone.get(f"posts/{post}/")["counts"]["likes"] == 1
        assert anyone.get("blogs/alice/")["counts"]["followers"] == 1

    def test_leaves_the_counters_right_when_he_is_deleted(self, alice, bob, admin, anyone):
        post = alice.write("Liked")["id"]
        bob.put(f"posts/{post}/like/")
        bob.put("blogs/alice/follow/")
        block(admin, "users/bob", until=None)
        admin.delete("users/bob/")
        assert anyone.get(f"posts/{post}/")["counts"]["likes"] == 0
        assert anyone.get("blogs/alice/")["counts"]["followers"] == 0

    def test_accepts_his_request_to_follow_without_counting_it(self, alice, bob, admin, anyone):
        alice.patch("blogs/alice/", json={"is_private": True})
        bob.put("blogs/alice/follow/")
        block(admin, "users/bob", until=None)
        alice.patch("blogs/alice/", json={"is_private": False})
        assert anyone.get("blogs/alice/")["counts"]["followers"] == 0
        admin.delete("users/bob/block/")
        assert anyone.get("blogs/alice/")["counts"]["followers"] == 1

    def test_lifted_restores_what_it_blocked_and_nothing_else(self, alice, admin, moderator, anyone, sign_in):
        second = alice.post("blogs/", json={"title": "Second"})["slug"]
        post, other = alice.write("One")["id"], alice.write("Two", blog=second)["id"]
        block(moderator, f"blogs/{second}", reason="Of its own.")
        block(admin, "users/alice", until=None)
        admin.delete("users/alice/block/")
        anyone.get("users/alice/")
        anyone.get(f"posts/{post}/")
        anyone.get(f"posts/{other}/", 404)
        assert moderator.get(f"blogs/{second}/")["block"]["reason"] == "Of its own."
        assert moderator.get("blogs/alice/")["block"] is None
        sign_in("alice").write("Again")
        moderator.delete(f"blogs/{second}/block/")
        anyone.get(f"posts/{other}/")

    def test_outlasts_the_block_of_his_blog(self, alice, admin, moderator, anyone):
        block(moderator, "blogs/alice")
        block(admin, "users/alice")
        moderator.delete("blogs/alice/block/")
        anyone.get("blogs/alice/", 404)
        admin.delete("users/alice/block/")
        anyone.get("blogs/alice/")

    def test_is_for_admins_alone(self, alice, bob, moderator, anyone):
        block(moderator, "users/alice", expect=403)
        block(bob, "users/alice", expect=403)
        block(anyone, "users/alice", expect=401)
        moderator.delete("users/alice/block/", 403)
        anyone.delete("users/alice/block/", 401)

    def test_of_oneself_is_refused(self, admin):
        is_error(admin.call("PUT", "users/admin/block/", json={"until": None}), 403, "own_block")
        admin.get("me/")

    def test_of_nobody_is_not_found(self, admin):
        block(admin, "users/nobody-here", expect=404)
        admin.delete("users/nobody-here/block/", 404)

    def test_cannot_be_written_by_other_ways(self, alice):
        alice.patch("me/", json={"blocked_at": later(), "is_blocked": True, "name": "Alice"})
        assert User.objects.get(username="alice").blocked_at is None

    def test_of_a_moderator_takes_his_office_for_the_time(self, alice, moderator, admin):
        block(admin, "users/mona")
        assert moderator.call("GET", "reports/").status_code == 401

    def test_is_seen_by_moderators_in_lists(self, alice, admin, moderator, bob):
        block(admin, "users/alice")
        assert "alice" in {user["username"] for user in moderator.get("users/")["items"]}
        assert "alice" not in {user["username"] for user in bob.get("users/")["items"]}


class TestTwoAtOnce:
    pytestmark = pytest.mark.usefixtures("transactional_db")

    def test_block_and_lift_to_one_final_state(self, alice, admin, at_once, anyone):
        def call(method: str):
            caller = Api(admin.username, admin.password, admin.tokens, admin.me)
            body = {"json": {"until": None, "reason": "race"}} if method == "PUT" else {}
            return lambda: caller.call(method, "users/alice/block/", **body).status_code

        statuses = at_once(*(call(method) for method in ("PUT", "DELETE", "PUT", "DELETE")))
        assert set(statuses) <= {200, 204}, statuses
        is_blocked = admin.get("users/alice/")["is_blocked"]
        anyone.get("blogs/alice/", 404 if is_blocked else 200)

    def test_admins_who_block_each_other_leave_one(self, admin, register, sign_in, at_once):
        register("second")
        admin.patch("users/second/", json={"role": "admin"})
        second = sign_in("second")

        def call(caller: Api, name: str):
            return lambda: caller.call("PUT", f"users/{name}/block/", json={"until": None}).status_code

        statuses = at_once(call(admin, "second"), call(second, "admin"))
        assert sorted(statuses) in ([200, 401], [200, 403]), statuses
        free = [user for user in User.objects.filter(role="admin") if not user.is_blocked(clock.now())]
        assert len(free) == 1

    def test_a_like_on_its_way_is_not_counted(self, alice, bob, admin, at_once, anyone):
        posts = [alice.write(f"Post {number}")["id"] for number in range(6)]

        def like(post: int):
            fan = Api(bob.username, bob.password, bob.tokens, bob.me)
            return lambda: fan.call("PUT", f"posts/{post}/like/").status_code

        def block_bob():
            return admin.call("PUT", "users/bob/block/", json={"until": None}).status_code

        assert set(at_once(*(like(post) for post in posts), block_bob)) <= {200, 401}
        for post in posts:
            assert anyone.get(f"posts/{post}/")["counts"]["likes"] == 0
        admin.delete("users/bob/block/")
        for post in posts:
            likers = anyone.get(f"posts/{post}/likes/")["items"]
            assert anyone.get(f"posts/{post}/")["counts"]["likes"] == len(likers)
