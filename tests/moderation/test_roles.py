"""Roles: given by admins, in step with Wagtail's groups, written down, and never without an admin left."""

from __future__ import annotations

import pytest
from wagtail.models import ModelLogEntry

from accounts.models import User
from tests.client import Api, is_error


def in_step(user: User) -> bool:
    """Whether what Wagtail knows of a user is what his role calls for."""
    groups = set(user.groups.values_list("name", flat=True))
    return (
        user.is_superuser == user.is_staff == (user.role == "admin")
        and ("Moderators" in groups) == (user.role == "moderator")
    ) or (user.role == "admin" and user.is_superuser)


def entries() -> list[tuple]:
    """The changes of roles in the audit log, the first one first."""
    found = ModelLogEntry.objects.filter(action="accounts.role").order_by("timestamp", "pk").select_related("user")
    return [
        (entry.user and entry.user.username, entry.label, entry.data["before"], entry.data["after"]) for entry in found
    ]


class TestRoles:
    def test_are_in_step_with_groups_whatever_way_they_go(self, bob, admin):
        for role in ("moderator", "admin", "moderator", "user", "admin", "user"):
            assert admin.patch("users/bob/", json={"role": role})["role"] == role
            user = User.objects.get(username="bob")
            assert user.role == role
            assert in_step(user)

    def test_bite_on_the_next_request(self, bob, admin):
        bob.get("reports/", 403)
        admin.patch("users/bob/", json={"role": "moderator"})
        bob.get("reports/", 200)
        admin.patch("users/bob/", json={"role": "user"})
        bob.get("reports/", 403)

    def test_changes_are_in_the_audit_log_with_who_made_them(self, bob, admin):
        admin.patch("users/bob/", json={"role": "moderator"})
        admin.patch("users/bob/", json={"role": "moderator"})
        admin.patch("users/bob/", json={"role": "admin"})
        assert entries() == [("admin", "bob", "user", "moderator"), ("admin", "bob", "moderator", "admin")]
        entry = ModelLogEntry.objects.filter(action="accounts.role").earliest("timestamp")
        assert str(entry.formatter.format_message(entry)) == "Role changed from user to moderator"

    def test_changes_through_groups_are_in_the_audit_log_too(self, bob):
        from django.contrib.auth.models import Group

        User.objects.get(username="bob").groups.add(Group.objects.get(name="Moderators"))
        assert entries() == [(None, "bob", "user", "moderator")]

    def test_of_the_last_admin_stays(self, admin, bob):
        is_error(admin.call("PATCH", "users/admin/", json={"role": "user"}), 403)
        is_error(admin.call("DELETE", "users/admin/"), 403)
        is_error(admin.call("POST", "me/delete/", json={"password": admin.password}), 409, "last_admin")

    def test_of_the_last_admin_who_is_not_blocked_stays(self, admin, bob):
        admin.patch("users/bob/", json={"role": "admin"})
        admin.put("users/bob/block/", json={"until": None})
        is_error(admin.call("POST", "me/delete/", json={"password": admin.password}), 409, "last_admin")


@pytest.mark.usefixtures("transactional_db")
class TestTwoAdmins:
    @pytest.fixture
    def second(self, admin, register, sign_in) -> Api:
        register("second")
        admin.patch("users/second/", json={"role": "admin"})
        return sign_in("second")

    def assert_one_is_left(self, statuses: list) -> None:
        assert min(statuses) in (200, 204), statuses
        assert max(statuses) in (401, 403, 409), statuses
        assert User.objects.filter(role="admin", is_active=True, blocked_at=None).count() == 1

    def test_who_demote_each_other_leave_one(self, admin, second, at_once):
        def call(caller: Api, name: str):
            return lambda: caller.call("PATCH", f"users/{name}/", json={"role": "user"}).status_code

        self.assert_one_is_left(at_once(call(admin, "second"), call(second, "admin")))

    def test_who_delete_each_other_leave_one(self, admin, second, at_once):
        def call(caller: Api, name: str):
            return lambda: caller.call("DELETE", f"users/{name}/").status_code

        self.assert_one_is_left(at_once(call(admin, "second"), call(second, "admin")))

    def test_of_whom_one_blocks_and_one_demotes_leave_one(self, admin, second, at_once):
        def block():
            return admin.call("PUT", "users/second/block/", json={"until": None}).status_code

        def demote():
            return second.call("PATCH", "users/admin/", json={"role": "user"}).status_code

        self.assert_one_is_left(at_once(block, demote))

    def test_who_leave_at_once_leave_one(self, admin, second, at_once):
        def leave(caller: Api):
            return lambda: caller.call("POST", "me/delete/", json={"password": caller.password}).status_code

        self.assert_one_is_left(at_once(leave(admin), leave(second)))
