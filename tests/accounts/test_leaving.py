"""Deleting an account: one's own, or another's as an admin."""

import pytest

from accounts.models import Session, User
from blogs.models import BlogPage
from core import clock, outbox
from core.models import Event
from members import deletion
from tests.client import Api, is_error
from tests.conftest import PASSWORD


class TestLeaving:
    @pytest.mark.parametrize(("method", "path"), [("POST", "me/delete/"), ("DELETE", "me/")])
    def test_removes_the_account_and_its_blogs(self, alice, anyone, method, path):
        alice.call(method, path, expect=204, json={"password": PASSWORD})
        assert not User.objects.filter(username="alice").exists()
        assert not BlogPage.objects.filter(slug="alice").exists()
        assert not Session.objects.exists()
        is_error(alice.call("GET", "me/"), 401)
        is_error(anyone.call("GET", "users/alice/"), 404)
        is_error(anyone.call("POST", "auth/token/", json={"username": "alice", "password": PASSWORD}), 401)

    def test_needs_the_password(self, alice):
        for body in ({"password": "Wrong-password-1"}, {"password": ""}, {}, {"password": None}, {"password": [1]}):
            for method, path in (("POST", "me/delete/"), ("DELETE", "me/")):
                is_error(alice.call(method, path, json=body), 400, attr="password")
        alice.get("me/")

    def test_frees_name_and_address(self, alice, register):
        alice.delete("me/", json={"password": PASSWORD})
        register("Alice", email="alice@example.com")

    def test_is_not_for_the_last_admin(self, admin, register):
        from tests.servers.plugin import ADMIN_PASSWORD

        is_error(admin.call("POST", "me/delete/", json={"password": ADMIN_PASSWORD}), 409, "last_admin")
        register("dora")
        admin.patch("users/dora/", json={"role": "admin"})
        admin.post("me/delete/", 204, json={"password": ADMIN_PASSWORD})
        assert list(User.objects.filter(role="admin").values_list("username", flat=True)) == ["dora"]

    def test_goes_on_where_a_killed_process_left_off(self, alice, monkeypatch):
        def die(*args):
            raise KeyboardInterrupt

        with monkeypatch.context() as broken:
            broken.setattr(deletion, "_remove_blog", die)
            with pytest.raises(KeyboardInterrupt):
                alice.call("POST", "me/delete/", json={"password": PASSWORD})
        user = User.objects.get(username="alice")
        assert not user.is_active
        is_error(alice.call("GET", "me/"), 401)
        for path in ("users/alice/", "blogs/alice/"):
            is_error(Api().call("GET", path), 404)
        Event.objects.update(retry_at=clock.now())
        outbox.deliver_due()
        assert not User.objects.filter(username="alice").exists()
        assert not BlogPage.objects.filter(slug="alice").exists()
        deletion.remove_closed_account(user=user.pk)

    def test_takes_posts_comments_and_likes_along_and_leaves_stubs(self, alice, bob, charlie, anyone):
        post = bob.write("Bob's")["id"]
        mine = alice.write("Hers")["id"]
        answered = alice.post(f"posts/{post}/comments/", json={"body": "Answered"})["id"]
        charlie.post(f"posts/{post}/comments/", json={"body": "Answer", "parent": answered})
        alice.post(f"posts/{post}/comments/", json={"body": "Alone"})
        alice.put(f"posts/{post}/like/")
        bob.post(f"posts/{mine}/comments/", json={"body": "On hers"})
        alice.post("me/delete/", 204, json={"password": PASSWORD})
        assert anyone.get(f"posts/{post}/")["counts"] == {"likes": 0, "comments": 1, "replies": 0}
        items = anyone.get(f"posts/{post}/comments/?order=oldest")["items"]
        assert [(item["is_deleted"], item["body"], item["author"] is None) for item in items] == [
            (True, "", True),
            (False, "Answer", False),
        ]
        is_error(anyone.call("GET", f"posts/{mine}/"), 404)
        is_error(anyone.call("GET", "blogs/alice/"), 404)
        from wagtail.models import Page

        assert not any(Page.find_problems())

    def test_takes_images_and_files_along(self, alice, picture):
        from media.models import Image

        alice.upload(picture())
        [image] = Image.objects.all()
        storage, name = image.file.storage, image.file.name
        alice.post("me/delete/", 204, json={"password": PASSWORD})
        assert not Image.objects.exists()
        assert not storage.exists(name)


class TestDeletingAUser:
    def test_is_for_admins(self, alice, bob, moderator, admin, anyone):
        is_error(anyone.call("DELETE", "users/bob/"), 401)
        is_error(anyone.call("DELETE", "users/nobody/"), 401)
        for actor in (alice, moderator, bob):
            is_error(actor.call("DELETE", "users/bob/"), 403)
        admin.delete("users/bob/")
        is_error(admin.call("GET", "users/bob/"), 404)
        is_error(admin.call("DELETE", "users/bob/"), 404)
        is_error(bob.call("GET", "me/"), 401)

    def test_is_not_for_oneself(self, admin):
        is_error(admin.call("DELETE", "users/admin/"), 403, "own_account")
