"""No byte of a hidden thing reaches the wrong reader, on any public surface.

Each hidden thing carries a word of its own; every surface is read as everybody, and the words that were seen must be
exactly those the reader may see.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import chain

import pytest

from accounts.models import User
from blogs.models import BlogCard, Follow, PostCard
from core import clock
from tests.client import Api

SURFACES = [
    "feed/latest/",
    "feed/home/",
    "me/likes/",
    "me/following/",
    "me/notifications/",
    "posts/",
    "posts/?order=oldest",
    "posts/?order=popular",
    "posts/?author=alice",
    "posts/?blog=secret-garden",
    "posts/?tag=canarytag",
    "blogs/secret-garden/posts/private-post/",
    "blogs/alice/posts/draft-post/",
    "pages/?fields=*",
    "pages/?type=blogs.BlogPostPage&fields=*",
    "pages/?type=blogs.BlogPostPage&search=canary",
    "pages/?type=blogs.BlogPostPage&fields=_,title,body",
    "pages/?slug=private-post",
    "images/?fields=*",
    "images/",
    "documents/?fields=*",
    "users/alice/images/",
    "users/alice/",
    "blogs/",
    "blogs/?owner=alice",
    "blogs/?search=garden",
    "search/?q=canary",
    "search/?q=canary&type=posts",
    "search/?q=canarytag",
    "search/?q=canarytag&type=posts",
    "search/?q=garden",
    "search/?q=alice",
    "search/?q=privatecanary",
    "search/?q=draftcanary&type=posts",
    "search/?q=expiredcanary&author=alice",
    "/",
    "/alice/",
    "/secret-garden/",
    "/alice/draft-post/",
    "/secret-garden/private-post/",
    "blogs/blocked/",
    "blogs/blocked/posts/blocked-post/",
    "blogs/banned/",
    "blogs/banned/posts/banned-post/",
    "users/banned/",
    "users/banned/images/",
    "users/?search=banned",
    "blogs/?owner=banned",
    "posts/?author=banned",
    "blogs/alice/followers/",
    "reports/",
    "/banned/",
    "/banned/banned-post/",
]
PER_POST = [
    "posts/{id}/",
    "posts/{id}/?version=draft",
    "posts/{id}/?body=html",
    "posts/{id}/comments/",
    "posts/{id}/likes/",
    "posts/{id}/replies/",
    "posts/{id}/revisions/",
    "pages/{id}/?fields=*",
    "pages/?child_of={blog}&fields=*",
    "pages/?descendant_of={blog}",
    "pages/find/?id={id}",
]


def canaries(alice: Api, blocked: Api, banned: Api, admin: Api, picture) -> dict[str, int]:
    """One post for each reason to be hidden; its word stands in its title, body, tag, intro, comment and picture."""
    alice.post("blogs/", json={"title": "Secret garden", "slug": "secret-garden", "is_private": True})

    def write(author: Api, word: str, slug: str, blog: str = "", **fields) -> int:
        image = author.upload(picture(), title=word, alt=word)
        block = {"type": "image", "value": {"image": image["id"], "caption": word, "alt": word}}
        post = author.write(
            word, blog=blog, slug=slug, intro=word, tags=["canarytag", word], feature_image=image["id"],
            body=[{"type": "paragraph", "value": f"<p>canary {word}</p>"}, block], **fields,
        )  # fmt: skip
        if post["status"] == "live":
            author.post(f"posts/{post['id']}/comments/", json={"body": word})
        return post["id"]

    posts = {
        "draftcanary": write(alice, "draftcanary", "draft-post", status="draft"),
        "privatecanary": write(alice, "privatecanary", "private-post", blog="secret-garden"),
        "scheduledcanary": write(alice, "scheduledcanary", "scheduled-post", publish_at="2099-01-01T00:00:00Z"),
        "expiredcanary": write(alice, "expiredcanary", "expired-post"),
        "unpublishedcanary": write(alice, "unpublishedcanary", "unpublished-post"),
        "blockedcanary": write(blocked, "blockedcanary", "blocked-post"),
        "bannedcanary": write(banned, "bannedcanary", "banned-post"),
    }
    past = clock.now() - timedelta(seconds=1)
    PostCard.objects.filter(pk=posts["expiredcanary"]).update(expire_at=past)
    alice.post(f"posts/{posts['unpublishedcanary']}/unpublish/", 200)
    BlogCard.objects.filter(slug=blocked.blog).update(blocked_at=past, blocked_until=clock.now() + timedelta(hours=1))
    stays = alice.write("Stays", slug="stays")["id"]
    banned.patch("me/", json={"name": "bannedcanary", "bio": "bannedcanary"})
    said = banned.post(f"posts/{stays}/comments/", json={"body": "bannedcanary"})
    alice.post(f"posts/{stays}/comments/", json={"body": "Answer", "parent": said["id"]})
    banned.write("bannedcanary", reply_to=stays)
    banned.put(f"posts/{stays}/like/")
    banned.put(f"blogs/{alice.blog}/follow/")
    banned.put(f"posts/{stays}/report/", json={"reason": "spam", "note": "bannedcanary"})
    admin.put(f"users/{banned.username}/block/", json={"until": None, "reason": "bannedcanary"})
    return posts


@pytest.fixture
def hidden(alice, register, admin, picture) -> dict[str, int]:
    return canaries(alice, register("blocked"), register("banned"), admin, picture)


def words_seen(reader: Api, posts: dict[str, int]) -> set[str]:
    """The words of the hidden things in any answer, header or status line that the reader gets."""
    blogs = dict(PostCard.objects.values_list("post_id", "blog_id"))
    deep = (path.format(id=id, blog=blogs[id]) for id in blogs for path in PER_POST)
    seen: set[str] = set()
    for path in chain(SURFACES, deep):
        answer = reader.call("GET", path)
        assert answer.status_code < 500, path
        text = f"{answer.headers} {b''.join(answer) if answer.streaming else answer.content}"
        seen |= {word for word in posts if word in text}
    return seen


class TestCanary:
    def test_the_anonymous_see_nothing_hidden(self, hidden, anyone):
        assert words_seen(anyone, hidden) == set()

    def test_neither_do_strangers(self, hidden, charlie):
        assert words_seen(charlie, hidden) == set()

    def test_nor_whoever_has_only_asked_to_follow(self, hidden, bob):
        self._follow(bob, accepted_at=None)
        assert words_seen(bob, hidden) == set()

    def test_nor_the_rejected(self, hidden, alice, bob):
        bob.put("blogs/secret-garden/follow/")
        alice.post("blogs/secret-garden/follow-requests/bob/reject/", 204)
        assert words_seen(bob, hidden) == set()

    @pytest.mark.parametrize("goes_by_himself", [True, False])
    def test_a_former_follower_loses_sight_even_of_what_he_liked_and_wrote(self, hidden, alice, bob, goes_by_himself):
        bob.put("blogs/secret-garden/follow/")
        alice.post("blogs/secret-garden/follow-requests/bob/accept/", 204)
        post = hidden["privatecanary"]
        bob.put(f"posts/{post}/like/")
        mine = bob.post(f"posts/{post}/comments/", json={"body": "privatecanary"})
        alice.post(f"posts/{post}/comments/", json={"body": "privatecanary", "parent": mine["id"]})
        alice.write("privatecanary", blog="secret-garden", reply_to=bob.write("Mine")["id"])
        assert words_seen(bob, hidden) == {"privatecanary"}
        if goes_by_himself:
            bob.delete("blogs/secret-garden/follow/")
        else:
            alice.delete("blogs/secret-garden/followers/bob/")
        assert words_seen(bob, hidden) == set()

    def test_followers_see_the_private_blog(self, hidden, bob):
        self._follow(bob, accepted_at=clock.now())
        assert words_seen(bob, hidden) == {"privatecanary"}

    def test_the_owner_sees_what_is_his(self, hidden, alice):
        assert words_seen(alice, hidden) == set(hidden) - {"blockedcanary", "bannedcanary"}

    def test_moderators_see_live_posts_of_any_blog_but_no_drafts(self, hidden, moderator):
        assert words_seen(moderator, hidden) == {"privatecanary", "blockedcanary", "bannedcanary"}

    def test_the_end_of_a_block_shows_what_it_hid(self, hidden, admin, anyone):
        admin.delete("users/banned/block/")
        assert words_seen(anyone, hidden) == {"bannedcanary"}

    @staticmethod
    def _follow(reader: Api, *, accepted_at) -> None:
        blog = BlogCard.objects.get(slug="secret-garden")
        Follow.objects.create(blog=blog, user=User.objects.get(username=reader.username), accepted_at=accepted_at)


class TestPrivateBlog:
    def test_is_a_shell_to_strangers(self, hidden, charlie):
        shell = charlie.get("blogs/secret-garden/")
        assert {name for name, value in shell.items() if value is not None} == {
            "slug", "title", "description", "owner", "is_private", "follow",
        }  # fmt: skip
        assert (shell["is_private"], shell["follow"]) == (True, "none")

    def test_its_posts_are_not_found(self, hidden, charlie):
        charlie.get("blogs/secret-garden/posts/private-post/", 404)

    def test_going_public_shows_its_posts_at_once(self, hidden, alice, anyone):
        alice.patch("blogs/secret-garden/", json={"is_private": False})
        assert words_seen(anyone, hidden) == {"privatecanary"}
