"""Changing a password, and choosing a new one by mail."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail

from accounts import links
from accounts.models import User
from core import clock, outbox
from core.models import Event
from tests.client import Api, is_error
from tests.conftest import PASSWORD

NEW = "Another-horse-staple-7"


def link_in(message) -> dict[str, str]:
    """The `uid` and `token` of the link in a mail."""
    [url] = re.findall(r"http\S+\?uid=\S+", message.body)
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.fixture
def reset_link(alice):
    """The link that Alice gets when she forgot her password."""
    mail.outbox.clear()
    Api().post("auth/password/reset/", 202, json={"email": "alice@example.com"})
    [message] = mail.outbox
    assert message.to == ["alice@example.com"]
    return link_in(message)


def confirm(link, new_password=NEW):
    return Api().call("POST", "auth/password/reset/confirm/", json={**link, "new_password": new_password})


class TestChangingThePassword:
    def change(self, api, old=PASSWORD, new=NEW):
        return api.call("POST", "auth/password/change/", json={"old_password": old, "new_password": new})

    def test_ends_every_other_session_at_once(self, alice, sign_in):
        other = sign_in("alice")
        assert self.change(alice).status_code == 204
        alice.get("me/")
        is_error(other.call("GET", "me/"), 401)
        is_error(Api().call("POST", "auth/token/refresh/", json={"refresh": other.tokens["refresh"]}), 401)
        is_error(Api().call("POST", "auth/token/", json={"username": "alice", "password": PASSWORD}), 401)
        sign_in("alice", NEW)

    def test_ends_admin_sessions_too(self, alice):
        alice.client.post("/admin/login/", {"username": "alice", "password": PASSWORD})
        assert alice.client.get("/admin/").status_code == 200
        self.change(alice)
        assert alice.client.get("/admin/").status_code == 302

    def test_in_the_admin_ends_the_sessions_of_the_api(self, alice):
        user = User.objects.get(username="alice")
        user.set_password(NEW)
        user.save()
        is_error(alice.call("GET", "me/"), 401)

    def test_needs_the_old_one(self, alice):
        is_error(self.change(alice, old="Wrong-password-1"), 400, "wrong_password", "old_password")
        is_error(self.change(alice, old="x" * 100_000), 400, "wrong_password", "old_password")

    @pytest.mark.parametrize("new", ["short", "alice@example", " " * 11, "x" * 129, "password12"])
    def test_takes_no_weak_one(self, alice, new):
        is_error(self.change(alice, new=new), 400, attr="new_password")
        alice.get("me/")

    def test_is_told_by_mail_to_a_confirmed_address(self, alice):
        User.objects.filter(username="alice").update(email_confirmed_at=clock.now())
        mail.outbox.clear()
        self.change(alice)
        assert [message.to for message in mail.outbox] == [["alice@example.com"]]
        assert NEW not in mail.outbox[0].body

    def test_is_for_the_signed_in(self, anyone):
        is_error(self.change(anyone), 401, "not_authenticated")

    def test_comes_first_for_who_has_a_temporary_one(self, alice):
        User.objects.filter(username="alice").update(is_password_temporary=True)
        is_error(alice.call("POST", "blogs/", json={"title": "x"}), 403, "password_change_required")
        alice.get("me/")
        assert self.change(alice).status_code == 204
        assert not User.objects.get(username="alice").is_password_temporary


class TestATemporaryPassword:
    def test_is_changed_in_the_admin_before_anything_else(self, admin):
        from tests.servers.plugin import ADMIN_PASSWORD

        User.objects.filter(username="admin").update(is_password_temporary=True)
        client = Api().client
        client.post("/admin/login/", {"username": "admin", "password": ADMIN_PASSWORD})
        for path in ("/admin/", "/admin/pages/", "/admin/users/"):
            answer = client.get(path)
            assert answer.status_code == 302
            assert answer.headers["Location"] == "/admin/account/"
        form = client.get("/admin/account/")
        assert form.status_code == 200
        fields = {
            field.html_name: field.value() or ""
            for panels in form.context["panels_by_tab"].values()
            for panel in panels
            for field in panel.get_form()
        }
        fields |= {
            "password-old_password": ADMIN_PASSWORD,
            "password-new_password1": NEW,
            "password-new_password2": NEW,
        }
        assert client.post("/admin/account/", fields).status_code == 302
        assert not User.objects.get(username="admin").is_password_temporary
        assert client.get("/admin/").status_code == 200
        is_error(admin.call("GET", "me/"), 401)


class TestAskingForAReset:
    def test_answers_the_same_for_every_address(self, alice, bob, django_assert_num_queries):
        User.objects.filter(username="bob").update(is_active=False)
        answers, queries = [], []
        for email in ("alice@example.com", "ALICE@example.com", "bob@example.com", "nobody@example.com"):
            mail.outbox.clear()
            answers.append(Api().call("POST", "auth/password/reset/", json={"email": email}))
            queries.append(len(mail.outbox))
        assert [answer.status_code for answer in answers] == [202] * 4
        assert len({answer.content for answer in answers}) == 1
        assert queries == [1, 1, 0, 0]

    def test_does_the_same_for_every_address(
        self, alice, django_assert_num_queries, django_capture_on_commit_callbacks
    ):
        from accounts.services.passwords import request_reset

        for email in ("alice@example.com", "nobody@example.com"):
            with django_assert_num_queries(2), django_capture_on_commit_callbacks():
                request_reset(email=email)

    @pytest.mark.parametrize(
        "email",
        [["alice@example.com"], {"a": 1}, None, "", "alice@example.com,evil@example.com", "a\r\nBcc: b@x.org", 5],
    )
    def test_refuses_what_is_no_address(self, alice, email):
        mail.outbox.clear()
        is_error(Api().call("POST", "auth/password/reset/", json={"email": email}), 400, attr="email")
        assert mail.outbox == []

    def test_writes_only_to_the_stored_address(self, alice):
        mail.outbox.clear()
        Api().post("auth/password/reset/", 202, json={"email": "Alice@EXAMPLE.com"})
        assert mail.outbox[0].to == ["alice@example.com"]

    def test_leads_to_the_frontend_where_there_is_one(self, alice, settings):
        settings.FRONTEND_URL = "https://blog.example"
        mail.outbox.clear()
        Api().post("auth/password/reset/", 202, json={"email": "alice@example.com"})
        assert "https://blog.example/account/reset-password/?uid=" in mail.outbox[0].body

    def test_keeps_addresses_and_tokens_out_of_the_events(self, reset_link):
        payloads = str(list(Event.objects.values_list("payload", flat=True)))
        assert "@" not in payloads
        assert reset_link["token"] not in payloads

    def test_sends_few_mails_to_one_address(self, alice, settings):
        settings.RATE_LIMITS = True
        mail.outbox.clear()
        for number in range(8):
            Api().call("POST", "auth/password/reset/", expect=202, json={"email": "alice@example.com"}, headers=None)
            assert len(mail.outbox) == min(number + 1, 5)


class TestChoosingANewPassword:
    def test_works_once_and_ends_all_sessions(self, alice, reset_link, sign_in):
        assert confirm(reset_link).status_code == 204
        is_error(alice.call("GET", "me/"), 401)
        sign_in("alice", NEW)
        is_error(confirm(reset_link, NEW + "8"), 400, "invalid_token", "token")

    def test_proves_the_address_and_tells_of_it(self, reset_link):
        mail.outbox.clear()
        confirm(reset_link)
        assert User.objects.get(username="alice").email_confirmed_at is not None
        assert "password" in mail.outbox[0].subject

    def test_is_void_after_a_change_of_password(self, alice, reset_link):
        alice.post("auth/password/change/", 204, json={"old_password": PASSWORD, "new_password": "Third-horse-5-x"})
        is_error(confirm(reset_link), 400, "invalid_token")

    def test_is_void_after_a_change_of_address(self, alice, reset_link):
        User.objects.filter(username="alice").update(email="other@example.com")
        is_error(confirm(reset_link), 400, "invalid_token")

    def test_is_void_after_a_day(self, alice, monkeypatch):
        from datetime import datetime

        user = User.objects.get(username="alice")
        for ago, status in ((timedelta(hours=25), 400), (timedelta(hours=23), 204)):
            monkeypatch.setattr(links.RESET, "_now", lambda ago=ago: datetime.now() - ago)  # noqa: DTZ005 - as Django does
            link = dict(parse_qs(urlsplit(links.RESET.url(user)).query))
            monkeypatch.undo()
            link = {name: values[0] for name, values in link.items()}
            assert confirm(link).status_code == status

    def test_is_good_for_its_own_user_only(self, bob, reset_link):
        from django.utils.http import int_to_base36

        theirs = int_to_base36(User.objects.get(username="bob").pk)
        is_error(confirm({**reset_link, "uid": theirs}), 400, "invalid_token")

    @pytest.mark.parametrize(
        "change",
        [
            {"uid": "x" * 30},
            {"uid": "!"},
            {"uid": "-1"},
            {"uid": "zzzzzzzzzzzzz"},
            {"uid": "a b"},
            {"token": "x"},
            {"token": "ü" * 50},
            {"token": "a-" + "b" * 150},
        ],
    )
    def test_refuses_odd_links(self, reset_link, change):
        is_error(confirm({**reset_link, **change}), 400, "invalid_token")

    @pytest.mark.parametrize(
        "change", [{"uid": None}, {"token": [1]}, {"token": "x" * 100_000}, {"uid": {}}, {"token": ""}]
    )
    def test_names_what_has_no_form(self, reset_link, change):
        is_error(confirm({**reset_link, **change}), 400, attr=next(iter(change)))

    def test_takes_no_link_of_another_kind(self, alice, reset_link):
        other = link_in(self.confirmation(alice))
        is_error(confirm(other), 400, "invalid_token")
        is_error(Api().call("POST", "auth/email/confirm/", json=reset_link), 400, "invalid_token")

    def confirmation(self, alice):
        from accounts.mails import ask_to_confirm

        mail.outbox.clear()
        ask_to_confirm(user=User.objects.get(username="alice").pk)
        return mail.outbox[0]

    def test_takes_no_weak_password_and_the_link_stays_good(self, reset_link):
        is_error(confirm(reset_link, "alice@example"), 400, attr="new_password")
        assert confirm(reset_link).status_code == 204

    def test_by_two_at_once_succeeds_once(self, register, at_once):
        register("alice")
        user = User.objects.get(username="alice")
        link = {name: values[0] for name, values in parse_qs(urlsplit(links.RESET.url(user)).query).items()}

        def go(number):
            client = Api().client
            body = {**link, "new_password": f"{NEW}-{number}"}
            return client.post(
                "/api/v2/auth/password/reset/confirm/", body, content_type="application/json"
            ).status_code

        assert sorted(at_once(*(lambda number=number: go(number) for number in range(4)))) == [204, 400, 400, 400]

    def test_on_the_built_in_page_needs_a_click(self, alice, reset_link, sign_in):
        page = f"/account/reset-password/?uid={reset_link['uid']}&token={reset_link['token']}"
        client = Api().client
        answer = client.get(page)
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert client.post(page, {"new_password": "short"}).status_code == 400
        assert b"saved" in client.post(page, {"new_password": NEW}).content
        assert client.post(page, {"new_password": NEW + "1"}).status_code == 400
        sign_in("alice", NEW)


class TestDelivery:
    def test_of_a_mail_that_failed_is_tried_again(self, alice, monkeypatch):
        def fail(*args, **kwargs):
            raise OSError("the mail server is down")

        mail.outbox.clear()
        with monkeypatch.context() as broken:
            broken.setattr("django.core.mail.EmailMultiAlternatives.send", fail)
            Api().post("auth/password/reset/", 202, json={"email": "alice@example.com"})
        assert mail.outbox == []
        Event.objects.update(retry_at=clock.now() - timedelta(seconds=1))
        outbox.deliver_due()
        assert len(mail.outbox) == 1
