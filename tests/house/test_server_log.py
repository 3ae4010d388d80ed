"""Contract §9: all events are logged with time and level to the database too, and no secret with them."""

from __future__ import annotations

import io
import logging
import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core import clock, server_log
from core.log_lines import LineFormatter, without_secrets
from core.models import LogLine
from core.request_ids import RequestIdFilter
from tests.client import Api
from tests.conftest import PASSWORD
from tests.servers.plugin import ADMIN_PASSWORD

logger = logging.getLogger("test.server_log")


def attach(handler: logging.Handler) -> logging.Handler:
    handler.addFilter(RequestIdFilter())
    logging.getLogger().addHandler(handler)
    return handler


@pytest.fixture
def writer(monkeypatch) -> Iterator[server_log.Writer]:
    """The log in the database is on; what is put aside is written when the test says so."""
    monkeypatch.setattr(logging.root.manager, "disable", logging.NOTSET)
    writer = server_log.Writer()
    writer._is_over = True
    monkeypatch.setattr(server_log, "_writer", writer)
    handler = attach(server_log.DatabaseHandler())
    yield writer
    logging.getLogger().removeHandler(handler)


def lines(**where) -> list[LogLine]:
    return list(LogLine.objects.filter(**where).order_by("pk"))


class TestEvents:
    def test_are_kept_with_time_level_request_and_user(self, writer, alice, picture):
        alice.call("POST", f"users/{alice.username}/images/", expect=201, files=[("file", ("a.jpg", picture()))])
        answer = alice.call(
            "POST",
            f"blogs/{alice.blog}/posts/",
            expect=201,
            json={"title": "Canary", "markdown": "x", "status": "live"},
        )
        wrong = {"username": "alice", "password": "wrong-Canary"}
        refused = Api().call("POST", "auth/token/", expect=401, json=wrong).headers["X-Request-ID"]
        Api().post("auth/token/", 200, json={"username": "alice", "password": PASSWORD})
        assert writer.write()
        user = User.objects.get(username="alice").pk
        [published] = lines(message="post.published")
        assert published.level == logging.INFO
        assert published.user_id == user
        assert published.details.startswith(f"post={answer.json()['id']} blog=")
        assert abs(published.at - clock.now()) < timedelta(minutes=1)
        assert lines(message="signed in", user_id=user)
        assert lines(message="sign-in refused", user_id=user, request_id=refused)
        assert lines(message="image.uploaded", user_id=user)
        assert not LogLine.objects.filter(message__contains="Canary").exists()
        assert not LogLine.objects.filter(details__contains="Canary").exists()

    def test_of_a_fault_have_its_traceback(self, writer, alice, monkeypatch):
        def broken(**given):
            raise ZeroDivisionError(f"with {given}")

        monkeypatch.setattr("accounts.services.profiles.update_profile", broken)
        alice.client.raise_request_exception = False
        answer = alice.call("PATCH", "me/", expect=500, json={"name": "x"})
        writer.write()
        [fault] = lines(logger="api.errors", request_id=answer.headers["X-Request-ID"])
        assert fault.user_id == User.objects.get(username="alice").pk
        assert "ZeroDivisionError" in fault.traceback


