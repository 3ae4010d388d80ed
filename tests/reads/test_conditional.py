"""ETags, caches and personal answers; no answer kept in memory is shown after it stopped being true."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from blogs.models import PostCard
from core import clock


class TestConditionalRequests:
    @pytest.mark.parametrize(
        "path",
        [
            "feed/latest/",
            "posts/",
            "blogs/",
            "blogs/alice/",
            "posts/{id}/",
            "posts/{id}/comments/",
            "users/alice/",
            "users/alice/images/",
            "pages/{id}/",
            "schema/",
        ],
    )
    def test_an_unchanged_answer_is_304_without_a_body(self, alice, anyone, path):
        path = path.format(id=alice.write()["id"])
        etag = anyone.call("GET", path, expect=200).headers["ETag"]
        for named in (etag, f'"another", W/{etag}', "*"):
            answer = anyone.call("GET", path, expect=304, headers={"If-None-Match": named})
            assert answer.content == b""
            assert answer.headers["ETag"] == etag

    def test_a_change_is_seen_at_once(self, alice, anyone):
        path = f"posts/{alice.write('Before')['id']}/"
        for title in ("After", "Later"):
            etag = anyone.call("GET", path).headers["ETag"]
            alice.patch(path, json={"title": title})
            assert anyone.call("GET", path, expect=200, headers={"If-None-Match": etag}).json()["title"] == title

    def test_a_comment_and_a_like_are_seen_at_once(self, alice, bob, anyone):
        post = alice.write()["id"]
        anyone.get("feed/latest/")
        bob.post(f"posts/{post}/comments/", json={"body": "Hello"})
        bob.put(f"posts/{post}/like/")
        [card] = anyone.get("feed/latest/")["items"]
        assert card["counts"] == {"likes": 1, "comments": 1, "replies": 0}

    def test_a_new_name_and_a_new_title_of_the_blog_are_seen_at_once(self, alice, anyone):
        alice.write()
        anyone.get("feed/latest/")
        alice.patch("me/", json={"name": "Alicia"})
        alice.patch("blogs/alice/", json={"title": "Renamed"})
        [card] = anyone.get("feed/latest/")["items"]
        assert (card["author"]["name"], card["blog"]["title"]) == ("Alicia", "Renamed")


class TestCaches:
    def test_public_answers_are_revalidated_by_shared_caches(self, alice, anyone):
        headers = anyone.call("GET", "feed/latest/").headers
        assert headers["Cache-Control"] == "public, no-cache"
        assert "authorization" in headers["Vary"].lower()

    def test_personal_answers_are_for_one_reader(self, alice):
        alice.write()
        for path in ("feed/latest/", "me/posts/"):
            assert "private" in alice.call("GET", path).headers["Cache-Control"]

    def test_a_post_is_gone_the_moment_it_expires(self, alice, anyone):
        post = alice.write()["id"]
        PostCard.objects.filter(pk=post).update(expire_at=clock.now() + timedelta(seconds=0.6))
        assert anyone.get("feed/latest/")["items"]
        while PostCard.objects.get(pk=post).expire_at > clock.now():
            anyone.get("feed/latest/")
            time.sleep(0.05)
        assert anyone.get("feed/latest/")["items"] == []
        anyone.get(f"posts/{post}/", 404)
        assert alice.get(f"posts/{post}/")["status"] == "expired"
