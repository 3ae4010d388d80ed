"""Blogs: beginning, changing, moving and deleting them."""

from __future__ import annotations

import pytest
from wagtail.models import Page, PageLogEntry

from blogs.models import BlogCard, BlogPage, OldBlogSlug, PostCard
from core.models import Event
from media.models import Image
from tests.client import is_error


class TestNewBlog:
    def test_comes_back_whole(self, alice, anyone):
        blog = alice.post("blogs/", json={"title": "Sea & <sky>", "description": "Both\nof them", "tags": ["b", "A"]})
        assert (blog["slug"], blog["title"], blog["description"]) == ("sea-sky", "Sea & <sky>", "Both\nof them")
        assert (blog["tags"], blog["is_private"], blog["follow"]) == (["A", "b"], False, "owner")
        assert blog["url"] == "http://testserver/sea-sky/"
        assert blog["owner"]["username"] == "alice"
        assert blog["counts"] == {"posts": 0, "followers": 0}
        seen = anyone.get("blogs/sea-sky/")
        assert seen == {**blog, "follow": None}
        assert Event.objects.filter(kind="blog.created", payload__blog=blog["id"]).count() == 1

    def test_can_be_private(self, alice, bob):
        alice.post("blogs/", json={"title": "Diary", "is_private": True})
        post = alice.write("Dear diary", blog="diary")
        assert bob.get("blogs/diary/")["counts"] is None
        is_error(bob.call("GET", f"posts/{post['id']}/"), 404)
        is_error(bob.call("POST", "blogs/diary/posts/", json={"title": "x"}), 403)

    def test_gets_a_slug_of_its_own(self, alice, bob):
        slugs = [caller.post("blogs/", json={"title": "Same name"})["slug"] for caller in (alice, bob, alice)]
        assert slugs == ["same-name", "same-name-2", "same-name-3"]
        assert alice.post("blogs/", json={"title": "Admin"})["slug"] == "admin-2"
        assert alice.post("blogs/", json={"title": "海"})["slug"] == "hai"
        assert alice.post("blogs/", json={"title": "…"})["slug"] == "blog-2"

    def test_takes_no_slug_that_is_taken_or_reserved(self, alice, bob):
        for slug, code in (("bob", "taken"), ("BOB", "taken"), ("admin", "reserved"), ("api", "reserved")):
            is_error(alice.call("POST", "blogs/", json={"title": "x", "slug": slug}), 400, code, "slug")

    @pytest.mark.parametrize(
        ("field", "values"),
        [
            ("title", [None, "", "\u200b", "x" * 256, [], "a\u0000"]),
            ("slug", ["a b", "a/b", "é", "x" * 201, {}]),
            ("description", [None, "x" * 2001, [], "a\u0001"]),
            ("tags", ["x", [{}], ["x" * 51], [str(n) for n in range(21)]]),
            ("is_private", [None, "maybe", 3, []]),
        ],
    )
    def test_refuses_what_a_field_cannot_hold(self, alice, field, values):
        for value in values:
            body = is_error(alice.call("POST", "blogs/", json={"title": "x", field: value}), 400)
            assert body["errors"][0]["attr"].startswith(field), (value, body)
        assert BlogPage.objects.count() == 1

    def test_needs_somebody(self, anyone):
        is_error(anyone.call("POST", "blogs/", json={"title": "x"}), 401)


