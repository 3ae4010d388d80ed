"""The upload page is for whoever is signed in at the admin; its token is good only as long as he is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.page_sessions import LASTS
from core import clock
from tests.client import Api

STRICT = ("default-src 'none'", "script-src 'self';", "style-src 'self';", "connect-src 'self';")


@pytest.fixture
def enter(db):
    """Signs somebody in at the admin's own page."""

    def enter(api: Api) -> Client:
        client = Client()
        answer = client.post("/admin/login/", {"username": api.username, "password": api.password})
        assert answer.status_code == 302, answer.content
        return client

    return enter


@pytest.fixture
def page(alice, enter) -> Client:
    """Alice before the page."""
    return enter(alice)


def token_of(client: Client) -> Api:
    """The API as the page speaks to it."""
    answer = client.post("/upload/token/")
    assert answer.status_code == 200, answer.content
    return Api("alice", "", {"access": answer.json()["access"]})


class TestThePage:
    def test_sends_whoever_is_not_signed_in_to_sign_in_and_back(self, alice):
        client = Client()
        answer = client.get("/upload/")
        assert (answer.status_code, answer["Location"]) == (302, "/admin/login/?next=/upload/")
        sent = {"username": "alice", "password": alice.password, "next": "/upload/"}
        assert client.post("/admin/login/?next=/upload/", sent)["Location"] == "/upload/"

    def test_has_nothing_that_a_strict_policy_would_stop(self, page):
        answer = page.get("/upload/")
        text = answer.content.decode()
        for rule in STRICT:
            assert rule in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", text)
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)

    def test_is_kept_by_no_cache(self, page):
        assert "no-store" in page.get("/upload/")["Cache-Control"]

    def test_holds_no_token(self, page):
        assert "eyJ" not in page.get("/upload/").content.decode()

    def test_wants_a_temporary_password_changed_first(self, page):
        User.objects.filter(username="alice").update(is_password_temporary=True)
        assert page.get("/upload/")["Location"] == "/admin/account/"
        assert page.post("/upload/token/").status_code == 403


class TestTheToken:
    def test_speaks_for_whoever_is_signed_in(self, page, picture):
        api = token_of(page)
        assert api.get("me/")["username"] == "alice"
        assert api.upload(picture())["owner"]["username"] == "alice"

    def test_is_kept_by_no_cache_and_brings_no_refresh_token(self, page):
        answer = page.post("/upload/token/")
        assert "no-store" in answer["Cache-Control"]
        assert answer.json().keys() == {"access", "expires_in"}
        assert answer.json()["expires_in"] <= 300

    def test_is_for_nobody_who_is_not_signed_in(self, db):
        assert Client().post("/upload/token/").status_code == 401

    def test_needs_the_proof_that_our_own_page_asks(self, alice):
        client = Client(enforce_csrf_checks=True)
        client.force_login(_user(alice))
        client.get("/upload/")
        csrf = client.cookies["csrftoken"].value
        assert client.post("/upload/token/").status_code == 403
        elsewhere = {"X-CSRFToken": csrf, "Origin": "https://evil.example"}
        assert client.post("/upload/token/", headers=elsewhere).status_code == 403
        assert client.post("/upload/token/", headers={"X-CSRFToken": csrf}).status_code == 200
        assert client.get("/upload/token/").status_code == 405

    def test_a_cookie_alone_is_nothing_to_the_api(self, page):
        page.post("/upload/token/")
        assert page.get("/api/v2/me/").status_code == 401

    def test_asking_again_goes_on_with_the_same_session(self, page, alice):
        before = len(alice.get("me/sessions/")["items"])
        first, second = token_of(page), token_of(page)
        assert first.tokens != second.tokens
        assert len(alice.get("me/sessions/")["items"]) == before + 1

    def test_ends_within_minutes_if_the_page_does_not_ask_again(self, page, alice, monkeypatch):
        before = len(alice.get("me/sessions/")["items"])
        api = token_of(page)
        later = clock.now() + LASTS + timedelta(seconds=30)
        monkeypatch.setattr(clock, "now", lambda: later)
        api.get("me/", 401)
        assert len(alice.get("me/sessions/")["items"]) == before
        token_of(page).get("me/")

    def test_ends_at_once_with_the_session_of_the_admin(self, page, alice):
        api = token_of(page)
        page.post("/admin/logout/")
        api.get("me/", 401)
        assert page.post("/upload/token/").status_code == 401
        alice.get("me/")

    def test_ends_at_once_even_when_the_session_was_signed_in_again_meanwhile(self, page, alice):
        api = token_of(page)
        page.post("/admin/login/", {"username": "alice", "password": alice.password})
        page.post("/admin/logout/")
        api.get("me/", 401)

    def test_signing_out_elsewhere_leaves_it(self, page, alice, enter):
        api, other = token_of(page), enter(alice)
        other_api = token_of(other)
        other.post("/admin/logout/")
        other_api.get("me/", 401)
        api.get("me/")

    def test_ends_at_once_for_whoever_is_blocked(self, page, alice):
        api = token_of(page)
        user = _user(alice)
        user.blocked_at = clock.now()
        user.save()
        api.get("me/", 401)
        assert page.post("/upload/token/").status_code == 401

    def test_ends_with_a_new_password(self, page, alice):
        api = token_of(page)
        new = {"old_password": alice.password, "new_password": "Quite-another-1"}
        alice.call("POST", "auth/password/change/", json=new, expect=(200, 204))
        api.get("me/", 401)
        assert page.post("/upload/token/").status_code == 401


def _user(api: Api) -> User:
    return User.objects.get(username=api.username)
