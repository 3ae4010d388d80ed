"""A preview leads a frontend to the post as its author types it, for an hour, and nobody else to anything."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from blogs import preview_tokens
from blogs.models import BlogPostPage, PostPreview
from core import clock
from tests.admin.browser import Admin, post_form, rich_text
from tests.client import Api, is_error

FRONTEND = "https://blog.example"


@pytest.fixture
def frontend(settings) -> str:
    """A frontend of its own."""
    settings.FRONTEND_URL = FRONTEND
    return FRONTEND


def type_in(author: Admin, *, post: int | None = None, **fields) -> str:
    """Type something into the editor and look at the preview; gives the page that it shows."""
    place = (
        reverse("wagtailadmin_pages:preview_on_edit", args=(post,))
        if post
        else reverse("wagtailadmin_pages:preview_on_add", args=("blogs", "blogpostpage", author.blog.pk))
    )
    assert author.post(place, post_form(**fields), 200).json()["is_available"]
    return author.get(f"{place}?in_preview_panel=true").content.decode()


def token_in(page: str) -> str:
    [address] = re.findall(r'"([^"]*[?&](?:amp;)?token=[^"]*)"', page)
    [token] = parse_qs(urlsplit(unescape(address)).query)["token"]
    return token


def read(anyone: Api, token: str):
    return anyone.call("GET", "preview/", params={"token": token})


class TestPreview:
    def test_of_a_post_that_was_never_saved_is_a_post(self, author, anyone, picture):
        image = author.api.upload(picture())
        body = [("paragraph", rich_text("Unsaved words.")), ("gallery", [image["id"]])]
        token = token_in(type_in(author, title="Not saved", intro="Intro", body=body, tags="ink"))
        answer = read(anyone, token)
        post = answer.json()
        assert (post["id"], post["title"], post["intro"], post["tags"]) == (None, "Not saved", "Intro", ["ink"])
        assert post["status"] == "draft"
        assert [block["type"] for block in post["body"]] == ["paragraph", "gallery"]
        assert post["images"][0]["url"] == image["url"]
        assert post["author"]["username"] == author.api.username
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert not BlogPostPage.objects.exists()
        written = author.api.write("Written")
        assert set(post) == set(anyone.get(f"posts/{written['id']}/"))

    def test_shows_by_the_same_token_what_is_typed_next(self, author, anyone):
        post = author.api.write("Public")
        token = token_in(type_in(author, post=post["id"], title="First thought", slug=post["slug"]))
        assert read(anyone, token).json()["title"] == "First thought"
        newer = token_in(type_in(author, post=post["id"], title="Second thought", slug=post["slug"]))
        assert read(anyone, token).json()["title"] == read(anyone, newer).json()["title"] == "Second thought"
        assert anyone.get(f"posts/{post['id']}/")["title"] == "Public"
        assert PostPreview.objects.count() == 1

    def test_of_a_live_post_tells_where_it_stands(self, author, anyone, bob):
        post = author.api.write("Public")
        bob.put(f"posts/{post['id']}/like/")
        shown = read(anyone, token_in(type_in(author, post=post["id"], title="Typing", slug=post["slug"]))).json()
        assert (shown["id"], shown["status"], shown["counts"]["likes"]) == (post["id"], "live", 1)
        assert shown["published_at"] == post["published_at"]

    def test_gives_the_body_in_the_form_asked_for(self, author, anyone):
        token = token_in(type_in(author, title="Forms", body=[("paragraph", rich_text("Words."))]))
        assert anyone.get("preview/", token=token, body="html")["body"] == "<p>Words.</p>"
        anyone.get("preview/", 404, token=token, body="pdf")

    def test_of_an_earlier_version_leaves_the_editor_its_own(self, author, anyone):
        post = author.api.write("One")
        author.api.patch(f"posts/{post['id']}/", json={"title": "Two"})
        first = author.api.get(f"posts/{post['id']}/revisions/")["items"][-1]["id"]
        typed = token_in(type_in(author, post=post["id"], title="Three", slug="one"))
        place = reverse("wagtailadmin_pages:revisions_view", args=(post["id"], first))
        seen = token_in(author.get(place).content.decode())
        assert read(anyone, seen).json()["title"] == "One"
        assert read(anyone, typed).json()["title"] == "Three"


class TestPreviewWithAFrontend:
    def test_shows_the_frontend_with_the_token(self, author, anyone, frontend):
        place = reverse("wagtailadmin_pages:preview_on_add", args=("blogs", "blogpostpage", author.blog.pk))
        author.post(place, post_form(title="Framed"), 200)
        answer = author.get(place)
        page = answer.content.decode()
        assert f'<iframe src="{frontend}/?content_type=blogs.blogpostpage&amp;token=' in page
        assert f"frame-src {frontend};" in answer.headers["Content-Security-Policy"]
        assert "no-store" in answer.headers["Cache-Control"]
        assert read(anyone, token_in(page)).json()["title"] == "Framed"

    def test_takes_the_address_as_the_frontend_got_it(self, author, anyone, frontend):
        token = token_in(type_in(author, title="Framed"))
        anyone.get("preview/", token=token, content_type="blogs.blogpostpage")


class TestTokenThatIsNoGood:
    @pytest.fixture
    def token(self, author) -> str:
        self.post = author.api.write("Public")
        return token_in(type_in(author, post=self.post["id"], title="Typing", slug="public"))

    @pytest.mark.parametrize("odd", ["", "x", "1", "1:2", "1:2:3", "\x00", "ä", "9" * 30, "x" * 5000, "1:1:abc"])
    def test_because_it_is_none(self, anyone, odd):
        is_error(read(anyone, odd), 404, "not_found")
        is_error(anyone.call("GET", "preview/"), 404, "not_found")

    def test_because_one_byte_is_another(self, anyone, token):
        for place in range(len(token)):
            other = token[:place] + ("x" if token[place] != "x" else "y") + token[place + 1 :]
            is_error(read(anyone, other), 404, "not_found")

    def test_after_an_hour(self, anyone, token, monkeypatch):
        now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=59))
        read(anyone, token).json()["id"]
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=61))
        is_error(read(anyone, token), 404, "not_found")
        preview_tokens.prune()
        assert not PostPreview.objects.exists()

    def test_because_the_post_is_deleted(self, author, anyone, token):
        author.api.delete(f"posts/{self.post['id']}/")
        is_error(read(anyone, token), 404, "not_found")
        assert not PostPreview.objects.exists()

    def test_because_the_blog_of_a_new_post_is_deleted(self, author, anyone):
        token = token_in(type_in(author, title="New"))
        author.api.delete(f"blogs/{author.api.blog}/")
        is_error(read(anyone, token), 404, "not_found")

    def test_while_its_author_is_blocked(self, author, anyone, token):
        user = author.blog.owner
        type(user).objects.filter(pk=user.pk).update(blocked_at=clock.now())
        is_error(read(anyone, token), 404, "not_found")
        type(user).objects.filter(pk=user.pk).update(blocked_at=None)
        assert read(anyone, token).json()["title"] == "Typing"

    def test_while_the_blog_is_blocked(self, author, anyone, token):
        card = author.blog.card
        for given in (token, token_in(type_in(author, title="New"))):
            type(card).objects.filter(pk=card.pk).update(blocked_at=clock.now())
            is_error(read(anyone, given), 404, "not_found")
            type(card).objects.filter(pk=card.pk).update(blocked_at=None)

    def test_because_the_account_is_gone(self, author, anyone, token):
        author.api.post("me/delete/", 204, json={"password": author.api.password})
        is_error(read(anyone, token), 404, "not_found")

    def test_because_it_is_of_another_key(self, anyone, token, settings):
        settings.SECRET_KEY = "another-key-that-is-as-long-as-it-has-to-be"
        is_error(read(anyone, token), 404, "not_found")