class TestLines:
    def test_outlive_the_transaction_in_which_they_were_logged(self, transactional_db, monkeypatch):
        monkeypatch.setattr(logging.root.manager, "disable", logging.NOTSET)
        writer = server_log.Writer()
        monkeypatch.setattr(server_log, "_writer", writer)
        handler = attach(server_log.DatabaseHandler())
        try:
            with transaction.atomic():
                User.objects.update(name="x")
                logger.error("it is going wrong")
                transaction.set_rollback(True)
            end = time.monotonic() + 20
            while not LogLine.objects.filter(message="it is going wrong").exists():
                assert time.monotonic() < end
                time.sleep(0.05)
        finally:
            logging.getLogger().removeHandler(handler)
        assert not User.objects.filter(name="x").exists()

    def test_cost_the_request_nothing(self, writer, db, django_assert_num_queries):
        with django_assert_num_queries(0):
            logger.error("quick")

    def test_of_a_flood_are_left_out_and_counted(self, writer, db, monkeypatch):
        monkeypatch.setattr(server_log, "CAPACITY", 50)
        monkeypatch.setattr(server_log, "KEPT_FREE", 10)
        monkeypatch.setattr(server_log, "BATCH", 20)
        for number in range(100):
            logger.info("flood %s", number)
        logger.error("and in the middle of it an error")
        kept = server_log.CAPACITY - server_log.KEPT_FREE
        assert len(writer.lines) == kept + 1
        while writer.lines:
            assert writer.write()
        assert LogLine.objects.count() == kept + 2
        assert LogLine.objects.filter(message="and in the middle of it an error").exists()
        assert lines(details=f"lines={100 - kept}")[0].level == logging.WARNING

    def test_wait_for_a_database_that_does_not_answer(self, writer, db, monkeypatch):
        logger.warning("first")
        with monkeypatch.context() as broken:
            broken.setattr(LogLine.objects, "bulk_create", lambda rows: (_ for _ in ()).throw(DatabaseError))
            assert not writer.write()
            logger.warning("second")
        assert writer.write()
        assert [line.message for line in lines(logger=logger.name)] == ["first", "second"]

    def test_cannot_be_forged_or_endless(self, writer, db):
        logger.info("one\nline\x00 %s", "x" * 50_000, extra={"name_given": "two\nlines"})
        writer.write()
        [line] = lines(logger=logger.name)
        assert line.message.startswith(r"one\nline\x00")
        assert len(line.message) <= server_log.LONGEST + 1
        assert line.details == r"name_given=two\nlines"

    def test_go_when_they_are_old_or_too_many(self, writer, db, settings):
        for number in range(30):
            logger.info("line %s", number)
        writer.write()
        [oldest, *_] = lines()
        LogLine.objects.filter(pk=oldest.pk).update(at=clock.now() - timedelta(days=31))
        server_log.prune()
        assert LogLine.objects.count() == 29
        settings.SERVER_LOG_LINES = 10
        server_log.prune()
        assert [line.message for line in lines()] == [f"line {number}" for number in range(20, 30)]


class TestSecrets:
    def test_are_nowhere_in_the_log_of_a_busy_site(self, writer, alice, bob, admin, picture):
        """Everything that handles a secret, done well and badly; then the whole log is looked through."""
        stream = io.StringIO()
        console = attach(logging.StreamHandler(stream))
        console.setFormatter(LineFormatter())
        secrets = [PASSWORD, ADMIN_PASSWORD, "Qanary", "alice@example.com", "bob@example.com"]
        for api in (alice, bob, admin):
            api.client.raise_request_exception = False
            secrets += api.tokens.values()
        try:
            again = Api().post("auth/token/", 200, json={"username": "alice", "password": PASSWORD})
            secrets += again.values()
            Api().post("auth/token/", 401, json={"username": "alice", "password": "Qanary-wrong"})
            fresh = Api().post("auth/token/refresh/", 200, json={"refresh": again["refresh"]})
            secrets += fresh.values()
            Api().call("POST", "auth/token/refresh/", json={"refresh": again["refresh"]})
            Api().call("GET", f"me/?token={fresh['access']}")
            Api().call("GET", "me/", headers={"Authorization": f"Bearer {fresh['access']}x"})
            Api().call("POST", "auth/register/", json={"username": "q", "email": "Qanary@example.org", "password": "Q"})
            Api().post("auth/password/reset/", 202, json={"email": "alice@example.com"})
            links = re.findall(r"token=([\w%.:-]+)", "".join(letter.body for letter in mail.outbox))
            assert links
            secrets += links
            browser = Client(raise_request_exception=False)
            for link in links:
                browser.get(f"/account/reset-password/?uid=2&token={link}")
                browser.get(f"/account/nowhere/?token={link}")
                browser.get(f"/admin/password_reset/confirm/Mg/{link}/")
            file = alice.post("files/", files=[("file", ("Qanary.txt", b"Qanary"))])
            share = alice.put(f"files/{file['id']}/share/")["share_url"]
            secrets.append(share.rstrip("/").rpartition("/")[2])
            Api().call("GET", share)
            alice.delete(f"files/{file['id']}/share/")
            Api().call("GET", share)
            alice.upload(picture(), "Qanary.jpg", title="Qanary")
            alice.call("POST", "users/alice/images/", files=[("file", ("Qanary.jpg", b"no picture"))])
            post = alice.write("Qanary title", markdown="Qanary text", tags=["Qanary"])
            bob.post(f"posts/{post['id']}/comments/", json={"body": "Qanary comment"})
            bob.call("GET", "search/?q=Qanary")
            admin.call("PUT", "users/bob/block/", json={"until": None, "reason": "Qanary reason"})
            signed = Client(raise_request_exception=False)
            signed.post("/admin/login/", {"username": "alice", "password": "Qanary"})
            signed.post("/admin/login/", {"username": "alice", "password": PASSWORD})
            secrets += [cookie.value for cookie in signed.cookies.values()]
            signed.get(f"/admin/pages/{alice.get(f'blogs/{alice.blog}/')['id']}/?q=Qanary")
            try:
                User.objects.create(username="ALICE", email="alice@example.com", password="Qanary")
            except Exception:
                logger.exception("a row that breaks a rule", extra={"url": f"amqp://guest:Qanary@host/{share}"})
        finally:
            logging.getLogger().removeHandler(console)
        console_text = stream.getvalue()
        while writer.lines:
            kept = "\n".join(f"{line.message} {line.details} {line.traceback}" for line in writer.lines)
            writer.lines.clear()
        for text in (console_text, kept):
            assert text.count("\n") > 20
            for secret in secrets:
                assert secret not in text, secret

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("GET /s/0b0c2e9e-9f0b-4f60-8a1e-2f7d2b1c3d4e/", "GET /s/[secret]/"),
            ("Authorization: Bearer abc.def", "Authorization: [secret] abc.def"),
            ('{"password": "a b, c"}', '{"password": [secret]}'),
            ("token=abc&x=1", "token=[secret]&x=1"),
            ("Key (email)=(a.b@c.example) exists", "Key (email)=([address]) exists"),
            ("amqp://guest:secret@host/", "amqp://[secret]@host/"),
            ("an old refresh token was used user=5", "an old refresh token was used user=5"),
        ],
    )
    def test_are_taken_out_of_what_others_say(self, text, shown):
        if text.startswith("Authorization"):
            assert "abc.def" not in without_secrets(text)
        else:
            assert without_secrets(text) == shown


