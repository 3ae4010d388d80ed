"""`manage.py demo`."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import TestCase

from accounts.models import User
from blogs import cards
from blogs.models import BlogPage, BlogPostPage, Follow
from media.models import Image
from members.demo import staging
from members.demo.cast import read_cast
from members.demo.pictures import KINDS, picture, portrait
from social.models import Comment, Like

PASSWORD = "Demo-for-a-test-1"


@pytest.fixture
def short_cast(monkeypatch, db):
    """Two authors with a few posts, and small pictures, so that the test takes seconds."""
    cast = [author for author in read_cast() if author.username in ("sofia", "devraman")]
    people = {author.username for author in cast}
    cast = [
        type(author)(
            author.username,
            author.name,
            author.bio,
            [
                type(blog)(
                    **{
                        **vars(blog),
                        "posts": [
                            type(post)(
                                **{**vars(post), "comments": [said for said in post.comments if said.author in people]}
                            )
                            for post in (blog.posts[:1] + blog.posts[-1:])
                        ],
                    }
                )
                for blog in author.blogs
            ],
        )
        for author in cast
    ]
    monkeypatch.setattr(staging, "read_cast", lambda: cast)
    monkeypatch.setattr(staging, "picture", lambda seed, kind: picture(seed, kind=kind, size=(320, 200)))
    monkeypatch.setattr(staging, "LIKED", (1, 2))
    monkeypatch.setattr(staging, "FOLLOWED", 1)


def counts() -> list[int]:
    return [model.objects.count() for model in (User, BlogPage, BlogPostPage, Image, Comment, Like, Follow)]


def run_demo() -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        call_command("demo", password=PASSWORD)


@pytest.mark.usefixtures("short_cast")
class TestDemo:
    def test_can_be_run_again_without_adding_anything(self, sign_in, anyone):
        run_demo()
        before = counts()
        run_demo()
        assert counts() == before
        assert all(before)

    def test_shows_as_what_it_is(self, sign_in, anyone):
        run_demo()
        feed = anyone.get("feed/latest/", limit=100)["items"]
        assert {post["blog"]["slug"] for post in feed} == {"the-slow-carriage", "small-programs"}
        assert all(post["feature_image"]["renditions"]["small"] and post["author"]["avatar"] for post in feed)
        assert feed == sorted(feed, key=lambda post: post["published_at"], reverse=True)
        assert len(sign_in("sofia", PASSWORD).get("me/posts/")["items"]) == 4
        assert all(cards.is_true(page) for page in [*BlogPage.objects.all(), *BlogPostPage.objects.all()])

    def test_sends_no_mail_to_people_who_do_not_exist(self):
        run_demo()
        assert mail.outbox == []


class TestCast:
    def test_is_a_dozen_authors_with_about_sixty_posts(self):
        cast = read_cast()
        blogs = [blog for author in cast for blog in author.blogs]
        posts = [post for blog in blogs for post in blog.posts]
        assert len(cast) == 12
        assert len(blogs) == 14
        assert sum(blog.is_private for blog in blogs) == 2
        assert 55 <= len(posts) <= 65
        assert {post.picture for post in posts} <= set(KINDS)
        names = {author.username for author in cast}
        assert {said.author for post in posts for said in post.comments} <= names

    def test_uses_blocks_of_every_kind(self):
        text = "\n".join(post.body for author in read_cast() for blog in author.blogs for post in blog.posts)
        assert all(sign in text for sign in ("\n## ", "\n> ", "```", "\n---\n", "![", "<iframe", "| --- |"))


class TestPictures:
    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_are_the_same_for_the_same_seed_only(self, kind):
        size = (160, 100)
        assert picture("one", kind=kind, size=size) == picture("one", kind=kind, size=size)
        assert picture("one", kind=kind, size=size) != picture("two", kind=kind, size=size)

    def test_portraits_are_too(self):
        assert portrait("one") == portrait("one") != portrait("two")
