"""Users in the admin: for admins only, with roles in place of flags, and our services behind every button."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User


@pytest.fixture
def alices_page(alice) -> str:
    return reverse("wagtailusers_users:edit", args=(User.objects.get(username="alice").pk,))


NEW = {
    "username": "newbie",
    "email": "new@example.com",
    "name": "New",
    "role": "user",
    "password1": "A-g00d-password",
    "password2": "A-g00d-password",
}


class TestUsers:
    def test_are_there_for_admins_only(self, author, reviewer, chief):
        chief.get("/admin/users/")
        for other in (author, reviewer):
            other.get("/admin/users/", 404)

    def test_can_be_searched_and_filtered(self, chief, alice, bob):
        found = chief.get("/admin/users/", q="Alice").content
        assert b"alice@example.com" in found
        assert b"bob@example.com" not in found
        assert b"alice@example.com" not in chief.get("/admin/users/", role="admin").content
        assert b"alice@example.com" in chief.get("/admin/users/", blocked="false").content
        assert b"alice@example.com" not in chief.get("/admin/users/", blocked="true").content

    def test_added_get_a_first_blog(self, chief, anyone):
        chief.post(reverse("wagtailusers_users:add"), NEW, 302)
        assert [blog["slug"] for blog in anyone.get("users/newbie/")["blogs"]] == ["newbie"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"username": "admin"},
            {"username": "ADMIN"},
            {"email": "admin@example.com"},
            {"password2": "x"},
            {"password1": "short", "password2": "short"},
            {"role": "king"},
        ],
    )
    def test_added_are_checked_as_in_the_api(self, chief, wrong):
        assert chief.post(reverse("wagtailusers_users:add"), {**NEW, **wrong}, 200).context["form"].errors
        assert not User.objects.filter(username="newbie").exists()

    def test_can_become_moderators_and_back(self, chief, alices_page):
        for role, groups in (
            ("moderator", {"Authors", "Moderators"}),
            ("admin", {"Authors", "Moderators"}),
            ("user", {"Authors"}),
        ):
            chief.post(alices_page, {"name": "Alice", "bio": "", "role": role}, 302)
            alice = User.objects.get(username="alice")
            assert (alice.role, alice.is_superuser) == (role, role == "admin")
            assert "Authors" in set(alice.groups.values_list("name", flat=True)) <= groups

    def test_cannot_change_their_own_role(self, chief):
        own = reverse("wagtailusers_users:edit", args=(User.objects.get(username="admin").pk,))
        chief.post(own, {"name": "Boss", "bio": "", "role": "user"}, 302)
        assert User.objects.get(username="admin").role == "admin"

    def test_get_a_new_password_that_ends_their_sessions(self, chief, alice, alices_page):
        new = "Fr0m-the-admin-now"
        chief.post(alices_page, {"name": "A", "bio": "", "role": "user", "password1": new, "password2": new}, 302)
        alice.get("me/", 401)

    def test_are_deleted_with_everything(self, chief, alice, anyone):
        alice.write("Gone soon")
        chief.post(reverse("wagtailusers_users:delete", args=(User.objects.get(username="alice").pk,)), {}, 302)
        assert not User.objects.filter(username="alice").exists()
        anyone.get("blogs/alice/", 404)
        assert anyone.get("feed/latest/")["items"] == []

    def test_are_not_deleted_in_bulk(self, chief, alice):
        chief.client.post("/admin/bulk/accounts/user/delete/?id=2", {})
        assert User.objects.filter(username="alice").exists()