class TestReport:
    @pytest.fixture
    def chief(self, admin) -> Client:
        client = Client()
        client.post("/admin/login/", {"username": admin.username, "password": admin.password})
        return client

    @pytest.fixture
    def logged(self, writer, alice) -> str:
        """The id of a request in which something went wrong."""
        logger.info("all is well")
        logger.error("all is lost", extra={"request_id": "a-request", "by": User.objects.get(username="alice").pk})
        writer.write()
        return "a-request"

    def shown(self, chief, **where) -> str:
        return chief.get(reverse("server_log"), where).content.decode()

    def test_shows_lines_with_who_and_where(self, chief, logged):
        page = self.shown(chief)
        assert "all is well" in page
        assert "all is lost" in page
        assert ">alice</a>" in page
        assert f"?request_id={logged}" in page
        assert reverse("server_log") in chief.get("/admin/").content.decode()

    @pytest.mark.parametrize(
        ("where", "found"),
        [
            ({"level": "30"}, {"lost"}),
            ({"text": "IS LOST"}, {"lost"}),
            ({"user": "Alice"}, {"lost"}),
            ({"user": "nobody"}, set()),
            ({"user": "9" * 30}, set()),
            ({"request_id": "a-request"}, {"lost"}),
            ({"logger": "test."}, {"lost", "well"}),
            ({"logger": "core."}, set()),
            ({"at_from": "2000-01-01", "at_to": "2001-01-01"}, set()),
            ({"at_from": "2000-01-01"}, {"lost", "well"}),
        ],
    )
    def test_finds_by_filters(self, chief, logged, where, found):
        page = self.shown(chief, **where)
        assert {word for word in ("lost", "well") if f"all is {word}" in page} == found

    def test_can_be_taken_along(self, chief, logged):
        answer = chief.get(reverse("server_log"), {"export": "csv", "level": "30"})
        assert b"all is lost" in b"".join(answer.streaming_content)

    def test_costs_the_same_with_many_lines(self, chief, writer, django_assert_max_num_queries):
        for number in range(200):
            logger.info("line %s", number)
        writer.write()
        with django_assert_max_num_queries(20):
            self.shown(chief, p=3)

    def test_is_for_admins_alone(self, alice, moderator):
        for api in (alice, moderator):
            client = Client()
            client.post("/admin/login/", {"username": api.username, "password": api.password})
            for name in ("server_log", "server_log_results"):
                assert client.get(reverse(name)).status_code == 404
            assert reverse("server_log") not in client.get("/admin/").content.decode()
