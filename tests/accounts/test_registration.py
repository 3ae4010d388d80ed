"""POST auth/register/."""

import json

import pytest
from django.core import mail

from accounts.models import User
from blogs.models import BlogPage
from tests.client import Api, is_error

GOOD = {"username": "dora", "email": "dora@example.com", "password": "Corr3ct-horse-battery"}


def problems(answer) -> set[tuple[str, str]]:
    return {(error["attr"], error["code"]) for error in is_error(answer, 400)["errors"]}


def refused(anyone, **fields) -> set[tuple[str, str]]:
    return problems(anyone.call("POST", "auth/register/", json={**GOOD, **fields}))


class TestRegistering:
    def test_gives_the_account_a_first_blog_and_tokens_that_work(self, anyone):
        answer = anyone.post("auth/register/", json={**GOOD, "username": "Dora", "name": "Dora Doe"})
        me = answer["user"]
        assert me["username"] == "Dora"
        assert me["name"] == "Dora Doe"
        assert me["role"] == "user"
        assert me["avatar"] is None
        assert me["email"] == "dora@example.com"
        assert me["email_confirmed"] is False
        assert me["mail_digest"] == "each"
        assert me["joined_at"].endswith("Z")
        assert [blog["slug"] for blog in me["blogs"]] == ["dora"]
        assert me["storage"]["images"] == me["storage"]["files"] == me["storage"]["bytes"] == 0
        assert me["storage"]["quota"] > 0
        headers = {"Authorization": f"Bearer {answer['access']}"}
        assert anyone.call("GET", "me/", expect=200, headers=headers).json() == me

    def test_sends_one_mail_to_confirm_the_address(self, anyone):
        anyone.post("auth/register/", json=GOOD)
        assert [message.to for message in mail.outbox] == [["dora@example.com"]]
        assert "/account/confirm-email/?uid=" in mail.outbox[0].body

    def test_hashes_the_password_with_argon2(self, anyone, settings):
        from tests.settings import SECURE_PASSWORD_HASHERS

        settings.PASSWORD_HASHERS = SECURE_PASSWORD_HASHERS
        anyone.post("auth/register/", json=GOOD)
        assert User.objects.get(username="dora").password.startswith("argon2$argon2id$")

    def test_never_shows_the_password_or_its_hash(self, anyone):
        answer = anyone.call("POST", "auth/register/", expect=201, json=GOOD)
        assert GOOD["password"] not in answer.content.decode()
        assert "argon2" not in answer.content.decode()
        assert answer.headers["Cache-Control"] == "no-store"

    def test_tells_all_problems_at_once(self, anyone):
        assert refused(anyone, username="a b", email="nowhere", password="short") == {
            ("username", "invalid"),
            ("email", "invalid"),
            ("password", "password_too_short"),
        }

    def test_tells_the_problems_of_what_is_given_beside_what_is_missing(self, anyone):
        assert problems(anyone.call("POST", "auth/register/", json={"username": "admin", "email": "x"})) == {
            ("password", "required"),
            ("username", "reserved"),
            ("email", "invalid"),
        }

    @pytest.mark.parametrize("name", ["DORA", "dora", "dORa"])
    def test_takes_no_name_twice_whatever_the_case(self, anyone, name):
        anyone.post("auth/register/", json={**GOOD, "username": "Dora"})
        assert refused(anyone, username=name, email="other@example.com") == {("username", "taken")}

    def test_takes_no_address_twice_whatever_the_case(self, anyone):
        anyone.post("auth/register/", json=GOOD)
        assert refused(anyone, username="other", email="DORA@Example.COM") == {("email", "taken")}

    @pytest.mark.parametrize(
        "name",
        ["admin", "API", "Docs", "static", "media", "feeds", "upload", "blogs", "users", "account", "sitemap", "null"],
    )
    def test_refuses_names_of_the_site_itself(self, anyone, name):
        assert refused(anyone, username=name) == {("username", "reserved")}

    @pytest.mark.parametrize(
        "name",
        ["ab", "a" * 31, "", "аlice", "alice\u200b", "ALİCE", "al ice", "al.ice", "a/b", " dora", "dora\n", "１２３"],
    )
    def test_refuses_names_of_another_form(self, anyone, name):
        [(attr, _)] = refused(anyone, username=name)
        assert attr == "username"

    def test_refuses_a_name_that_a_blog_has_or_had(self, anyone, alice):
        alice.post("blogs/", json={"title": "Other", "slug": "garden"})
        alice.patch("blogs/garden/", json={"slug": "park"})
        for name in ("Garden", "PARK"):
            assert refused(anyone, username=name) == {("username", "taken")}
        assert not User.objects.filter(username__in=["Garden", "PARK"]).exists()

    @pytest.mark.parametrize(
        ("password", "code"),
        [
            ("1234567", "password_too_short"),
            ("password12", "password_too_common"),
            ("dora-dora1", "password_too_similar"),
            ("83726194857", "password_entirely_numeric"),
            ("x" * 129, "password_too_long"),
            ("x" * 1_000_000, "password_too_long"),
            (" " * 12, "blank"),
            ("Corr3ct\0horse-battery", "null_characters_not_allowed"),
        ],
    )
    def test_refuses_weak_passwords(self, anyone, password, code):
        name = "dora-dora" if "dora" in password else "dora"
        assert ("password", code) in refused(anyone, username=name, password=password)

    def test_takes_a_long_passphrase_with_spaces_and_keeps_all_of_it(self, anyone):
        passphrase = " correct horse battery staple " * 4
        anyone.post("auth/register/", json={**GOOD, "password": passphrase})
        anyone.post("auth/token/", 200, json={"username": "dora", "password": passphrase})
        for other in (passphrase.strip(), passphrase[:-1], passphrase[:72]):
            is_error(anyone.call("POST", "auth/token/", json={"username": "dora", "password": other}), 401)

    @pytest.mark.parametrize(
        "email", ["a@", "@b.org", "a b@c.org", "a@x.org,b@evil.org", "a@x.org\nBcc: b@y.org", "ä@x.org"]
    )
    def test_refuses_what_is_no_address(self, anyone, email):
        assert refused(anyone, email=email) == {("email", "invalid")}

    @pytest.mark.parametrize("email", [["a@x.org"], {"a": 1}, 5, True, None])
    def test_refuses_what_is_no_text(self, anyone, email):
        [(attr, _)] = refused(anyone, email=email)
        assert attr == "email"

    def test_takes_addresses_with_a_plus_or_dots_as_they_are(self, anyone):
        answer = anyone.post("auth/register/", json={**GOOD, "email": "d.o.r.a+blog@Gmail.COM"})
        assert answer["user"]["email"] == "d.o.r.a+blog@gmail.com"

    def test_ignores_fields_that_nobody_may_set(self, anyone):
        forged = {"role": "admin", "is_superuser": True, "is_staff": True, "id": 1, "email_confirmed_at": "2020-01-01"}
        assert anyone.post("auth/register/", json={**GOOD, **forged})["user"]["role"] == "user"
        user = User.objects.get(username="dora")
        assert not user.is_superuser
        assert not user.is_staff
        assert user.email_confirmed_at is None

    def test_keeps_line_breaks_out_of_names(self, anyone):
        answer = anyone.post("auth/register/", json={**GOOD, "name": "Dora\r\nBcc: evil@example.com"})
        assert answer["user"]["name"] == "Dora Bcc: evil@example.com"

    def test_is_refused_when_closed(self, anyone, settings):
        settings.REGISTRATION_OPEN = False
        is_error(anyone.call("POST", "auth/register/", json=GOOD), 403, "registration_closed")

    def test_leaves_no_user_behind_when_the_blog_fails(self, anyone, monkeypatch):
        def fail(**fields):
            raise RuntimeError("the blog cannot be made")

        monkeypatch.setattr("members.registration.create_blog", fail)
        anyone.client.raise_request_exception = False
        is_error(anyone.call("POST", "auth/register/", json=GOOD), 500)
        assert not User.objects.filter(username="dora").exists()

    def test_of_one_name_by_many_at_once_succeeds_once(self, at_once):
        def register(number):
            fields = {**GOOD, "username": "DORA" if number % 2 else "dora", "email": f"d{number}@example.com"}
            client = Api().client
            return client.post("/api/v2/auth/register/", json.dumps(fields), "application/json").status_code

        statuses = at_once(*(lambda number=number: register(number) for number in range(6)))
        assert sorted(statuses) == [201, 400, 400, 400, 400, 400]
        assert User.objects.filter(username__iexact="dora").count() == 1
        assert BlogPage.objects.filter(slug="dora").count() == 1
