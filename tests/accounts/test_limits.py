"""Rate limits: who is counted, how, and what happens when Redis is down."""

import ipaddress

import pytest

from core import limits
from core.clients import UNKNOWN, client_address
from core.errors import TooManyRequests
from tests.client import Api, is_error
from tests.conftest import PASSWORD


@pytest.fixture(autouse=True)
def limited(settings):
    """Limits are on, and nothing has been counted yet."""
    limits.reset()
    settings.RATE_LIMITS = True
    yield
    limits.reset()


def try_to_sign_in(username, password="Wrong-password-1", address="192.0.2.1", **headers):
    client = Api().client
    body = {"username": username, "password": password}
    return client.post(
        "/api/v2/auth/token/", body, content_type="application/json", headers=headers, REMOTE_ADDR=address
    )


class TestSigningIn:
    def test_is_limited_per_account_and_address(self, alice, bob):
        statuses = [try_to_sign_in("alice").status_code for _ in range(14)]
        assert statuses == [401] * 10 + [429] * 4
        answer = try_to_sign_in("ALICE", PASSWORD)
        is_error(answer, 429, "throttled")
        assert 1 <= int(answer.headers["Retry-After"]) <= 120
        assert try_to_sign_in("bob", PASSWORD).status_code == 200
        assert try_to_sign_in("alice", PASSWORD, "192.0.2.2").status_code == 200

    def test_counts_unknown_accounts_in_the_same_way(self, db):
        assert [try_to_sign_in("nobody").status_code for _ in range(11)] == [401] * 10 + [429]

    def test_is_limited_per_address(self, db):
        statuses = [try_to_sign_in(f"nobody{number}").status_code for number in range(40)]
        assert statuses == [401] * 30 + [429] * 10

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP", "X-Client-IP"])
    def test_believes_no_header_of_a_stranger(self, db, header):
        statuses = [try_to_sign_in("nobody", **{header: f"198.51.100.{number}"}).status_code for number in range(12)]
        assert statuses == [401] * 10 + [429] * 2

    def test_takes_a_network_of_ipv6_as_one(self, db):
        statuses = [try_to_sign_in("nobody", address=f"2001:db8::{number:x}").status_code for number in range(12)]
        assert statuses == [401] * 10 + [429] * 2
        assert try_to_sign_in("nobody", address="2001:db8:0:1::1").status_code == 401

    def test_right_ones_do_not_use_up_the_tries(self, alice):
        for _ in range(3):
            for _ in range(9):
                assert try_to_sign_in("alice").status_code in (401, 429)
            limits.forget("login", "192.0.2.1")
            assert try_to_sign_in("alice", PASSWORD).status_code == 200

    def test_cannot_be_used_to_lock_another_out(self, alice, anyone):
        assert try_to_sign_in("alice", PASSWORD, "203.0.113.9").status_code == 200
        for number in range(110):
            answer = try_to_sign_in("alice", address=f"198.51.{number}.1")
        assert answer.status_code == 429
        assert try_to_sign_in("alice", PASSWORD, "203.0.113.9").status_code == 200
        assert try_to_sign_in("alice", PASSWORD, "203.0.113.10").status_code == 429

    def test_in_the_admin_counts_together_with_the_api(self, alice):
        client = Api().client
        for _ in range(5):
            try_to_sign_in("alice", address="127.0.0.1")
        form = {"username": "alice", "password": "Wrong-password-1"}
        statuses = [client.post("/admin/login/", form).status_code for _ in range(6)]
        assert statuses == [200] * 5 + [429]
        answer = client.post("/admin/login/", {**form, "password": PASSWORD})
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) >= 1


class TestOtherLimits:
    def many(self, path, body, count, actor=None):
        actor = actor or Api()
        return [actor.call("POST", path, json=body).status_code for _ in range(count)]

    def test_registrations(self, db):
        assert self.many("auth/register/", {}, 32) == [400] * 30 + [429] * 2

    def test_resets(self, db):
        assert self.many("auth/password/reset/", {"email": "nobody@example.com"}, 12) == [202] * 10 + [429] * 2

    def test_asking_for_the_password(self, alice):
        wrong = {"old_password": "Wrong-password-1", "new_password": "Another-horse-7"}
        assert self.many("auth/password/change/", wrong, 6, alice) == [400] * 6
        assert self.many("me/delete/", {"password": "Wrong-password-1"}, 6, alice) == [400] * 4 + [429] * 2

    def test_reads_go_on(self, alice, anyone):
        self.many("auth/register/", {}, 31)
        anyone.get("users/alice/")

    def test_are_off_when_set_so(self, db, settings):
        settings.RATE_LIMITS = False
        assert self.many("auth/register/", {}, 35) == [400] * 35


class TestWithRedisDown:
    def test_this_process_counts_alone(self, settings, db):
        settings.CACHE_URL = "redis://127.0.0.1:1/0"
        for _ in range(10):
            limits.take("login_here", "a", "b")
        with pytest.raises(TooManyRequests):
            limits.take("login_here", "a", "b")
        assert try_to_sign_in("nobody").status_code == 401


class TestTheClientsAddress:
    @pytest.fixture(autouse=True)
    def behind_proxies(self, settings):
        settings.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")]

    @pytest.mark.parametrize(
        ("remote", "forwarded", "address"),
        [
            ("192.0.2.1", "", "192.0.2.1"),
            ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
            ("10.0.0.1", "nonsense", "10.0.0.1"),
            ("10.0.0.1", "6.6.6.6, nonsense", "10.0.0.1"),
            ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("::ffff:192.0.2.1", "", "192.0.2.1"),
            ("fd00::1", "[2001:db8::1]:443", "2001:db8::/64"),
            ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
            ("", "198.51.100.1", UNKNOWN),
            ("10.0.0.1", ",".join(["10.0.0.2"] * 1000), "10.0.0.2"),
        ],
    )
    def test_is_what_trusted_proxies_say(self, remote, forwarded, address):
        assert client_address({"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": forwarded}) == address
