"""Blogs are found by title, slug and tag, private ones as shells; users by user name and name."""

import pytest

from tests.client import is_error


def slugs(reader, words):
    return [blog["slug"] for blog in reader.get("search/", q=words, type="blogs")["items"]]


def names(reader, words):
    return [user["username"] for user in reader.get("search/", q=words, type="users")["items"]]


class TestBlogs:
    @pytest.fixture(autouse=True)
    def blogs(self, alice):
        alice.post("blogs/", json={"title": "Заметки о чае", "slug": "on-tea", "tags": ["Ceremony"]})
        alice.post("blogs/", json={"title": "Locked", "slug": "locked-room", "tags": ["ceremony"], "is_private": True})

    def test_are_found_by_title_slug_and_tag(self, anyone):
        for typed in ("заметка", "чае", "tea", "on-tea", "заме", "ceremonies"):
            assert slugs(anyone, typed) == ["on-tea"], typed

    def test_that_are_private_are_found_as_shells(self, anyone, bob):
        for reader, typed in ((anyone, "locked"), (anyone, "room"), (bob, "lock")):
            [blog] = reader.get("search/", q=typed)["blogs"]
            assert (blog["slug"], blog["is_private"], blog["tags"], blog["counts"]) == ("locked-room", True, None, None)

    def test_that_are_private_are_found_by_tag_by_those_who_may_read_them(self, alice, bob):
        assert set(slugs(alice, "ceremony")) == {"on-tea", "locked-room"}
        assert slugs(bob, "ceremony") == ["on-tea"]
        bob.put("blogs/locked-room/follow/")
        assert slugs(bob, "ceremony") == ["on-tea"]
        alice.post("blogs/locked-room/follow-requests/bob/accept/", 204)
        assert set(slugs(bob, "ceremony")) == {"on-tea", "locked-room"}

    def test_with_most_followers_come_first(self, alice, bob, charlie):
        for number in (1, 2, 3):
            alice.post("blogs/", json={"title": f"Gardens {number}", "slug": f"gardens-{number}"})
        bob.put("blogs/gardens-1/follow/")
        charlie.put("blogs/gardens-1/follow/")
        bob.put("blogs/gardens-2/follow/")
        assert slugs(bob, "gardens") == ["gardens-1", "gardens-2", "gardens-3"]
        charlie.delete("blogs/gardens-1/follow/")
        bob.delete("blogs/gardens-1/follow/")
        assert slugs(bob, "gardens") == ["gardens-2", "gardens-3", "gardens-1"]

    def test_are_found_by_what_they_are_called_now(self, alice, anyone):
        alice.patch("blogs/on-tea/", json={"title": "Coffee", "slug": "on-coffee", "tags": ["beans"]})
        assert slugs(anyone, "заметки") == slugs(anyone, "tea") == slugs(anyone, "ceremony") == []
        assert slugs(anyone, "coffee") == slugs(anyone, "beans") == ["on-coffee"]

    def test_that_are_gone_are_not_found(self, alice, anyone):
        alice.delete("blogs/on-tea/")
        assert slugs(anyone, "tea") == []


class TestUsers:
    def test_are_found_by_user_name_and_name(self, alice, bob, anyone):
        for typed in ("bob", "BOB", "brown", "Brown Bob", "bro", "b"):
            assert names(anyone, typed) == ["bob"], typed

    def test_come_first_where_the_whole_name_was_typed(self, register, anyone):
        for username in ("tea", "tea_lover", "tea-time"):
            register(username)
        assert names(anyone, "tea")[0] == "tea"
        assert set(names(anyone, "tea")) == {"tea", "tea_lover", "tea-time"}

    def test_are_users_as_elsewhere(self, bob, anyone, admin):
        for reader in (anyone, admin):
            [user] = reader.get("search/", q="bob")["users"]
            assert user == reader.get("users/bob/")

    def test_are_found_by_what_they_are_called_now(self, bob, anyone):
        bob.patch("me/", json={"name": "Robert Ёлкин"})
        assert names(anyone, "brown") == []
        assert names(anyone, "елкин") == ["bob"]

    def test_who_have_left_are_not_found(self, bob, anyone):
        bob.post("me/delete/", 204, json={"password": bob.password})
        assert names(anyone, "bob") == []

    def test_who_are_blocked_are_found_by_moderators_only(self, bob, alice, moderator):
        from accounts.models import User
        from core import clock

        User.objects.filter(username="bob").update(blocked_at=clock.now())
        assert names(alice, "bob") == []
        assert names(moderator, "bob") == ["bob"]


class TestAnswer:
    def test_has_ten_of_each(self, alice, anyone):
        for number in range(12):
            alice.write(f"Lighthouse {number}")
            alice.post("blogs/", json={"title": f"Lighthouse {number}"})
        answer = anyone.get("search/", q="lighthouse")
        assert set(answer) == {"posts", "blogs", "users"}
        assert [len(answer[name]) for name in ("posts", "blogs", "users")] == [10, 10, 0]

    def test_is_400_to_bad_parameters(self, anyone):
        for params, attr in (
            ({}, "q"),
            ({"q": ""}, "q"),
            ({"q": "tea", "type": "pages"}, "type"),
            ({"q": "tea", "page": "2"}, "page"),
            ({"q": "tea", "cursor": "x"}, "cursor"),
            ({"q": "tea", "type": "posts", "cursor": "x"}, "cursor"),
            ({"q": "tea", "type": "posts", "limit": "0"}, "limit"),
            ({"q": "tea", "published_after": "yesterday"}, "published_after"),
        ):
            is_error(anyone.call("GET", "search/", params=params), 400, attr=attr)

    def test_may_be_kept_by_everybody_only_if_it_is_for_everybody(self, alice, anyone):
        answer = anyone.call("GET", "search/?q=tea", expect=200)
        assert answer.headers["Cache-Control"] == "public, no-cache"
        assert anyone.call("GET", "search/?q=tea", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
        assert "private" in alice.call("GET", "search/?q=tea", expect=200).headers["Cache-Control"]
