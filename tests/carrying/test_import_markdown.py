"""`manage.py import_markdown`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import CommandError

from accounts.models import User
from blogs import cards
from blogs.models import BlogPage, BlogPostPage, Follow
from media.models import Image
from members.importing import carrying
from members.models import ImportedThing
from social.models import Notification
from tests.carrying.commands import run

YAML = """---
title: "Hello: world"
author: Grace Hopper
date: 2020-05-06T07:08:09+02:00
tags: [Compilers, "Nano seconds"]
description: How it began.
aliases: [/old/hello.html]
---
A **bold** start, with ![a cat](pictures/cat.jpg "Tom") and ![none](gone.png).

See [the next](../next.md).
"""
TOML = """+++
path = "2021/02/03/second"
title = "Second"
authors = ["Grace Hopper", "Ada"]
+++
Text.
"""


@pytest.fixture
def folder(tmp_path, picture):
    """A small site of Markdown files."""
    folder = tmp_path / "site"
    (folder / "pictures").mkdir(parents=True)
    (folder / "pictures" / "cat.jpg").write_bytes(picture())
    (folder / "hello.md").write_text(YAML)
    (folder / "second.md").write_text(TOML)
    return folder


def counts() -> list[int]:
    return [model.objects.count() for model in (User, BlogPage, BlogPostPage, Image, ImportedThing)]


@pytest.mark.django_db
class TestImport:
    def test_makes_posts_with_authors_dates_tags_and_pictures(self, folder, anyone):
        said = run("import_markdown", folder)
        second, hello = anyone.get("posts/")["items"]
        assert (hello["title"], hello["slug"], hello["intro"]) == ("Hello: world", "hello", "How it began.")
        assert hello["published_at"] == hello["updated_at"] == "2020-05-06T05:08:09Z"
        assert hello["tags"] == ["Compilers", "Nano seconds"]
        assert (hello["author"]["name"], hello["blog"]["slug"]) == ("Grace Hopper", "grace-hopper")
        assert second["published_at"] == "2021-02-03T00:00:00Z"
        post = anyone.get(f"posts/{hello['id']}/")
        [image] = [block["value"] for block in post["body"] if block["type"] == "image"]
        assert (image["alt"], image["caption"], len(post["images"])) == ("a cat", "Tom", 1)
        assert "2 posts" in said
        assert "picture not carried: gone.png (there is no such file)" in said
        assert "not named as such: Ada" in said
        assert "link that leads nowhere without --url: ../next.md" in said
        assert all(cards.is_true(page) for page in [*BlogPage.objects.all(), *BlogPostPage.objects.all()])

    def test_leads_old_addresses_to_the_posts(self, folder, anyone):
        run("import_markdown", folder)
        for old in ("/old/hello.html", "/2021/02/03/second/", "/2021/02/03/second"):
            response = anyone.get(old, 301)
            anyone.get(response.headers["Location"], 200)

    def test_leads_nobody_to_a_post_he_may_not_see(self, folder, anyone):
        run("import_markdown", folder)
        blog = BlogPage.objects.get(slug="grace-hopper")
        blog.is_private = True
        blog.save_revision().publish()
        assert "Location" not in anyone.get("/old/hello.html", 404).headers

    def test_publishes_where_others_need_a_review(self, folder, anyone, settings):
        settings.POSTS_REQUIRE_REVIEW = True
        run("import_markdown", folder)
        assert len(anyone.get("posts/")["items"]) == 2

    def test_changes_nothing_when_it_is_repeated(self, folder):
        run("import_markdown", folder)
        before = counts()
        said = run("import_markdown", folder)
        assert counts() == before
        assert "2 posts that were there already" in said

    def test_goes_on_where_it_was_cut_off(self, folder, monkeypatch, anyone):
        written = carrying.create_post
        monkeypatch.setattr(
            carrying, "create_post", lambda **given: 1 / 0 if given["slug"] == "second" else written(**given)
        )
        with pytest.raises(ZeroDivisionError):
            run("import_markdown", folder)
        assert [post["slug"] for post in anyone.get("posts/")["items"]] == ["hello"]
        monkeypatch.undo()
        run("import_markdown", folder)
        assert [post["slug"] for post in anyone.get("posts/")["items"]] == ["second", "hello"]
        assert Image.objects.count() == 1

    def test_says_what_would_happen_and_does_nothing(self, folder):
        before = counts()
        said = run("import_markdown", folder, "--dry-run")
        assert counts() == before
        assert "Would be brought: 1 authors, 1 pictures, 2 posts" in said
        assert "gone.png" in said

    def test_keeps_drafts_and_what_is_of_the_future(self, folder, anyone):
        later = datetime.now(UTC) + timedelta(days=3)
        (folder / "draft.md").write_text("---\ntitle: Draft\ndraft: true\n---\nText.")
        (folder / "later.md").write_text(f"---\ntitle: Later\ndate: {later.isoformat()}\n---\nText.")
        run("import_markdown", folder)
        assert {post["title"] for post in anyone.get("posts/")["items"]} == {"Hello: world", "Second"}
        later_page = BlogPostPage.objects.get(slug="later")
        assert (later_page.card.status, BlogPostPage.objects.get(slug="draft").card.status) == ("scheduled", "draft")

    def test_reads_pictures_in_the_folder_only(self, folder, picture):
        (folder.parent / "secret.jpg").write_bytes(picture())
        (folder / "spy.md").write_text("---\ntitle: Spy\n---\n![a](../secret.jpg) ![b](/../secret.jpg)")
        (folder / "pictures" / "link.jpg").symlink_to(folder.parent / "secret.jpg")
        (folder / "spy2.md").write_text("---\ntitle: Spy2\n---\n![a](pictures/link.jpg)")
        said = run("import_markdown", folder)
        assert said.count("there is no such file") == 4
        assert Image.objects.count() == 1

    def test_reports_broken_files_and_fails(self, folder):
        (folder / "plain.md").write_text("No head.")
        (folder / "broken.md").write_text("---\ntitle: [\n---\nText.")
        (folder / "latin.md").write_bytes(b"---\ntitle: \xe9\n---\n")
        (folder / "list.md").write_text("---\n- a\n---\nText")
        said = run("import_markdown", folder)
        assert said.count("not carried: ") >= 4
        assert "exit 1" in said
        assert "2 posts" in said

    def test_tells_nobody(self, folder, alice, bob):
        bob.put("blogs/alice/follow/")
        User.objects.filter(username="bob").update(email_confirmed_at=datetime.now(UTC))
        mail.outbox.clear()
        (folder / "today.md").write_text(
            f"---\ntitle: Now\nauthor: Alice\ndate: {datetime.now(UTC).isoformat()}\n---\nText."
        )
        run("import_markdown", folder, "--author", "Alice=alice")
        assert bob.get("feed/home/")["items"][0]["title"] == "Now"
        assert not mail.outbox
        assert not Notification.objects.filter(recipient__username="bob").exists()
        assert Follow.objects.count() == 1


@pytest.mark.django_db
class TestAuthors:
    def test_never_take_over_an_account(self, folder, register, anyone):
        register("grace-hopper", name="Grace Hopper")
        run("import_markdown", folder)
        [post] = anyone.get("posts/", author="grace-hopper-2", tag="Compilers")["items"]
        assert post["author"]["username"] == "grace-hopper-2"

    def test_can_be_given_to_users_who_are_here(self, folder, alice, anyone):
        alice.post("blogs/", json={"title": "Notes", "slug": "notes"})
        run("import_markdown", folder, "--author", "Grace Hopper=alice/notes")
        assert len(anyone.get("posts/", blog="notes")["items"]) == 2
        assert not User.objects.filter(username="grace-hopper").exists()

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ("Grace Hopper=nobody-here", "there is no user nobody-here"),
            ("Grace Hopper=alice/none", "alice has no blog none"),
            ("Linus=alice", "there is no author Linus"),
            ("alice", "write NAME=USERNAME"),
        ],
    )
    def test_are_given_to_nobody_by_mistake(self, folder, alice, given, says):
        with pytest.raises(CommandError, match=says):
            run("import_markdown", folder, "--author", given)
        assert not ImportedThing.objects.exists()

    def test_have_no_password_until_they_choose_one(self, folder, anyone):
        run("import_markdown", folder)
        user = User.objects.get(username="grace-hopper")
        assert not user.has_usable_password()
        assert not mail.outbox
        anyone.post("auth/token/", 401, json={"username": "grace-hopper", "password": "!"})
        User.objects.filter(pk=user.pk).update(email="grace@example.org")
        anyone.post("auth/password/reset/", 202, json={"email": "grace@example.org"})
        assert [letter.to for letter in mail.outbox] == [["grace@example.org"]]


class TestFrontMatter:
    @pytest.mark.parametrize(
        ("head", "expected"),
        [
            ("---\ntitle: A\ntags: a, b\n---\n", ["a", "b"]),
            ("---\r\ntitle: A\r\ntags: [a, b]\r\n---\r\n", ["a", "b"]),
            ("+++\ntitle = 'A'\n[taxonomies]\ntags = ['a', 'b']\n+++\n", ["a", "b"]),
            ('{"title": "A", "tags": ["a", "b"]}\n', ["a", "b"]),
            ("\ufeff---\nTitle: A\nkeywords: [a]\ncategories: b\n---\n", ["a", "b"]),
        ],
    )
    @pytest.mark.django_db
    def test_is_read_in_many_forms(self, tmp_path, head, expected, anyone):
        (tmp_path / "2019-03-04-post.md").write_text(f"{head}\nText.", newline="")
        run("import_markdown", tmp_path)
        [post] = anyone.get("posts/")["items"]
        assert (post["title"], sorted(post["tags"])) == ("A", expected)
        assert (post["slug"], post["published_at"]) == ("post", "2019-03-04T00:00:00Z")
