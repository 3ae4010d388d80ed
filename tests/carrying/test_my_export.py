"""`GET me/export/`."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
import yaml
from django.core import mail
from django.core.files.storage import storages
from django.test import TestCase
from django.utils import timezone

from accounts.models import User
from media.storing import FILES
from members.exporting import accounts
from members.models import AccountExport
from tests.client import Api, is_error


def unzip(response) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def export_of(api: Api) -> dict[str, bytes]:
    return unzip(api.get("me/export/"))


def load(files: dict[str, bytes], name: str):
    return json.loads(files[name])


class TestExport:
    def test_is_for_who_is_signed_in(self, anyone):
        is_error(anyone.call("GET", "me/export/"), 401)

    def test_is_a_private_zip(self, alice):
        response = alice.get("me/export/")
        assert response.headers["Content-Type"] == "application/zip"
        assert response.headers["Cache-Control"] == "private, no-store"
        assert re.fullmatch(r'attachment; filename="alice-[\d-]+\.zip"', response.headers["Content-Disposition"])
        assert alice.call("HEAD", "me/export/").status_code == 200
        is_error(alice.call("GET", "me/export/?format=rar"), 400)

    def test_holds_account_posts_pictures_and_files(self, alice, picture):
        photo = alice.upload(picture(), "sea.jpg", title="The sea", alt="Waves")
        body = [
            {"type": "heading", "value": {"level": 2, "text": "On the shore"}},
            {"type": "image", "value": {"image": photo["id"], "caption": "In May", "alt": ""}},
            {"type": "gallery", "value": [photo["id"]]},
        ]
        alice.write("A day: at sea", body=body, tags=["Travel"], intro="Wind.", feature_image=photo["id"])
        alice.write("Not yet", status="draft")
        alice.post("files/", data={"comment": "mine"}, files=[("file", ("report.pdf", b"%PDF-1.4 text"))])
        alice.patch("me/", json={"bio": "Sails."})
        files = export_of(alice)
        assert load(files, "user.json")["bio"] == "Sails."
        assert "password" not in files["user.json"].decode()
        [image] = load(files, "images.json")
        assert (image["title"], image["alt"], image["file"]) == ("The sea", "Waves", "images/0001-the-sea.jpg")
        assert files[image["file"]].startswith(b"\xff\xd8\xff")
        [file] = load(files, "files.json")
        assert (file["name"], files[file["file"]]) == ("report.pdf", b"%PDF-1.4 text")
        post = load(files, "blogs/alice/posts/a-day-at-sea.json")
        assert [block["value"] for block in post["body"]][1:] == [
            {"image": image["file"], "caption": "In May", "alt": ""},
            [image["file"]],
        ]
        _, front, markdown = files["blogs/alice/posts/a-day-at-sea.md"].decode().split("---\n", 2)
        front = yaml.safe_load(front)
        assert (front["title"], front["tags"], front["description"]) == ("A day: at sea", ["Travel"], "Wind.")
        assert "## On the shore" in markdown
        assert '![Waves](../../../images/0001-the-sea.jpg "In May")' in markdown
        assert load(files, "blogs/alice/posts/not-yet.json")["status"] == "draft"

    def test_holds_the_draft_of_a_live_post_beside_it(self, alice):
        post = alice.write("First", markdown="Old text.")
        alice.patch(f"posts/{post['id']}/", json={"markdown": "New text.", "status": "draft"})
        known = load(export_of(alice), "blogs/alice/posts/first.json")
        assert known["body"][0]["value"] == "<p>Old text.</p>"
        assert known["draft"]["body"][0]["value"] == "<p>New text.</p>"

    def test_holds_nothing_of_others(self, alice, bob, picture):
        bob.upload(picture(), "secret.jpg", title="Bobs secret picture")
        post = bob.write("Of Bob", markdown="Bobs secret text")
        alice.put(f"posts/{post['id']}/like/")
        alice.put("blogs/bob/follow/")
        said = alice.post(f"posts/{post['id']}/comments/", json={"body": "Words of Alice"})
        bob.post(f"posts/{post['id']}/comments/", json={"body": "Bobs secret reply", "parent": said["id"]})
        files = export_of(alice)
        everything = b"".join(files.values())
        assert b"secret" not in everything
        assert b"bob@example.com" not in everything
        [comment] = load(files, "comments.json")
        assert (comment["body"], comment["post"]) == ("Words of Alice", "bob/of-bob")
        assert [like["post"] for like in load(files, "likes.json")] == ["bob/of-bob"]
        assert [follow["blog"] for follow in load(files, "follows.json")] == ["bob"]

    def test_names_no_post_that_the_user_may_not_see_any_more(self, alice, bob):
        post = bob.write("Of Bob")
        alice.put(f"posts/{post['id']}/like/")
        alice.post(f"posts/{post['id']}/comments/", json={"body": "Words of Alice"})
        bob.patch("blogs/bob/", json={"is_private": True})
        files = export_of(alice)
        assert load(files, "likes.json") == []
        [comment] = load(files, "comments.json")
        assert (comment["body"], comment["post"], comment["url"]) == ("Words of Alice", None, None)

    def test_keeps_odd_names_of_files_within_the_zip(self, alice):
        for name in ("../../etc/passwd", "a\\b:c?.txt", ".hidden", "ж" * 200 + ".txt"):
            alice.post("files/", files=[("file", (name, b"x"))])
        for name in export_of(alice):
            assert not name.startswith("/")
            assert ".." not in name.split("/")
            assert len(name.rpartition("/")[2].encode()) <= 255
            assert not set('\\:?*"<>|') & set(name)

    def test_is_limited(self, alice, settings):
        settings.RATE_LIMITS = True
        for _ in range(10):
            export_of(alice)
        response = alice.call("GET", "me/export/")
        assert is_error(response, 429)
        assert int(response.headers["Retry-After"]) > 0

    def test_costs_a_number_of_queries_that_grows_only_with_posts(self, alice, django_assert_max_num_queries):
        for number in range(3):
            alice.write(f"Post {number}")
        with django_assert_max_num_queries(75):
            export_of(alice)


class TestLargeAccount:
    @pytest.fixture(autouse=True)
    def _small_bounds(self, monkeypatch):
        monkeypatch.setattr(accounts, "MOST_POSTS_AT_ONCE", 0)

    def link(self) -> str:
        [letter] = [letter for letter in mail.outbox if "ready" in letter.subject]
        assert letter.to == ["alice@example.com"]
        return re.search(r"https?://\S+/exports/\S+", letter.body)[0]

    def test_is_built_apart_and_comes_by_mail(self, alice, anyone):
        alice.write("A post of Alice")
        assert alice.get("me/export/", 202).content == b""
        alice.get("me/export/", 202)
        files = unzip(anyone.get(self.link()))
        assert "blogs/alice/posts/a-post-of-alice.md" in files

    def test_has_a_link_for_a_day_only(self, alice, anyone, settings, monkeypatch):
        alice.write("A post of Alice")
        alice.get("me/export/", 202)
        link = self.link()
        anyone.get(f"{link[:-3]}x/", 404)
        later = timezone.now().timestamp() + 86_401
        with monkeypatch.context() as patched:
            patched.setattr("django.core.signing.time.time", lambda: later)
            anyone.get(link, 404)
        anyone.get(link)

    def test_leaves_nothing_behind_when_the_day_is_over(self, alice, anyone):
        alice.write("A post of Alice")
        alice.get("me/export/", 202)
        link = self.link()
        key = AccountExport.objects.get().key
        assert storages[FILES].exists(key)
        AccountExport.objects.update(ready_at=timezone.now() - accounts.KEPT * 2)
        with TestCase.captureOnCommitCallbacks(execute=True):
            accounts.forget_exports()
        assert not AccountExport.objects.exists()
        assert not storages[FILES].exists(key)
        anyone.get(link, 404)

    def test_goes_with_the_account(self, alice):
        alice.write("A post of Alice")
        alice.get("me/export/", 202)
        key = AccountExport.objects.get().key
        alice.post("me/delete/", 204, json={"password": alice.password})
        assert not storages[FILES].exists(key)

    def test_is_not_found_while_the_user_is_blocked(self, alice, anyone):
        alice.write("A post of Alice")
        alice.get("me/export/", 202)
        link = self.link()

        User.objects.filter(username="alice").update(blocked_at=timezone.now())
        anyone.get(link, 404)
