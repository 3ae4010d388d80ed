"""The feeds: valid, whole, conditional, and only of what everybody may see."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import parsedate_to_datetime

import feedparser
import pytest

from blogs.models import BlogCard, PostCard
from core import clock
from tests.client import Api

KINDS = ("rss", "atom", "json")
EVIL = "]]> & <b>\u202f\ufffe \U0001f600 </title>"


def read(api: Api, path: str, expect: int = 200, **headers):
    return api.call("GET", path, expect=expect, headers=headers)


def titles(api: Api, path: str) -> list[str]:
    """The titles in a feed of any kind, which must be valid."""
    answer = read(api, path)
    if "feed+json" in answer.headers["Content-Type"]:
        return [item["title"] for item in json.loads(answer.content)["items"]]
    return [entry.title for entry in parsed(answer).entries]


def parsed(answer):
    feed = feedparser.parse(answer.content, response_headers={"content-type": answer.headers["Content-Type"]})
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


class TestContents:
    @pytest.mark.parametrize("kind", ["rss", "atom"])
    def test_hold_whole_posts_with_pictures_tags_and_authors(self, alice, anyone, picture, kind):
        image = alice.upload(picture(), alt="A hill")
        post = alice.write(
            "A & B", intro="In short.", tags=["hills"], feature_image=image["id"],
            markdown="Some *text* with <tags> & [a link](https://example.org/?a=1&b=2).",
        )  # fmt: skip
        feed = parsed(read(anyone, f"/feeds/blogs/alice.{kind}"))
        assert feed.version == {"rss": "rss20", "atom": "atom10"}[kind]
        assert feed.feed.title == "Alice Adams"
        assert feed.feed.link == "http://testserver/alice/"
        [entry] = feed.entries
        assert (entry.title, entry.link, entry.author) == ("A & B", post["url"], "Alice Adams")
        assert entry.id == f"http://testserver/api/v2/posts/{post['id']}/"
        assert entry.summary == "In short."
        assert "<em>text</em>" in entry.content[-1].value or "<i>text</i>" in entry.content[-1].value
        assert image["url"] in entry.content[-1].value
        assert [tag.term for tag in entry.tags] == ["hills"]
        [enclosure] = entry.enclosures
        assert (enclosure.href, enclosure.type) == (image["url"], "image/jpeg")
        assert int(enclosure.length) > 0
        assert entry.published.startswith(("20", "Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri"))

    def test_json_feed_is_as_its_specification_says(self, alice, anyone, picture):
        image = alice.upload(picture())
        post = alice.write("A post", intro="In short.", tags=["hills"], feature_image=image["id"])
        answer = read(anyone, "/feeds/latest.json")
        assert answer.headers["Content-Type"] == "application/feed+json"
        feed = answer.json()
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert feed["feed_url"] == "http://testserver/feeds/latest.json"
        assert feed["home_page_url"] == "http://testserver/"
        [item] = feed["items"]
        assert isinstance(item["id"], str)
        assert (item["url"], item["title"], item["summary"]) == (post["url"], "A post", "In short.")
        assert (item["date_published"], item["tags"]) == (post["published_at"], ["hills"])
        assert item["authors"] == [{"name": "Alice Adams"}]
        assert item["image"] == image["url"]
        [attachment] = item["attachments"]
        assert (attachment["url"], attachment["mime_type"]) == (image["url"], "image/jpeg")
        assert attachment["size_in_bytes"] > 0
        assert "Some" in item["content_html"]

    @pytest.mark.parametrize("kind", KINDS)
    def test_hold_intros_alone_where_that_is_asked_for(self, alice, anyone, kind):
        alice.write("A post", intro="In <short>.", markdown="The whole story.")
        text = read(anyone, f"/feeds/latest.{kind}?content=intro").content.decode()
        assert "whole story" not in text
        assert "short" in text
        read(anyone, f"/feeds/latest.{kind}?content=none", 400)

    @pytest.mark.parametrize("kind", KINDS)
    def test_nothing_in_a_post_breaks_them(self, alice, anyone, kind):
        alice.patch("me/", json={"name": "A ]]> <&"})
        alice.patch("blogs/alice/", json={"title": EVIL, "description": EVIL})
        alice.write(
            EVIL, intro=EVIL, tags=["]]>", "<&"], body=[{"type": "code", "value": {"code": EVIL, "language": "x"}}]
        )
        post = PostCard.objects.get()
        # No door lets such a character in, yet one might be in an older text.
        PostCard.objects.update(document=post.document.replace("In", "\\u0008\\uffff"), detail=post.detail)
        assert len(titles(anyone, f"/feeds/latest.{kind}")) == 1
        assert len(titles(anyone, f"/feeds/blogs/alice.{kind}")) == 1

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_blog_without_posts_has_an_empty_feed_that_does_not_change(self, alice, anyone, kind):
        first = read(anyone, f"/feeds/blogs/alice.{kind}")
        assert titles(anyone, f"/feeds/blogs/alice.{kind}") == []
        assert read(anyone, f"/feeds/blogs/alice.{kind}").content == first.content

    def test_cost_the_same_whatever_is_there(self, alice, anyone, picture, django_assert_max_num_queries):
        image = alice.upload(picture())["id"]
        for number in range(8):
            alice.write(f"Post {number}", feature_image=image, tags=["x"])
        for path in ("latest.rss", "blogs/alice.atom", "tags/x.json"):
            with django_assert_max_num_queries(5):
                read(anyone, f"/feeds/{path}")


class TestWhichPosts:
    def test_newest_first_of_all_public_blogs(self, alice, bob, anyone):
        alice.write("One"), bob.write("Two"), alice.write("Three")
        alice.write("Draft", status="draft")
        for kind in KINDS:
            assert titles(anyone, f"/feeds/latest.{kind}") == ["Three", "Two", "One"]
            assert titles(anyone, f"/feeds/blogs/alice.{kind}") == ["Three", "One"]

    def test_of_a_tag_in_whatever_case_and_with_any_letters(self, alice, anyone):
        alice.write("One", tags=["TCP/IP"])
        alice.write("Two", tags=["Привет, мир"])
        for path, title in (("tcp%2Fip", "One"), ("TCP/IP", "One"), ("привет, мир", "Two")):
            assert titles(anyone, f"/feeds/tags/{path}.rss") == [title]
        for path in ("nothing", "One", "%00", "x" * 200):
            read(anyone, f"/feeds/tags/{path}.rss", 404)

    @pytest.mark.parametrize("kind", KINDS)
    def test_hidden_blogs_and_tags_are_not_there(self, alice, anyone, kind):
        post = alice.write("Canary", tags=["secret"])["id"]
        read(anyone, f"/feeds/blogs/alice.{kind}")
        alice.patch("blogs/alice/", json={"is_private": True})
        for reader in (anyone, alice):
            read(reader, f"/feeds/blogs/alice.{kind}", 404)
            read(reader, f"/feeds/tags/secret.{kind}", 404)
            assert titles(reader, f"/feeds/latest.{kind}") == []
        alice.patch("blogs/alice/", json={"is_private": False})
        BlogCard.objects.update(blocked_at=clock.now() - timedelta(seconds=1))
        read(anyone, f"/feeds/blogs/alice.{kind}", 404)
        BlogCard.objects.update(blocked_at=None)
        PostCard.objects.filter(pk=post).update(expire_at=clock.now())
        assert titles(anyone, f"/feeds/blogs/alice.{kind}") == []

    def test_an_old_slug_leads_to_the_feed(self, alice, anyone):
        alice.write("One")
        alice.patch("blogs/alice/", json={"slug": "alices"})
        answer = read(anyone, "/feeds/blogs/alice.atom?content=intro", 308)
        assert answer.headers["Location"] == "/feeds/blogs/alices.atom?content=intro"
        alice.patch("blogs/alices/", json={"is_private": True})
        read(anyone, "/feeds/blogs/alice.atom", 404)

    def test_there_are_no_others(self, alice, anyone):
        for path in ("/feeds/latest.xml", "/feeds/blogs/nobody.rss", "/feeds/", "/feeds/tags/.rss"):
            read(anyone, path, 404)
        assert anyone.call("POST", "/feeds/latest.rss").status_code == 405


class TestConditionalRequests:
    @pytest.mark.parametrize("kind", KINDS)
    def test_an_unchanged_feed_is_304(self, alice, anyone, kind):
        alice.write("One")
        anyone.get("sync/")
        for path in (f"/feeds/latest.{kind}", f"/feeds/blogs/alice.{kind}"):
            first = read(anyone, path)
            assert first.headers["Cache-Control"] == "public, no-cache"
            etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
            assert abs((parsedate_to_datetime(modified) - clock.now()).total_seconds()) < 600
            for headers in ({"If-None-Match": etag}, {"If-Modified-Since": modified}):
                again = read(anyone, path, 304, **headers)
                assert again.content == b""
                assert again.headers["ETag"] == etag

    def test_a_change_is_seen_at_once(self, alice, anyone):
        post = alice.write("One")["id"]
        anyone.get("sync/")
        first = read(anyone, "/feeds/latest.rss")
        alice.post(f"posts/{post}/unpublish/", 200)
        read(anyone, "/feeds/latest.rss", 200, **{"If-None-Match": first.headers["ETag"]})
        read(anyone, "/feeds/latest.rss", 200, **{"If-Modified-Since": first.headers["Last-Modified"]})


class TestPrivateFeed:
    @pytest.fixture
    def feed(self, alice, bob) -> str:
        """Bob's address of the feed of Alice's private blog."""
        alice.post("blogs/", json={"title": "Secret garden", "slug": "garden", "is_private": True})
        alice.write("Roses", blog="garden")
        bob.put("blogs/garden/follow/")
        alice.post("blogs/garden/follow-requests/bob/accept/", 204)
        return bob.put("blogs/garden/feed-link/")["feed_url"]

    def test_is_read_by_whoever_has_the_address(self, anyone, feed):
        answer = read(anyone, feed)
        assert "private" in answer.headers["Cache-Control"]
        assert answer.headers["X-Robots-Tag"] == "noindex"
        for kind in KINDS:
            assert titles(anyone, f"{feed.removesuffix('.rss')}.{kind}") == ["Roses"]
        read(anyone, feed, 304, **{"If-None-Match": answer.headers["ETag"]})
        read(anyone, "/feeds/blogs/garden.rss", 404)

    def test_has_one_address_for_each_reader_until_it_is_taken_away(self, alice, bob, anyone, feed):
        assert bob.put("blogs/garden/feed-link/")["feed_url"] == feed
        assert alice.put("blogs/garden/feed-link/")["feed_url"] != feed
        bob.delete("blogs/garden/feed-link/")
        bob.delete("blogs/garden/feed-link/")
        read(anyone, feed, 404)
        renewed = bob.put("blogs/garden/feed-link/")["feed_url"]
        assert renewed != feed
        assert titles(anyone, renewed) == ["Roses"]

    def test_its_secret_does_not_stand_in_the_database(self, feed):
        from django.core.serializers import serialize

        from syndication.models import FeedLink

        secret = feed.rpartition("/")[2].removesuffix(".rss")
        assert len(secret) == 32
        assert secret not in serialize("json", FeedLink.objects.all())

    @pytest.mark.parametrize("who", ["follower", "owner"])
    def test_ends_with_the_follow_and_does_not_come_back(self, alice, bob, anyone, feed, who):
        if who == "follower":
            bob.delete("blogs/garden/follow/")
        else:
            alice.delete("blogs/garden/followers/bob/")
        read(anyone, feed, 404)
        bob.put("blogs/garden/follow/")
        alice.post("blogs/garden/follow-requests/bob/accept/", 204)
        read(anyone, feed, 404)

    @pytest.mark.parametrize("path", ["users/bob/block/", "users/alice/block/", "blogs/garden/block/"])
    def test_opens_nothing_while_reader_author_or_blog_is_blocked(self, admin, anyone, feed, path):
        admin.put(path, json={"until": None, "reason": "Spam"})
        read(anyone, feed, 404)
        admin.delete(path)
        assert titles(anyone, feed) == ["Roses"]

    def test_ends_with_the_account_of_its_reader(self, bob, anyone, feed):
        bob.post("me/delete/", 204, json={"password": bob.password})
        read(anyone, feed, 404)

    def test_is_only_for_accepted_followers_and_the_owner(self, alice, charlie, moderator, anyone, feed):
        anyone.put("blogs/garden/feed-link/", 401)
        anyone.delete("blogs/garden/feed-link/", 401)
        charlie.put("blogs/garden/feed-link/", 403)
        charlie.put("blogs/garden/follow/")
        charlie.put("blogs/garden/feed-link/", 403)
        charlie.delete("blogs/garden/feed-link/", 204)
        moderator.put("blogs/garden/feed-link/", 403)
        charlie.put("blogs/nothing/feed-link/", 404)

    def test_a_public_blog_needs_none(self, alice, bob):
        bob.put("blogs/alice/follow/")
        bob.put("blogs/alice/feed-link/", 400)

    def test_guessing_finds_nothing(self, anyone, feed):
        other = feed[:-6] + ("AA" if feed[-6:-4] != "AA" else "BB") + ".rss"
        for path in (other, "/feeds/private/.rss", "/feeds/private/x.rss"):
            read(anyone, path, 404)
