"""users/: finding users, one user, and roles."""

import pytest
from django.contrib.auth.models import Group

from accounts.models import User
from core import clock
from tests.client import Api, is_error

PUBLIC = {"username", "name", "avatar", "bio", "joined_at", "blogs"}


class TestAUser:
    def test_shows_everybody_the_public_part(self, alice, bob, anyone):
        for api in (anyone, bob, alice):
            user = api.get("users/ALICE/")
            assert set(user) == PUBLIC
            assert user["blogs"] == [{"slug": "alice", "title": "Alice Adams", "avatar": None}]
        assert "alice@example.com" not in str(anyone.get("users/alice/"))

    def test_shows_moderators_and_admins_more(self, alice, moderator, admin):
        more = {"role", "email", "is_blocked", "block"}
        assert set(moderator.get("users/alice/")) == PUBLIC | more
        user = admin.get("users/alice/")
        assert set(user) == PUBLIC | more | {"storage"}
        assert user["role"] == "user"
        assert user["is_blocked"] is False
        assert user["block"] is None

    def test_who_is_blocked_is_there_for_staff_only(self, alice, bob, moderator, anyone):
        User.objects.filter(username="alice").update(blocked_at=clock.now(), block_reason="spam")
        never = anyone.call("GET", "users/nobody/").content
        for api in (anyone, bob):
            answer = api.call("GET", "users/alice/")
            is_error(answer, 404)
            assert answer.content == never
        assert moderator.get("users/alice/")["block"] == {"until": None, "reason": "spam", "by": None}
        assert [user["username"] for user in bob.get("users/?search=alice")["items"]] == []

    @pytest.mark.parametrize("name", ["nobody", "a" * 300, "%00", "al%20ice", "alice%0a", "%F0%9F%92%A9", "1", "..%2f"])
    def test_who_is_not_there_is_404(self, alice, anyone, name):
        is_error(anyone.call("GET", f"users/{name}/"), 404)


class TestFindingUsers:
    def test_is_for_the_signed_in(self, anyone):
        is_error(anyone.call("GET", "users/"), 401)

    def test_searches_names(self, alice, bob, charlie):
        for words, found in (("ALI", ["alice"]), ("brown", ["bob"]), ("zzz", []), ("%", []), ("_", []), ("b", ["bob"])):
            items = charlie.get("users/", search=words)["items"]
            assert [user["username"] for user in items] == found
            assert all(set(user) == PUBLIC for user in items)

    @pytest.mark.parametrize(
        "path", ["users/?unknown=1", "users/?format=api", "me/sessions/?format=json", "users/alice/?x=1"]
    )
    def test_refuses_parameters_it_does_not_know(self, alice, path):
        is_error(alice.call("GET", path), 400, "unknown_parameter")

    def test_walks_through_all_of_them_newest_first(self, alice, register):
        for number in range(5):
            register(f"user{number}")
        seen, url = [], "users/?limit=2"
        while url:
            page = alice.get(url)
            seen += [user["username"] for user in page["items"]]
            url = page["meta"]["next"]
        assert seen == ["user4", "user3", "user2", "user1", "user0", "alice", "admin"]

    def test_costs_a_fixed_number_of_queries(self, alice, register, admin, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        counts = []
        for number in range(3):
            register(f"user{number}")
            with CaptureQueriesContext(
                connection,
            ) as queries:
                alice.get("users/")
                admin.get("users/")
            counts.append(len(queries))
        assert len(set(counts)) == 1

    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=101",
            "limit=1e3",
            "cursor=AAAA",
            "cursor=%00",
            "search=%00",
            "search=",
            "search=" + "x" * 300,
            "order=password",
            "email__startswith=a",
            "owner__password__startswith=argon2",
            "_connector=OR%201=1",
            "pk__in=1",
            "limit=1&limit=2",
        ],
    )
    def test_refuses_bad_parameters(self, alice, query):
        is_error(alice.call("GET", f"users/?{query}"), 400)


class TestRoles:
    def test_are_given_by_admins(self, alice, bob, moderator, admin, anyone):
        is_error(anyone.call("PATCH", "users/bob/", json={"role": "admin"}), 401)
        for actor in (alice, bob, moderator):
            is_error(actor.call("PATCH", "users/bob/", json={"role": "admin"}), 403)
        assert admin.patch("users/bob/", json={"role": "moderator"})["role"] == "moderator"
        assert bob.get("me/")["role"] == "moderator"

    @pytest.mark.parametrize("role", ["root", "", None, 1, ["admin"], {"a": 1}, "Admin"])
    def test_are_one_of_three(self, bob, admin, role):
        is_error(admin.call("PATCH", "users/bob/", json={"role": role}), 400, attr="role")
        is_error(admin.call("PATCH", "users/bob/", json={}), 400, attr="role")

    def test_are_not_changed_by_oneself(self, admin, bob):
        admin.patch("users/bob/", json={"role": "admin"})
        is_error(admin.call("PATCH", "users/admin/", json={"role": "user"}), 403, "own_role")

    def test_of_nobody_is_404(self, admin):
        is_error(admin.call("PATCH", "users/nobody/", json={"role": "user"}), 404)

    def test_act_at_once(self, bob, admin, alice):
        admin.patch("users/bob/", json={"role": "admin"})
        assert "email" in bob.get("users/alice/")
        admin.patch("users/bob/", json={"role": "user"})
        assert "email" not in bob.get("users/alice/")

    def test_keep_wagtails_groups_in_step(self, bob, admin):
        user = User.objects.get(username="bob")
        for role, groups, is_superuser in (
            ("moderator", {"Authors", "Moderators"}, False),
            ("admin", {"Authors", "Moderators"}, True),
            ("user", {"Authors"}, False),
            ("admin", {"Authors"}, True),
        ):
            admin.patch("users/bob/", json={"role": role})
            user.refresh_from_db()
            assert set(user.groups.values_list("name", flat=True)) == groups, role
            assert user.is_superuser is user.is_staff is is_superuser

    def test_follow_wagtails_groups_and_the_administrator_box(self, bob):
        user = User.objects.get(username="bob")
        moderators = Group.objects.get(name="Moderators")
        user.groups.add(moderators)
        assert bob.get("me/")["role"] == "moderator"
        user.groups.remove(moderators)
        assert bob.get("me/")["role"] == "user"
        moderators.user_set.add(user)
        assert bob.get("me/")["role"] == "moderator"
        user.refresh_from_db()
        user.is_superuser = True
        user.save()
        assert bob.get("me/")["role"] == "admin"
        user.is_superuser = False
        user.save()
        assert bob.get("me/")["role"] == "moderator"
        user.groups.clear()
        assert bob.get("me/")["role"] == "user"

    def test_leave_an_admin_when_two_demote_each_other(self, admin, register, sign_in, at_once):
        other = register("dora")
        admin.patch("users/dora/", json={"role": "admin"})

        def demote(api, username):
            headers = {"Authorization": f"Bearer {api.tokens['access']}"}
            return (
                Api()
                .client.patch(
                    f"/api/v2/users/{username}/", {"role": "user"}, content_type="application/json", headers=headers
                )
                .status_code
            )

        statuses = at_once(lambda: demote(admin, "dora"), lambda: demote(other, "admin"))
        assert min(statuses) == 200
        assert User.objects.filter(role="admin").count() == 1