class TestChange:
    def test_shows_everywhere(self, alice, anyone):
        post = alice.write("Within")
        blog = alice.patch("blogs/alice/", json={"title": "New name", "description": "D", "tags": ["one"]})
        assert (blog["title"], blog["description"], blog["tags"]) == ("New name", "D", ["one"])
        assert anyone.get(f"posts/{post['id']}/")["blog"]["title"] == "New name"
        assert anyone.get("blogs/alice/")["created_at"] == blog["created_at"]

    def test_of_the_slug_redirects_with_everything_below(self, alice, anyone):
        post = alice.write("Within")
        alice.patch("blogs/alice/", json={"slug": "alicia"})
        assert anyone.get(f"posts/{post['id']}/")["url"] == "http://testserver/alicia/within/"
        assert Page.objects.get(pk=post["id"]).url_path == "/home/blogs/alicia/within/"
        moves = [
            ("GET", "blogs/alice/", "blogs/alicia/"),
            ("GET", "blogs/alice/posts/within/", "blogs/alicia/posts/within/"),
            ("PATCH", "blogs/alice/", "blogs/alicia/"),
            ("DELETE", "blogs/alice/", "blogs/alicia/"),
            ("POST", "blogs/alice/posts/", "blogs/alicia/posts/"),
            ("PUT", "blogs/alice/avatar/", "blogs/alicia/avatar/"),
            ("PUT", "blogs/alice/follow/", "blogs/alicia/follow/"),
            ("DELETE", "blogs/alice/follow/", "blogs/alicia/follow/"),
            ("GET", "blogs/alice/followers/", "blogs/alicia/followers/"),
            ("DELETE", "blogs/alice/followers/bob/", "blogs/alicia/followers/bob/"),
            ("GET", "blogs/alice/follow-requests/", "blogs/alicia/follow-requests/"),
            ("POST", "blogs/alice/follow-requests/accept-all/", "blogs/alicia/follow-requests/accept-all/"),
            ("PUT", "blogs/alice/feed-link/", "blogs/alicia/feed-link/"),
            ("GET", "blogs/alice/stats/", "blogs/alicia/stats/"),
        ]
        for method, path, target in moves:
            moved = alice.call(method, path, expect=308)
            assert moved["Location"] == f"/api/v2/{target}", (method, path)
        for method, path, _ in moves[2:]:
            is_error(anyone.call(method, path), 401)

    def test_keeps_old_slugs_for_their_blog(self, alice, bob, register):
        alice.patch("blogs/alice/", json={"slug": "second"})
        alice.patch("blogs/second/", json={"slug": "third"})
        for slug in ("alice", "second"):
            is_error(bob.call("PATCH", "blogs/bob/", json={"slug": slug}), 400, "taken", "slug")
            is_error(bob.call("POST", "blogs/", json={"title": "x", "slug": slug}), 400, "taken", "slug")
        assert bob.post("blogs/", json={"title": "Second"})["slug"] == "second-2"
        assert alice.patch("blogs/third/", json={"slug": "alice"})["slug"] == "alice"
        assert set(OldBlogSlug.objects.values_list("slug", flat=True)) == {"second", "third"}

    def test_of_privacy_takes_the_posts_along(self, alice, bob, anyone):
        post = alice.write("Mine")
        draft = alice.write("Draft", status="draft")
        alice.patch("blogs/alice/", json={"is_private": True})
        for caller in (anyone, bob):
            is_error(caller.call("GET", f"posts/{post['id']}/"), 404)
        assert PostCard.objects.filter(is_private=True).count() == 2
        alice.patch("blogs/alice/", json={"is_private": False})
        assert anyone.get(f"posts/{post['id']}/")["title"] == "Mine"
        is_error(anyone.call("GET", f"posts/{draft['id']}/"), 404)

    def test_is_for_the_owner(self, alice, bob, anyone, moderator, admin):
        for caller in (bob, moderator, admin):
            is_error(caller.call("PATCH", "blogs/alice/", json={"title": "x"}), 403)
        is_error(anyone.call("PATCH", "blogs/alice/", json={"title": "x"}), 401)
        is_error(bob.call("PATCH", "blogs/nowhere/", json={"title": "x"}), 404)


class TestDeletion:
    def test_takes_all_posts(self, alice, anyone):
        posts = [alice.write(f"Post {n}")["id"] for n in range(3)]
        alice.write("Draft", status="draft")
        alice.patch("blogs/alice/", json={"slug": "second"})
        alice.delete("blogs/second/")
        is_error(anyone.call("GET", "blogs/second/"), 404)
        is_error(anyone.call("GET", "blogs/alice/"), 404)
        for id in posts:
            is_error(alice.call("GET", f"posts/{id}/"), 404)
        assert not PostCard.objects.exists()
        assert not BlogCard.objects.exists()
        assert not any(Page.find_problems())
        assert Event.objects.filter(kind="post.deleted").count() == 4
        assert Event.objects.filter(kind="blog.deleted").count() == 1
        assert alice.get("me/")["blogs"] == []

    def test_is_for_owner_and_admin(self, alice, bob, anyone, moderator, admin):
        for caller, status in ((bob, 403), (moderator, 403), (anyone, 401)):
            is_error(caller.call("DELETE", "blogs/alice/"), status)
        blog = alice.get("blogs/alice/")["id"]
        admin.delete("blogs/alice/?reason=Court+order")
        entry = PageLogEntry.objects.get(action="wagtail.delete", page=blog)
        assert entry.data["reason"] == "Court order"


class TestAvatar:
    def test_is_shown_with_the_blog(self, alice, anyone, picture):
        ref = alice.put("blogs/alice/avatar/", files=[("file", ("me.png", picture(500, 400, "PNG")))])
        assert set(ref) == {"slug", "title", "avatar"}
        assert ref["avatar"]["renditions"]["thumbnail"]["width"] == 300
        assert anyone.get("blogs/alice/")["avatar"] == ref["avatar"]
        post = alice.write("x")
        assert post["blog"]["avatar"]["id"] == ref["avatar"]["id"]

    def test_replaces_the_one_before(self, alice, picture):
        for _ in range(2):
            alice.put("blogs/alice/avatar/", files=[("file", ("me.png", picture(500, 400, "PNG")))])
        assert Image.objects.count() == 1

    def test_goes(self, alice, anyone, picture):
        alice.put("blogs/alice/avatar/", files=[("file", ("me.png", picture(500, 400, "PNG")))])
        for _ in range(2):
            alice.delete("blogs/alice/avatar/")
        assert anyone.get("blogs/alice/")["avatar"] is None
        assert not Image.objects.exists()

    def test_is_a_picture_of_the_owners(self, alice, bob, anyone, picture):
        files = [("file", ("me.png", picture(50, 40, "PNG")))]
        is_error(bob.call("PUT", "blogs/alice/avatar/", files=files), 403)
        is_error(anyone.call("PUT", "blogs/alice/avatar/", files=files), 401)
        is_error(alice.call("PUT", "blogs/alice/avatar/", files=[("file", ("me.png", b"no"))]), 400)
        is_error(alice.call("PUT", "blogs/alice/avatar/", data={}), 400)
        is_error(alice.call("PUT", "blogs/alice/avatar/", json={"file": "x"}), 415)
        assert not Image.objects.exists()
