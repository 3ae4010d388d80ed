"""Refreshing, listing and ending sessions."""

import json
from datetime import timedelta

import pytest

from accounts.models import Session, User
from core import clock
from tests.client import Api, is_error
from tests.conftest import PASSWORD


def refresh(token):
    return Api().call("POST", "auth/token/refresh/", json={"refresh": token})


@pytest.fixture
def later(monkeypatch):
    """Lets time pass."""
    moment = [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: moment[0])

    def later(**by):
        moment[0] += timedelta(**by)

    return later


class TestRefreshing:
    def test_gives_a_new_pair_and_the_session_goes_on(self, alice):
        answer = refresh(alice.tokens["refresh"]).json()
        assert set(answer) == {"access", "refresh"}
        alice.get("me/")
        alice.tokens = answer
        alice.get("me/")
        assert Session.objects.filter(user__username="alice").count() == 1

    def test_again_within_ten_seconds_is_an_honest_mistake(self, alice, later):
        first = refresh(alice.tokens["refresh"]).json()
        later(seconds=9)
        is_error(refresh(alice.tokens["refresh"]), 401, "token_rotated")
        assert refresh(first["refresh"]).status_code == 200

    def test_again_within_ten_seconds_is_one_even_if_the_successor_was_used_too(self, alice, later):
        second = refresh(refresh(alice.tokens["refresh"]).json()["refresh"]).json()
        later(seconds=5)
        is_error(refresh(alice.tokens["refresh"]), 401, "token_rotated")
        assert refresh(second["refresh"]).status_code == 200

    def test_again_later_ends_the_whole_session(self, alice, later):
        newest = refresh(alice.tokens["refresh"]).json()
        later(seconds=11)
        is_error(refresh(alice.tokens["refresh"]), 401, "token_not_valid")
        is_error(refresh(newest["refresh"]), 401, "token_not_valid")
        alice.tokens = newest
        is_error(alice.call("GET", "me/"), 401)

    def test_leaves_other_sessions_alone(self, alice, sign_in, later):
        other = sign_in("alice")
        refresh(alice.tokens["refresh"])
        later(seconds=11)
        refresh(alice.tokens["refresh"])
        other.get("me/")

    def test_by_twelve_at_once_succeeds_once_and_the_session_lives(self, register, at_once):
        alice = register("alice")
        for _ in range(3):
            token = alice.tokens["refresh"]

            def go(token=token):
                client = Api().client
                body = json.dumps({"refresh": token})
                return client.post("/api/v2/auth/token/refresh/", body, content_type="application/json")

            answers = at_once(*[go] * 12)
            assert sorted(answer.status_code for answer in answers) == [200, *[401] * 11]
            codes = {answer.json()["errors"][0]["code"] for answer in answers if answer.status_code == 401}
            assert codes == {"token_rotated"}
            [alice.tokens] = [answer.json() for answer in answers if answer.status_code == 200]
            alice.get("me/")

    def test_goes_on_for_as_long_as_it_is_done_in_time(self, alice, later, settings):
        tokens = alice.tokens
        for _ in range(3):
            later(days=settings.REFRESH_TOKEN_DAYS - 1)
            tokens = refresh(tokens["refresh"]).json()
        later(days=settings.REFRESH_TOKEN_DAYS, minutes=1)
        is_error(refresh(tokens["refresh"]), 401, "token_not_valid")

    @pytest.mark.parametrize("change", [{"is_active": False}, {"blocked_at": clock.now()}])
    def test_is_refused_for_the_inactive_and_the_blocked(self, alice, change):
        User.objects.filter(username="alice").update(**change)
        is_error(refresh(alice.tokens["refresh"]), 401, "token_not_valid")

    def test_takes_no_access_token(self, alice):
        is_error(refresh(alice.tokens["access"]), 401, "token_not_valid")

    @pytest.mark.parametrize("token", [None, [1], {"a": 1}, "", 5, True, "x" * 70_000, "a.b.c", "\u0000"])
    def test_refuses_odd_tokens(self, db, token):
        assert refresh(token).status_code in (400, 401)


