"""me/: the profile, the e-mail address and leaving."""

import pytest
from django.core import mail

from accounts.models import User
from tests.accounts.test_passwords import link_in
from tests.client import Api, is_error
from tests.conftest import PASSWORD


class TestMe:
    def test_is_for_the_signed_in(self, anyone):
        for method in ("GET", "PATCH", "DELETE"):
            answer = anyone.call(method, "me/", json={})
            is_error(answer, 401, "not_authenticated")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")

    def test_is_never_stored_by_a_cache(self, alice):
        assert "no-store" in alice.call("GET", "me/", expect=200).headers["Cache-Control"]

    def test_costs_few_queries(self, alice, django_assert_max_num_queries):
        with django_assert_max_num_queries(5):
            alice.get("me/")


class TestChangingTheProfile:
    def test_changes_what_is_given_and_nothing_else(self, alice, anyone):
        answer = alice.patch("me/", json={"bio": "Writes.\r\nReads.", "mail_digest": "daily"})
        assert answer["bio"] == "Writes.\nReads."
        assert answer["mail_digest"] == "daily"
        assert answer["name"] == "Alice Adams"
        assert alice.get("me/") == answer
        assert anyone.get("users/alice/")["bio"] == "Writes.\nReads."
        assert alice.patch("me/", json={"name": ""})["name"] == ""

    def test_leaves_alone_what_may_not_be_written(self, alice):
        before = User.objects.filter(username="alice").values().get()
        forged = {
            "username": "root",
            "role": "admin",
            "is_active": False,
            "is_superuser": True,
            "is_staff": True,
            "password": "Forged-password-1",
            "date_joined": "2000-01-01T00:00:00Z",
            "joined_at": "2000-01-01T00:00:00Z",
            "email_confirmed": True,
            "email_confirmed_at": "2000-01-01T00:00:00Z",
            "is_blocked": False,
            "blocked_at": "2000-01-01T00:00:00Z",
            "storage": {"quota": 10**12},
            "id": 1,
            "groups": [1],
            "unknown": {"a": [1]},
        }
        alice.patch("me/", json=forged)
        assert User.objects.filter(username="alice").values().get() == before

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", "x" * 101),
            ("name", None),
            ("name", ["x"]),
            ("name", {"a": 1}),
            ("name", "nul\u0000"),
            ("name", "lone \ud800"),
            ("bio", "x" * 2001),
            ("bio", "nul\u0000"),
            ("bio", 1.5e300 * 10 and [1]),
            ("mail_digest", "hourly"),
            ("mail_digest", None),
            ("mail_digest", ["each"]),
        ],
    )
    def test_refuses_bad_values(self, alice, field, value):
        is_error(alice.call("PATCH", "me/", json={field: value}), 400, attr=field)

    def test_keeps_any_letters(self, alice):
        name = "Ālïçé <b>&amp; 李 😀 \u202edcba"
        assert alice.patch("me/", json={"name": name})["name"].startswith("Ālïçé <b>&amp; 李 😀")

    def test_shows_in_public_reads_at_once(self, alice, anyone):
        from blogs.models import VisibleChange

        before = VisibleChange.objects.count()
        alice.patch("me/", json={"name": "Alice Cooper"})
        assert VisibleChange.objects.count() > before


