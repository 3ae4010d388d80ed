"""The home feed: followed and own blogs, newest first, whatever is private to the reader."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blogs.jobs import note_newest_posts
from blogs.models import BlogCard, PostCard
from core import clock
from tests.client import Api, is_error


def titles(answer: dict) -> list[str]:
    return [item["title"] for item in answer["items"]]


@pytest.fixture
def garden(alice, bob) -> str:
    """A private blog of Alice's that Bob follows."""
    alice.post("blogs/", json={"title": "Garden", "slug": "garden", "is_private": True})
    bob.put("blogs/garden/follow/")
    alice.post("blogs/garden/follow-requests/bob/accept/", 204)
    return "garden"


class TestHomeFeed:
    def test_holds_followed_private_and_own_blogs_and_no_others(self, alice, bob, charlie, garden):
        bob.put("blogs/alice/follow/")
        alice.write("Public")
        alice.write("Private", blog=garden)
        bob.write("Own")
        charlie.write("Foreign")
        alice.write("Draft", status="draft")
        assert titles(bob.get("feed/home/")) == ["Own", "Private", "Public"]
        assert titles(charlie.get("feed/home/")) == ["Foreign"]

    def test_is_personal_and_for_those_who_signed_in(self, alice, bob, anyone):
        alice.write("Liked")
        bob.put("blogs/alice/follow/")
        [card] = bob.get("feed/home/")["items"]
        assert card["liked"] is False
        bob.put(f"posts/{card['id']}/like/")
        assert bob.get("feed/home/")["items"][0]["liked"] is True
        assert "private" in bob.call("GET", "feed/home/").headers["Cache-Control"]
        is_error(anyone.call("GET", "feed/home/"), 401)

    def test_is_empty_for_whoever_follows_nobody(self, alice, bob):
        alice.write("Somewhere")
        assert bob.get("feed/home/") == {"meta": {"next": None, "previous": None}, "items": []}

    def test_pages_lead_on_and_back(self, alice, bob, charlie):
        for author in (alice, charlie):
            bob.put(f"blogs/{author.blog}/follow/")
            for number in range(4):
                author.write(f"{author.username} {number}")
        shown = titles(bob.get("feed/home/"))
        pages, answer = [], bob.get("feed/home/", limit=3)
        while True:
            pages.append(titles(answer))
            if answer["meta"]["next"] is None:
                break
            answer = bob.get(answer["meta"]["next"])
        assert [title for page in pages for title in page] == shown
        assert [len(page) for page in pages] == [3, 3, 2]
        back = bob.get(answer["meta"]["previous"])
        assert titles(back) == pages[1]
        assert titles(bob.get(back["meta"]["previous"])) == pages[0]

    def test_posts_of_the_same_moment_are_neither_lost_nor_doubled(self, alice, bob):
        bob.put("blogs/alice/follow/")
        ids = [alice.write(f"Post {number}")["id"] for number in range(5)]
        PostCard.objects.filter(pk__in=ids).update(published_at=clock.now())
        first = bob.get("feed/home/", limit=2)
        second = bob.get(first["meta"]["next"])
        third = bob.get(second["meta"]["next"])
        assert [item["id"] for page in (first, second, third) for item in page["items"]] == ids[::-1]

    def test_unfollowing_takes_effect_between_two_pages(self, alice, bob):
        bob.put("blogs/alice/follow/")
        for number in range(3):
            alice.write(f"Post {number}")
        first = bob.get("feed/home/", limit=1)
        bob.delete("blogs/alice/follow/")
        assert titles(bob.get(first["meta"]["next"])) == []
        assert titles(bob.get("feed/home/")) == []

    def test_a_blocked_blog_or_author_is_gone_while_blocked(self, alice, bob):
        from accounts.models import User

        bob.put("blogs/alice/follow/")
        alice.write("Here")
        past = clock.now() - timedelta(seconds=1)
        for blocked in (BlogCard.objects.filter(slug="alice"), User.objects.filter(username="alice")):
            blocked.update(blocked_at=past)
            assert titles(bob.get("feed/home/")) == []
            blocked.update(blocked_until=past)
            assert titles(bob.get("feed/home/")) == ["Here"]

    def test_what_expired_is_gone_at_once(self, alice, bob):
        bob.put("blogs/alice/follow/")
        alice.write("Here")
        PostCard.objects.update(expire_at=clock.now() - timedelta(seconds=1))
        assert titles(bob.get("feed/home/")) == []

    def test_costs_one_query(self, alice, bob, django_assert_num_queries):
        bob.put("blogs/alice/follow/")
        for number in range(3):
            alice.write(f"Post {number}")
        following = bob.get("feed/home/", limit=1)["meta"]["next"]
        bob.get(following)
        for path in ("feed/home/?limit=1", following):
            with django_assert_num_queries(1):
                bob.get(path)

    @pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=x", "order=oldest", "nonsense=1"])
    def test_bad_parameters_are_refused(self, bob: Api, query):
        is_error(bob.call("GET", f"feed/home/?{query}"), 400)