class TestSigningOut:
    def test_stops_the_tokens_of_that_session_at_once(self, alice, sign_in):
        other = sign_in("alice")
        Api().post("auth/logout/", 204, json={"refresh": alice.tokens["refresh"]})
        for path in ("me/", "feed/latest/"):
            is_error(alice.call("GET", path), 401, "token_not_valid")
        is_error(refresh(alice.tokens["refresh"]), 401, "token_not_valid")
        other.get("me/")

    def test_twice_is_refused(self, alice):
        Api().post("auth/logout/", 204, json={"refresh": alice.tokens["refresh"]})
        is_error(Api().call("POST", "auth/logout/", json={"refresh": alice.tokens["refresh"]}), 401)

    def test_works_with_an_expired_access_token_in_the_header(self, alice):
        headers = {"Authorization": "Bearer expired"}
        Api().call("POST", "auth/logout/", expect=204, headers=headers, json={"refresh": alice.tokens["refresh"]})

    def test_of_a_deleted_user_is_refused(self, alice):
        alice.post("me/delete/", 204, json={"password": PASSWORD})
        for path in ("auth/logout/", "auth/token/refresh/"):
            is_error(Api().call("POST", path, json={"refresh": alice.tokens["refresh"]}), 401)
        is_error(alice.call("GET", "me/"), 401)

    @pytest.mark.parametrize("body", [{}, {"refresh": None}, {"refresh": []}])
    def test_needs_a_token(self, anyone, body):
        is_error(anyone.call("POST", "auth/logout/", json=body), 400, attr="refresh")


class TestListingSessions:
    def test_shows_ones_own_live_ones_with_the_present_one_marked(self, alice, bob, sign_in):
        phone = Api().call(
            "POST",
            "auth/token/",
            json={"username": "alice", "password": PASSWORD},
            headers={"User-Agent": "Phone\x07 <b>" + "x" * 500},
        )
        ended = sign_in("alice")
        ended.post("auth/logout/", 204, json={"refresh": ended.tokens["refresh"]})
        answer = alice.get("me/sessions/")
        assert len(answer["items"]) == 2
        assert answer["meta"] == {"next": None, "previous": None}
        assert set(answer["items"][0]) == {"id", "created_at", "last_used_at", "user_agent", "is_current"}
        [current] = [item for item in answer["items"] if item["is_current"]]
        assert current["user_agent"] == ""
        [other] = [item for item in answer["items"] if not item["is_current"]]
        assert other["user_agent"].startswith("Phone <b>xxx")
        assert len(other["user_agent"]) == 300
        assert phone.status_code == 200

    def test_is_paginated(self, alice, sign_in):
        for _ in range(4):
            sign_in("alice")
        first = alice.get("me/sessions/?limit=2")
        second = alice.get(first["meta"]["next"])
        third = alice.get(second["meta"]["next"])
        ids = [item["id"] for page in (first, second, third) for item in page["items"]]
        assert len(ids) == len(set(ids)) == 5
        assert third["meta"]["next"] is None
        back = alice.get(third["meta"]["previous"])
        assert [item["id"] for item in back["items"]] == [item["id"] for item in second["items"]]

    def test_refuses_bad_parameters(self, alice, bob, sign_in):
        sign_in("alice")
        mine = alice.get("me/sessions/?limit=1")["meta"]["next"]
        for query in ("limit=0", "limit=x", "limit=101", "cursor=AAAA", "cursor=%00", "other=1"):
            is_error(alice.call("GET", f"me/sessions/?{query}"), 400)
        is_error(bob.call("GET", mine), 400)

    def test_is_for_the_signed_in(self, anyone):
        is_error(anyone.call("GET", "me/sessions/"), 401, "not_authenticated")


class TestEndingASession:
    def test_stops_its_tokens_at_once(self, alice, sign_in):
        other = sign_in("alice")
        [session] = [item for item in alice.get("me/sessions/")["items"] if not item["is_current"]]
        alice.delete(f"me/sessions/{session['id']}/")
        is_error(other.call("GET", "me/"), 401, "token_not_valid")
        alice.get("me/")
        is_error(alice.call("DELETE", f"me/sessions/{session['id']}/"), 404)

    def test_of_another_user_is_not_possible(self, alice, bob):
        theirs = Session.objects.get(user__username="bob").pk
        is_error(alice.call("DELETE", f"me/sessions/{theirs}/"), 404)
        bob.get("me/")

    @pytest.mark.parametrize("id", ["abc", "0", "-1", "1.0", "01", "１", "1" * 40, "%00", "1abc"])
    def test_knows_no_odd_ids(self, alice, id):
        is_error(alice.call("DELETE", f"me/sessions/{id}/"), 404)
        is_error(Api().call("DELETE", f"me/sessions/{id}/"), 401)

    def test_that_ended_long_ago_forgets_it(self, alice):
        from accounts.services.sessions import forget_ended

        Session.objects.update(ended_at=clock.now() - timedelta(days=6))
        forget_ended()
        assert Session.objects.exists()
        Session.objects.update(ended_at=clock.now() - timedelta(days=8))
        forget_ended()
        assert not Session.objects.exists()
