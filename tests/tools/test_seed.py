"""`manage.py seed`: what it writes is what publishing would have written."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, Max
from wagtail.models import Page

from blogs import cards
from blogs.models import BlogCard, BlogIndexPage, BlogPage, BlogPostPage, PostCard, PostImage
from core import holes
from members.seeding.forms import content_of

PASSWORD = "Seeds-for-a-test-1"


@pytest.fixture
def seeded(db) -> None:
    call_command("seed", posts=60, blogs=20, pictures=1, password=PASSWORD, verbosity=0)


class TestSeed:
    def test_leaves_a_tree_without_problems(self, seeded):
        assert not any(Page.find_problems())
        assert BlogIndexPage.objects.get().get_children().count() == 20

    def test_writes_the_cards_that_publishing_would_write(self, seeded):
        pages = [*BlogPage.objects.all(), *BlogPostPage.objects.all()]
        assert len(pages) == 80
        assert [page.slug for page in pages if not cards.is_true(page)] == []

    def test_writes_the_revisions_that_publishing_would_write(self, seeded):
        for post in BlogPostPage.objects.select_related("latest_revision"):
            content = dict(post.latest_revision.content)
            expected = content_of(post)
            for made_later in ("latest_revision", "live_revision"):
                content.pop(made_later), expected.pop(made_later)
            content["body"], expected["body"] = json.loads(content["body"]), json.loads(expected["body"])
            assert content == expected
            assert post.latest_revision_id == post.live_revision_id
            assert post.get_latest_revision_as_object().body == post.body

    def test_counts_truly(self, seeded):
        blogs = BlogCard.objects.annotate(newest=Max("posts__published_at"))
        for blog in blogs.annotate(rows=Count("posts", distinct=True), fans=Count("follows", distinct=True)):
            assert (blog.post_count, blog.follower_count, blog.newest_post_at) == (blog.rows, blog.fans, blog.newest)
        posts = PostCard.objects.annotate(
            like_rows=Count("likes", distinct=True), comment_rows=Count("comments", distinct=True)
        )
        for post in posts:
            assert (post.like_count, post.comment_count) == (post.like_rows, post.comment_rows)
        assert PostCard.objects.filter(like_count__gt=0).exists()
        assert PostCard.objects.filter(comment_count__gt=0).exists()

    def test_breaks_no_reference(self, seeded):
        connection.check_constraints()
        with_pictures = BlogPostPage.objects.exclude(feature_image=None).values_list("pk", "feature_image")
        assert set(with_pictures) == set(PostImage.objects.values_list("post", "image"))

    def test_gives_posts_that_can_be_read_and_written(self, seeded, sign_in, anyone):
        newest = anyone.get("feed/latest/")["items"][0]
        post = anyone.get(f"posts/{newest['id']}/")
        assert post["body"]
        owner = sign_in(post["author"]["username"], PASSWORD)
        changed = owner.patch(f"posts/{post['id']}/", json={"title": "Another title"})
        assert (changed["title"], changed["body"], changed["tags"]) == ("Another title", post["body"], post["tags"])
        assert owner.write("A new one", blog=post["blog"]["slug"])["status"] == "live"
        assert not any(Page.find_problems())

    def test_hides_the_posts_of_private_blogs(self, seeded, anyone):
        private = BlogCard.objects.get(is_private=True)
        shown = {post["blog"]["slug"] for post in anyone.get("feed/latest/", limit=100)["items"]}
        assert private.slug not in shown

    def test_can_be_run_again_for_more(self, seeded):
        call_command("seed", posts=10, blogs=2, pictures=1, verbosity=0)
        assert BlogPostPage.objects.count() == 70
        assert BlogPage.objects.count() == 22
        assert not any(Page.find_problems())

    def test_stores_documents_that_are_json(self, seeded):
        for card in PostCard.objects.all():
            json.loads(holes.fill(card.document, "null") + "}")
            json.loads("{" + holes.fill(card.detail, "null") + "}")
