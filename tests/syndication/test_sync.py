"""`GET sync/`: what is public, each once, and what stopped being it, in the order of change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts.models import User
from blogs.models import BlogCard, PostCard
from blogs.schedule import keep_schedule
from core import clock
from syndication.jobs import settle_marks
from syndication.models import SyncedPost, SyncMark
from tests.blogs.test_publishing import YEARS, move_times
from tests.client import is_error
from tests.syndication.replica import Replica, crawl, uncounted


@pytest.fixture
def replica(db) -> Replica:
    return Replica()


def told(items) -> list[tuple[int, bool]]:
    return [(item["id"], item["deleted"]) for item in items]


class TestFromTheBeginning:
    def test_each_public_post_comes_once_as_it_now_is(self, alice, bob, replica):
        posts = [alice.write("One"), bob.write("Two"), alice.write("Three")]
        alice.write("A draft", status="draft")
        alice.write("Later", publish_at="2099-01-01T00:00:00Z")
        alice.patch(f"posts/{posts[0]['id']}/", json={"title": "Uno"})
        replica.catch_up()
        assert set(replica.posts) == {post["id"] for post in posts}
        assert len(replica.seen) == 3
        assert replica.posts == crawl()

    def test_is_empty_where_nothing_is(self, anyone):
        page = anyone.get("sync/")
        assert page["items"] == []
        assert page["meta"]["next"] is None
        assert anyone.get("sync/", since=page["meta"]["cursor"])["items"] == []

    def test_pages_go_on_where_the_last_one_ended(self, alice, anyone):
        ids = [alice.write(f"Post {number}")["id"] for number in range(5)]
        first = anyone.get("sync/", limit=2)
        second = anyone.get(first["meta"]["next"])
        third = anyone.get(second["meta"]["next"])
        assert [item["id"] for page in (first, second, third) for item in page["items"]] == ids
        assert third["meta"]["next"] is None
        assert "limit=2" in first["meta"]["next"]

    def test_is_the_same_for_everybody(self, alice, anyone):
        alice.write()
        assert alice.get("sync/")["items"] == anyone.get("sync/")["items"]

    def test_says_304_while_nothing_changes(self, alice, anyone):
        alice.write()
        answer = anyone.call("GET", "sync/", expect=200)
        assert answer.headers["Cache-Control"] == "public, no-cache"
        anyone.call("GET", "sync/", expect=304, headers={"If-None-Match": answer.headers["ETag"]})

    @pytest.mark.parametrize(
        ("query", "attr"),
        [("since=", "since"), ("since=abc", "since"), ("limit=0", "limit"), ("limit=101", "limit"), ("page=2", "page")],
    )
    def test_refuses_a_bad_question(self, anyone, query, attr):
        is_error(anyone.call("GET", f"sync/?{query}"), 400, attr=attr)

    def test_refuses_a_cursor_of_another_list(self, alice, anyone):
        alice.write(), alice.write()
        cursor = anyone.get("feed/latest/?limit=1")["meta"]["next"].partition("cursor=")[2]
        is_error(anyone.call("GET", f"sync/?since={cursor}"), 400, attr="since")

    def test_costs_the_same_whatever_is_there(self, alice, anyone, django_assert_max_num_queries):
        for number in range(12):
            alice.write(f"Post {number}")
        cursor = anyone.get("sync/", limit=10)["meta"]["cursor"]
        for query in ({"limit": 10}, {"since": cursor}):
            with django_assert_max_num_queries(3):
                anyone.get("sync/", **query)


class TestChanges:
    def test_an_edit_a_new_slug_and_a_new_date_are_told(self, alice, replica):
        post = alice.write("Before")["id"]
        replica.catch_up()
        for change in ({"title": "After"}, {"slug": "elsewhere"}, {"published_at": "2020-01-01T00:00:00Z"}):
            alice.patch(f"posts/{post}/", json=change)
            assert told(replica.catch_up()) == [(post, False)]
            assert replica.posts == crawl()

    def test_counters_and_drafts_are_no_change(self, alice, bob, replica):
        post = alice.write()["id"]
        replica.catch_up()
        bob.put(f"posts/{post}/like/")
        bob.post(f"posts/{post}/comments/", json={"body": "Hello"})
        bob.write("A reply", reply_to=post)
        alice.patch(f"posts/{post}/", json={"title": "Not yet", "status": "draft"})
        [(other, _)] = told(replica.catch_up())
        assert other != post
        assert uncounted(replica.posts) == uncounted(crawl())

    def test_the_neighbours_of_a_post_are_told_with_it(self, alice, replica):
        first, second, third = (alice.write(title)["id"] for title in ("One", "Two", "Three"))
        replica.catch_up()
        alice.patch(f"posts/{second}/", json={"title": "Zwei"})
        assert {pk for pk, _ in told(replica.catch_up())} == {first, second, third}
        alice.post(f"posts/{second}/unpublish/", 200)
        assert set(told(replica.catch_up())) == {(second, True), (first, False), (third, False)}
        alice.post(f"posts/{second}/publish/", 200)
        alice.patch(f"posts/{third}/", json={"published_at": "2001-01-01T00:00:00Z"})
        replica.catch_up()
        assert replica.posts == crawl()
        alice.delete(f"posts/{second}/")
        replica.catch_up()
        assert replica.posts == crawl()

    def test_a_neighbour_that_was_there_for_a_moment_leaves_no_trace(self, alice, replica):
        first = alice.write("One")["id"]
        replica.catch_up()
        second = alice.write("Two")["id"]
        SyncMark.objects.filter(post=second).update(rank=SyncMark.Rank.DERIVED)
        SyncMark.objects.create(post=first)
        settle_one()
        alice.delete(f"posts/{second}/")
        replica.catch_up()
        assert replica.posts == crawl()
        assert replica.posts[first]["next"] is None

    def test_a_new_name_of_blog_and_author_are_told_of_each_post(self, alice, bob, replica):
        alice.write("One"), alice.write("Two"), bob.write("Three")
        replica.catch_up()
        alice.patch("blogs/alice/", json={"slug": "alices", "title": "Alice's"})
        assert len(replica.catch_up()) == 2
        assert replica.posts == crawl()
        alice.patch("me/", json={"name": "Alicia"})
        assert len(replica.catch_up()) == 2
        assert replica.posts == crawl()

    def test_a_post_is_told_again_when_what_it_links_to_moves_or_hides(self, alice, bob, replica):
        target = bob.write("Target")["id"]
        blog = bob.get("blogs/bob/")["id"]
        link = f'<p><a linktype="page" id="{target}">a post</a> of <a linktype="page" id="{blog}">Bob</a></p>'
        post = alice.write("Linking", body=[{"type": "paragraph", "value": link}])["id"]
        replica.catch_up()
        assert replica.posts == crawl()
        for method, path, change in (
            ("PATCH", f"posts/{target}/", {"slug": "elsewhere"}),
            ("PATCH", "blogs/bob/", {"slug": "bobs"}),
            ("PATCH", "blogs/bobs/", {"is_private": True}),
        ):
            bob.call(method, path, json=change, expect=200)
            assert post in {item["id"] for item in replica.catch_up()}
            assert replica.posts == crawl()

    def test_a_picture_that_is_deleted_is_told_of(self, alice, picture, replica):
        image = alice.upload(picture())["id"]
        post = alice.write(feature_image=image)["id"]
        replica.catch_up()
        alice.delete(f"users/alice/images/{image}/")
        assert told(replica.catch_up()) == [(post, False)]
        assert replica.posts == crawl()


def settle_one() -> None:
    """Settle the first mark alone, as if the others had been written a moment later."""
    from syndication import settling

    others = list(SyncMark.objects.order_by("rank", "pk")[1:])
    SyncMark.objects.filter(pk__in=[mark.pk for mark in others]).delete()
    while settling.settle(most=1) and SyncMark.objects.filter(rank=SyncMark.Rank.DIRECT).exists():
        pass
    SyncMark.objects.all().delete()
    SyncMark.objects.bulk_create(SyncMark(post=mark.post, rank=SyncMark.Rank.DIRECT) for mark in others)


class TestTombstones:
    @pytest.fixture
    def post(self, alice, replica) -> int:
        post = alice.write("Canary")["id"]
        replica.catch_up()
        return post

    def test_of_the_unpublished_and_the_deleted(self, alice, replica, post):
        alice.post(f"posts/{post}/unpublish/", 200)
        assert told(replica.catch_up()) == [(post, True)]
        alice.post(f"posts/{post}/publish/", 200)
        assert told(replica.catch_up()) == [(post, False)]
        alice.delete(f"posts/{post}/")
        assert told(replica.catch_up()) == [(post, True)]
        assert told(Replica().catch_up()) == [(post, True)]

    def test_of_a_blog_made_private_until_it_is_public_again(self, alice, replica, post):
        alice.patch("blogs/alice/", json={"is_private": True})
        hidden = alice.write("Also private")["id"]
        assert told(replica.catch_up()) == [(post, True)]
        alice.patch("blogs/alice/", json={"is_private": False})
        assert set(told(replica.catch_up())) == {(post, False), (hidden, False)}
        assert replica.posts == crawl()

    def test_of_a_deleted_blog_and_a_deleted_account(self, alice, bob, replica, post):
        other = bob.write()["id"]
        replica.catch_up()
        alice.delete("blogs/alice/")
        assert told(replica.catch_up()) == [(post, True)]
        bob.post("me/delete/", 204, json={"password": bob.password})
        assert told(replica.catch_up()) == [(other, True)]

    def test_of_blocked_blogs_and_authors_until_that_is_lifted(self, alice, admin, replica, post):
        until = clock.iso(clock.now() + timedelta(hours=1))
        for path in ("blogs/alice/block/", "users/alice/block/"):
            admin.put(path, json={"until": until, "reason": "Spam"})
            assert told(replica.catch_up()) == [(post, True)]
            admin.delete(path)
            assert told(replica.catch_up()) == [(post, False)]
            admin.put(path, json={"until": None, "reason": "Spam"})
            assert told(replica.catch_up()) == [(post, True)]
            admin.delete(path)
            assert told(replica.catch_up()) == [(post, False)]

    def test_private_and_unpublished_posts_are_never_told_at_all(self, alice, replica):
        alice.post("blogs/", json={"title": "Secret", "slug": "secret", "is_private": True})
        post = alice.write("Hidden", blog="secret")["id"]
        alice.patch(f"posts/{post}/", json={"title": "Still hidden"})
        alice.delete(f"posts/{post}/")
        assert replica.catch_up() == []

    def test_a_page_never_holds_what_was_hidden_since(self, alice, anyone, post):
        PostCard.objects.filter(pk=post).update(is_private=True)  # before anybody settled it
        [item] = anyone.get("sync/")["items"]
        assert (item["deleted"], item["post"]) == (True, None)


class TestTime:
    def test_expiry_is_told_by_the_ticker(self, alice, replica):
        post = alice.write(expire_at=clock.iso(clock.now() + timedelta(hours=1)))["id"]
        other = alice.write("Next")["id"]
        replica.catch_up()
        pass_time(post, expire_at=clock.now() - timedelta(seconds=1))
        settle_marks()
        assert set(told(replica.catch_up())) == {(post, True), (other, False)}
        assert replica.posts == crawl()

    @pytest.mark.parametrize(("model", "name"), [(BlogCard, "slug"), (User, "username")])
    def test_so_is_the_end_of_a_block(self, alice, admin, replica, model, name):
        post = alice.write()["id"]
        until = clock.iso(clock.now() + timedelta(hours=1))
        path = "blogs/alice/block/" if model is BlogCard else "users/alice/block/"
        admin.put(path, json={"until": until, "reason": "Spam"})
        assert replica.catch_up() == []
        past = clock.now() - timedelta(seconds=1)
        model.objects.filter(**{name: "alice"}).update(blocked_until=past)
        SyncedPost.objects.filter(post=post).update(check_at=past)
        settle_marks()
        assert told(replica.catch_up()) == [(post, False)]

    def test_a_scheduled_post_is_told_when_it_goes_live(self, alice, replica):
        post = alice.write("Soon", publish_at=clock.iso(clock.now() + timedelta(hours=1)))["id"]
        assert replica.catch_up() == []
        move_times(post, go_live_at=YEARS)
        keep_schedule()
        assert told(replica.catch_up()) == [(post, False)]


def pass_time(post: int, *, expire_at) -> None:
    """Let the time at which a post expires have come."""
    PostCard.objects.filter(pk=post).update(expire_at=expire_at)
    SyncedPost.objects.filter(post=post).update(check_at=expire_at)


class TestManyAtOnce:
    def test_seeded_posts_are_told_without_being_looked_at(self, db, replica):
        call_command("seed", posts=60, blogs=20, pictures=1, verbosity=0)
        replica.catch_up()
        assert replica.posts == crawl()
        assert replica.posts
        call_command("settle_sync", check=True)

    def test_looking_at_all_of_them_tells_nothing_that_is_known(self, alice, replica):
        for title in ("One", "Two", "Three"):
            alice.write(title)
        replica.catch_up()
        call_command("settle_sync", all=True)
        assert replica.catch_up() == []
        call_command("settle_sync", check=True)

    def test_the_check_finds_what_is_not_so(self, alice, replica):
        post = alice.write()["id"]
        replica.catch_up()
        SyncedPost.objects.filter(post=post).update(is_public=False)
        with pytest.raises(SystemExit):
            call_command("settle_sync", check=True)

    def test_the_posts_of_a_large_blog_are_told_in_batches(self, alice, replica, monkeypatch):
        from syndication import settling, sync

        posts = {alice.write(f"Post {number}")["id"] for number in range(9)}
        replica.catch_up()
        monkeypatch.setattr(settling, "BATCH", 3)
        monkeypatch.setattr(sync, "SETTLED_AT_ONCE", 3)
        alice.patch("blogs/alice/", json={"is_private": True})
        assert Replica().catch_up()
        assert all(item["deleted"] for item in Replica().catch_up())
        settle_marks()
        replica.catch_up()
        assert replica.posts == {}
        assert {item["id"] for item in replica.seen[-9:]} == posts
