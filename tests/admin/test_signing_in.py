"""The admin's own way in: the same checks as the API's, and a session that dies with the right to it."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from core import clock
from tests.conftest import PASSWORD


def sign_in(client: Client, username: str, password: str = PASSWORD):
    return client.post("/admin/login/", {"username": username, "password": password})


class TestSigningIn:
    @pytest.mark.parametrize("name", ["alice", "ALICE", "alice@example.com"])
    def test_works_with_name_and_address(self, alice, name):
        client = Client()
        assert sign_in(client, name).status_code == 302
        assert client.get("/admin/").status_code == 200

    def test_is_refused_alike_for_a_wrong_password_and_nobody(self, alice):
        wrong, nobody = sign_in(Client(), "alice", "wrong-password-1"), sign_in(Client(), "nobody", "wrong-password-1")
        assert wrong.status_code == nobody.status_code == 200
        assert wrong.context["form"].non_field_errors() == nobody.context["form"].non_field_errors()

    def test_begins_a_new_session(self, alice):
        client = Client()
        client.get("/admin/login/")
        client.session.save()
        before = client.session.session_key
        sign_in(client, "alice")
        assert client.session.session_key != before

    def test_leaves_a_cookie_that_scripts_cannot_read(self, alice):
        cookie = sign_in(Client(), "alice").cookies["inktree_session"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"

    def test_is_limited(self, alice, settings):
        settings.RATE_LIMITS = True
        answers = [sign_in(Client(), "alice", f"wrong-password-{number}") for number in range(12)]
        assert answers[-1].status_code == 429
        assert int(answers[-1]["Retry-After"]) > 0

    def test_tells_a_blocked_user_so(self, alice):
        User.objects.filter(username="alice").update(blocked_at=clock.now())
        answer = sign_in(Client(), "alice")
        assert "blocked" in str(answer.context["form"].non_field_errors())


class TestASession:
    def test_ends_with_a_block(self, author):
        User.objects.filter(username="alice").update(blocked_at=clock.now())
        assert author.client.get("/admin/").status_code == 302

    def test_ends_when_the_password_is_changed_through_the_api(self, author):
        passwords = {"old_password": PASSWORD, "new_password": "An0ther-good-one"}
        author.api.post("auth/password/change/", 204, json=passwords)
        assert author.client.get("/admin/").status_code == 302

    def test_is_no_credential_for_the_api(self, author):
        assert author.client.get("/api/v2/me/").status_code == 401


class TestATemporaryPassword:
    def test_has_to_be_changed_first(self, author):
        User.objects.filter(username="alice").update(is_password_temporary=True)
        assert author.get("/admin/", 302)["Location"] == "/admin/account/"
        author.get("/admin/account/")
        new = {"password-old_password": PASSWORD, "password-new_password1": "An0ther-good-one"}
        fields = {"profile-name": "Alice", "profile-bio": "", "profile-mail_digest": "each", **theme()}
        author.post("/admin/account/", {**fields, **new, "password-new_password2": "An0ther-good-one"}, 302)
        author.get("/admin/")
        assert not User.objects.get(username="alice").is_password_temporary


def theme() -> dict:
    return {
        "locale-preferred_language": "",
        "locale-current_time_zone": "",
        "theme-theme": "system",
        "theme-contrast": "system",
        "theme-density": "default",
    }


class TestTheAccountPage:
    def fields(self, **given) -> dict:
        return {"profile-name": "Alice", "profile-bio": "", "profile-mail_digest": "each", **theme(), **given}

    def test_changes_the_profile_as_the_api_shows_it(self, author):
        given = {"profile-name": "Alice\nB.", "profile-bio": "Writes.", "profile-mail_digest": "never"}
        author.post("/admin/account/", self.fields(**given), 302)
        me = author.api.get("me/")
        assert (me["name"], me["bio"], me["mail_digest"]) == ("Alice B.", "Writes.", "never")

    @pytest.mark.parametrize(
        ("old", "new", "again"),
        [
            ("wrong", "An0ther-good-one", "An0ther-good-one"),
            (PASSWORD, "short", "short"),
            (PASSWORD, "An0ther-good-one", "x"),
        ],
    )
    def test_refuses_bad_passwords(self, author, old, new, again):
        given = {"password-old_password": old, "password-new_password1": new, "password-new_password2": again}
        author.post("/admin/account/", self.fields(**given), 200)
        assert User.objects.get(username="alice").check_password(PASSWORD)

    def test_stores_no_picture_as_it_was_sent(self, author, picture):
        page = author.get("/admin/account/").content.decode()
        assert 'type="file"' not in page

    def test_has_no_way_to_another_address(self, author):
        author.post(
            "/admin/account/", self.fields(**{"profile-email": "x@example.com", "name_email-email": "x@y.z"}), 302
        )
        assert author.api.get("me/")["email"] == "alice@example.com"


class TestAForgottenPassword:
    def test_leads_to_the_same_mail_as_through_the_api(self, alice, mailoutbox, django_capture_on_commit_callbacks):
        for email in ("alice@example.com", "nobody@example.com"):
            with django_capture_on_commit_callbacks(execute=True):
                answer = Client().post("/admin/password_reset/", {"email": email})
            assert answer.status_code == 302
        resets = [mail for mail in mailoutbox if "password" in mail.subject.lower()]
        assert [mail.to for mail in resets] == [["alice@example.com"]]
        assert "/admin/password_reset/confirm/" not in resets[0].body