@pytest.fixture
def sleepers(alice, bob, charlie) -> list[dict]:
    """Two posts in each of twelve blogs that Bob follows, the newest first; since then only others have published."""
    slugs = [f"sleeper-{number}" for number in range(12)]
    for slug in slugs:
        alice.post("blogs/", json={"title": slug, "slug": slug})
        bob.put(f"blogs/{slug}/follow/")
    posts = [alice.write(f"{slug} {word}", blog=slug) for slug in slugs for word in ("old", "new")]
    for number in range(22):
        charlie.write(f"Busy {number}")
    return posts[::-1]


def read_through(reader: Api) -> list[int]:
    """The ids of the whole feed, read post by post."""
    answer = reader.get("feed/home/", limit=1)
    ids = [item["id"] for item in answer["items"]]
    while answer["meta"]["next"]:
        answer = reader.get(answer["meta"]["next"])
        ids += [item["id"] for item in answer["items"]]
    return ids


class TestHomeFeedOfDormantBlogs:
    """Read post by post, a page is so short that these are many blogs, and Charlie's posts all the newest ones."""

    def test_shows_them_in_order(self, bob, sleepers):
        assert read_through(bob) == [post["id"] for post in sleepers]

    def test_costs_one_query_once_that_is_known(self, bob, sleepers, django_assert_num_queries):
        bob.get("feed/home/?limit=1")
        with django_assert_num_queries(1):
            assert bob.get("feed/home/?limit=1")["items"][0]["id"] == sleepers[0]["id"]

    def test_shows_busy_ones_at_once_that_are_followed_then(self, bob, charlie, sleepers):
        assert read_through(bob) == [post["id"] for post in sleepers]
        bob.put("blogs/charlie/follow/")
        assert titles(bob.get("feed/home/?limit=2")) == ["Busy 21", "Busy 20"]
        assert len(read_through(bob)) == len(sleepers) + 22

    def test_leaves_out_what_was_taken_back(self, alice, bob, sleepers):
        alice.post(f"posts/{sleepers[0]['id']}/unpublish/", 200)
        alice.delete(f"posts/{sleepers[2]['id']}/")
        assert read_through(bob) == [post["id"] for post in (sleepers[1], *sleepers[3:])]

    def test_leaves_out_what_expired_before_that_was_carried_out(self, bob, sleepers):
        gone = [post["id"] for post in sleepers[:7:2]]
        PostCard.objects.filter(pk__in=gone).update(expire_at=clock.now() - timedelta(seconds=1))
        assert read_through(bob) == [post["id"] for post in sleepers if post["id"] not in gone]

    def test_leaves_out_blocked_and_private_blogs(self, alice, bob, sleepers):
        BlogCard.objects.filter(slug="sleeper-11").update(blocked_at=clock.now() - timedelta(seconds=1))
        bob.delete("blogs/sleeper-10/follow/")
        assert read_through(bob) == [post["id"] for post in sleepers[4:]]

    def test_shows_what_an_older_release_publishes_once_the_ticker_has_noted_it(self, alice, bob, sleepers):
        before = BlogCard.objects.get(slug="sleeper-3").newest_post_at
        fresh = alice.write("Fresh", blog="sleeper-3")["id"]
        BlogCard.objects.filter(slug="sleeper-3").update(newest_post_at=before)
        note_newest_posts()
        assert read_through(bob) == [fresh, *(post["id"] for post in sleepers)]

    def test_costs_a_query_more_at_first(self, bob, sleepers, django_assert_max_num_queries):
        with django_assert_max_num_queries(2):  # the newest posts, the dormant blogs
            bob.get("feed/home/?limit=1")