class TestChangingTheAddress:
    def ask(self, alice, email="new@example.org", password=PASSWORD):
        mail.outbox.clear()
        return alice.call("PATCH", "me/", json={"email": email, "password": password})

    def test_acts_when_the_new_one_is_confirmed(self, alice, sign_in):
        assert self.ask(alice).json()["email"] == "alice@example.com"
        to_new, to_old = sorted(mail.outbox, key=lambda message: message.to[0], reverse=True)
        assert to_new.to == ["new@example.org"]
        assert to_old.to == ["alice@example.com"]
        assert "token=" not in to_old.body
        sign_in("alice@example.com")
        is_error(Api().call("POST", "auth/token/", json={"username": "new@example.org", "password": PASSWORD}), 401)
        link = link_in(to_new)
        Api().post("auth/email/confirm/", 204, json=link)
        me = alice.get("me/")
        assert me["email"] == "new@example.org"
        assert me["email_confirmed"] is True
        sign_in("new@example.org")
        is_error(Api().call("POST", "auth/email/confirm/", json=link), 400, "invalid_token", "token")

    def test_needs_the_password(self, alice):
        is_error(alice.call("PATCH", "me/", json={"email": "new@example.org"}), 400, "required", "password")
        is_error(self.ask(alice, password="Wrong-password-1"), 400, "wrong_password", "password")
        assert mail.outbox == []

    @pytest.mark.parametrize(
        "email", ["nowhere", "a@x.org,b@x.org", "a@x.org\r\nBcc: b@x.org", "x" * 250 + "@x.org", ["a@x.org"]]
    )
    def test_refuses_what_is_no_address(self, alice, email):
        is_error(self.ask(alice, email), 400, attr="email")

    def test_refuses_one_that_is_taken(self, alice, bob):
        is_error(self.ask(alice, "BOB@example.com"), 400, "taken", "email")

    def test_is_refused_if_somebody_else_took_it_meanwhile(self, alice, register):
        self.ask(alice)
        link = link_in(next(message for message in mail.outbox if message.to == ["new@example.org"]))
        register("dora", email="New@example.org")
        is_error(Api().call("POST", "auth/email/confirm/", json=link), 400, "taken")
        assert alice.get("me/")["email"] == "alice@example.com"

    def test_can_be_taken_back(self, alice):
        self.ask(alice)
        link = link_in(next(message for message in mail.outbox if message.to == ["new@example.org"]))
        self.ask(alice, "alice@example.com")
        assert mail.outbox == []
        is_error(Api().call("POST", "auth/email/confirm/", json=link), 400, "invalid_token")

    def test_is_taken_back_by_a_change_of_password(self, alice):
        self.ask(alice)
        link = link_in(next(message for message in mail.outbox if message.to == ["new@example.org"]))
        alice.post("auth/password/change/", 204, json={"old_password": PASSWORD, "new_password": "Third-horse-5-x"})
        is_error(Api().call("POST", "auth/email/confirm/", json=link), 400, "invalid_token")


class TestConfirmingTheAddress:
    @pytest.fixture
    def link(self, register):
        mail.outbox.clear()
        register("dora")
        return link_in(mail.outbox[0])

    def test_works_once(self, link, sign_in):
        Api().post("auth/email/confirm/", 204, json=link)
        assert sign_in("dora").me["email_confirmed"] is True
        is_error(Api().call("POST", "auth/email/confirm/", json=link), 400, "invalid_token")

    def test_on_the_built_in_page_needs_a_click(self, link, sign_in):
        client = Api().client
        page = f"/account/confirm-email/?uid={link['uid']}&token={link['token']}"
        assert client.get(page).status_code == 200
        assert sign_in("dora").me["email_confirmed"] is False
        assert client.post(page).status_code == 200
        assert sign_in("dora").me["email_confirmed"] is True
        assert client.post(page).status_code == 400
        assert client.post("/account/confirm-email/").status_code == 400

    def test_is_mailed_as_text_and_html(self, link):
        [message] = mail.outbox
        [(html, kind)] = message.alternatives
        assert kind == "text/html"
        assert link["token"] in html
        assert "\n" not in message.subject


class TestMails:
    def test_carry_names_as_text(self, register):
        mail.outbox.clear()
        register("dora", name="<script>x</script>\r\nBcc: evil@example.com")
        [message] = mail.outbox
        assert message.recipients() == ["dora@example.com"]
        assert "<script>" not in message.alternatives[0][0]
        assert "evil" not in str(message.message()["To"])
        assert message.message()["Bcc"] is None
