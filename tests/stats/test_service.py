"""The service over HTTP: the same figures for the same people as the CMS shows, by its own checks of tokens."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import jwt
import pytest
from django.conf import settings as cms
from fastapi.testclient import TestClient

from accounts.models import User
from blogs.models import BlogCard
from cms import keys
from core import statistics
from moderation.blocking import block_blog, block_user, unblock_blog, unblock_user
from stats.app import make_app
from stats.settings import Settings
from tests.client import Api
from tests.house.commands import run

BAD = "token_not_valid"


@pytest.fixture
def service(db, tmp_path: Path) -> TestClient:
    """The service on the store that the CMS of the test counts in."""
    settings = Settings(data_dir=tmp_path, jwt_public_keys=cms.JWT_KEYS["public"])
    settings.store.create()
    with TestClient(make_app(settings), follow_redirects=False, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def ask(service) -> Callable:
    """What the service answers somebody about a blog."""

    def ask(api: Api | str | None, slug: str, **query):
        statistics.catch_up()
        token = api if isinstance(api, str) else api and api.tokens.get("access")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return service.get(f"/stats/blogs/{slug}/", params=query, headers=headers)

    return ask


class TestFigures:
    def test_are_the_same_as_those_of_the_cms(self, ask, alice, bob):
        post = alice.write()
        bob.put(f"posts/{post['id']}/like/")
        bob.put(f"blogs/{alice.blog}/follow/")
        found = ask(alice, alice.blog, **{"from": "2026-01-01", "to": "2026-12-31"})
        assert found.json() == alice.get(f"blogs/{alice.blog}/stats/", **{"from": "2026-01-01", "to": "2026-12-31"})
        assert found.json()["totals"]["likes"] == 1
        assert found.headers["Cache-Control"] == "private, no-store"
        table = ask(alice, alice.blog, format="csv")
        assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert len(table.text.splitlines()) == 31

    @pytest.mark.parametrize(
        ("query", "attr"),
        [
            ({"from": "2026-02-30"}, "from"),
            ({"to": "0001-01-01"}, "to"),
            ({"from": "2020-01-01"}, "from"),
            ({"format": "xml"}, "format"),
            ({"a": "b"}, "a"),
        ],
    )
    def test_are_refused_in_the_shape_of_the_cms(self, ask, alice, query, attr):
        answer = ask(alice, alice.blog, **query)
        assert answer.status_code == 400
        assert answer.json()["type"] == "validation_error"
        assert [error["attr"] for error in answer.json()["errors"]] == [attr]
        cms_answer = alice.call("GET", f"blogs/{alice.blog}/stats/", params=query)
        assert answer.json() == cms_answer.json()


class TestWhoMaySeeThem:
    """The rule is that of the CMS: every case is asked of both."""

    def assert_same(self, ask, slug: str, people: list[Api], wanted: list[int]) -> None:
        of_service = [ask(api, slug).status_code for api in people]
        of_cms = [api.call("GET", f"blogs/{slug}/stats/").status_code for api in people]
        assert of_service == of_cms == wanted

    def test_in_every_state_of_a_blog(self, ask, alice, bob, moderator, admin, anyone):
        people = [alice, bob, moderator, admin, anyone]
        boss, card = User.objects.get(username="admin"), BlogCard.objects.get(slug=alice.blog)
        owner = card.owner
        self.assert_same(ask, alice.blog, people, [200, 403, 403, 200, 401])
        self.assert_same(ask, "nobody", people, [404, 404, 404, 404, 401])
        alice.patch(f"blogs/{alice.blog}/", json={"is_private": True})
        self.assert_same(ask, alice.blog, people, [200, 403, 403, 200, 401])
        block_blog(actor=boss, blog=card, until=None)
        self.assert_same(ask, alice.blog, people, [200, 404, 403, 200, 401])
        unblock_blog(actor=boss, blog=card)
        self.assert_same(ask, alice.blog, people, [200, 403, 403, 200, 401])
        block_user(actor=boss, user=owner, until=None)
        self.assert_same(ask, alice.blog, people, [401, 404, 403, 200, 401])
        unblock_user(actor=boss, user=owner)
        assert ask(bob, alice.blog).status_code == 403
        alice = Api("alice", alice.password, Api().post("auth/token/", 200, json=_login(alice)), alice.me)
        people[0] = alice
        alice.patch("blogs/alice/", json={"slug": "renamed"})
        self.assert_same(ask, "renamed", people, [200, 403, 403, 200, 401])
        self.assert_same(ask, "alice", people, [308, 308, 308, 308, 401])
        moved = ask(alice, "alice", to="2026-01-01")
        assert moved.headers["Location"] == "/stats/blogs/renamed/?to=2026-01-01"
        alice.delete("blogs/renamed/")
        self.assert_same(ask, "renamed", people, [404, 404, 404, 404, 401])
        self.assert_same(ask, "alice", people, [404, 404, 404, 404, 401])

    def test_an_admin_of_yesterday_is_none(self, ask, alice, bob, admin):
        admin.patch("users/bob/", json={"role": "admin"})
        boss = Api("bob", bob.password, Api().post("auth/token/", 200, json=_login(bob)))
        assert ask(boss, alice.blog).status_code == 200
        admin.patch("users/bob/", json={"role": "user"})
        assert ask(boss, alice.blog).status_code == 403

    def test_who_left_is_refused(self, ask, alice, bob):
        bob.post("me/delete/", 204, json={"password": bob.password})
        answer = ask(bob, alice.blog)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, BAD)


def _login(api: Api) -> dict:
    return {"username": api.username, "password": api.password}


class TestTokens:
    def claims(self, alice: Api, **other) -> dict:
        now = int(time.time())
        claims = {"iss": "inktree", "aud": "inktree", "sub": str(User.objects.get(username="alice").pk), "sid": 1}
        return claims | {"jti": uuid.uuid4().hex, "typ": "access", "role": "user", "iat": now, "exp": now + 900} | other

    def signed(self, claims: dict, *, key: str = "", kid: str | None = None, algorithm: str = "ES256") -> str:
        headers = {"kid": kid or cms.JWT_KEYS["kid"]}
        return jwt.encode(claims, key or cms.JWT_KEYS["private"], algorithm=algorithm, headers=headers)

    def test_of_the_cms_are_taken(self, ask, alice):
        assert ask(self.signed(self.claims(alice)), alice.blog).status_code == 200

    @pytest.mark.parametrize(
        "other",
        [
            {"iss": "elsewhere"},
            {"aud": "elsewhere"},
            {"aud": None},
            {"exp": 1},
            {"exp": None},
            {"iat": 2**40},
            {"typ": "refresh"},
            {"sub": "1 OR 1=1"},
            {"sub": "0"},
            {"sub": str(2**63)},
            {"sub": None},
            {"role": "king"},
            {"nbf": 2**40},
        ],
    )
    def test_that_say_something_wrong_are_not(self, ask, alice, other):
        claims = {name: value for name, value in self.claims(alice, **other).items() if value is not None}
        answer = ask(self.signed(claims), alice.blog)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, BAD)
        assert "Bearer" in answer.headers["WWW-Authenticate"]

    def test_that_are_forged_are_not(self, ask, alice):
        claims, public = self.claims(alice, role="admin"), cms.JWT_KEYS["public"][cms.JWT_KEYS["kid"]]
        other = keys.make_signing_key()
        forged = [
            self.signed(claims, key=other),
            self.signed(claims, key=other, kid="another"),
            jwt.encode(claims, "", algorithm="none", headers={"kid": cms.JWT_KEYS["kid"]}),
            _hmac(claims, public),
            self.signed(claims)[:-4] + "AAAA",
            "a.b.c",
            "x" * 5000,
            alice.tokens["refresh"],
        ]
        assert [ask(token, alice.blog).status_code for token in forged] == [401] * len(forged)

    def test_stand_in_one_header_of_one_form(self, service, alice):
        token = alice.tokens["access"]
        path = f"/stats/blogs/{alice.blog}/"
        for header in (token, f"Basic {token}", f"Bearer  {token}", f"Bearer {token}, Bearer {token}", "Bearer "):
            assert service.get(path, headers={"Authorization": header}).status_code == 401
        twice = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
        assert service.get(path, headers=twice).status_code == 401
        assert service.get(f"{path}?access_token={token}").status_code == 401


def _hmac(claims: dict, public_pem: str) -> str:
    """A token signed with the public key as if it were a shared secret."""
    import base64
    import hashlib
    import hmac

    def part(value: dict) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    head = part({"alg": "HS256", "typ": "JWT", "kid": cms.JWT_KEYS["kid"]}) + b"." + part(claims)
    signature = hmac.new(public_pem.encode(), head, hashlib.sha256).digest()
    return (head + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


class TestService:
    def test_lives_is_ready_and_describes_itself(self, service):
        assert service.get("/healthz").json() == {"status": "ok"}
        assert service.get("/readyz").json() == {"status": "ok", "store": True}
        schema = service.get("/stats/openapi.json").json()
        assert list(schema["paths"]) == ["/stats/blogs/{slug}/"]
        assert schema["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"

    def test_gives_every_error_the_same_shape(self, service):
        for method, path, status in (
            ("GET", "/nothing", 404),
            ("POST", "/stats/blogs/a/", 405),
            ("GET", "/stats/", 404),
        ):
            answer = service.request(method, path)
            assert answer.status_code == status
            assert set(answer.json()["errors"][0]) == {"code", "detail", "attr"}

    def test_answers_503_while_its_store_is_down(self, tmp_path, alice):
        settings = Settings(
            stats_broker_url="amqp://127.0.0.1:1//",
            dynamodb_endpoint_url="http://127.0.0.1:1",
            aws_access_key_id="x",
            aws_secret_access_key="y",
            jwt_public_keys=cms.JWT_KEYS["public"],
        )
        client = TestClient(make_app(settings), raise_server_exceptions=False)  # without its background work
        headers = {"Authorization": f"Bearer {alice.tokens['access']}"}
        answer = client.get("/stats/blogs/alice/", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (503, "server_error")
        assert answer.headers["Retry-After"]
        assert client.get("/readyz").json() == {"status": "unavailable", "store": False, "broker": False}
        assert client.get("/healthz").status_code == 200

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("JWT_PUBLIC_KEYS", ""),
            ("JWT_PUBLIC_KEYS", "{}"),
            ("JWT_PUBLIC_KEYS", '{"a": "b"}'),
            ("STATS_BROKER_URL", "http://127.0.0.1"),
            ("DYNAMODB_ENDPOINT_URL", "127.0.0.1:8000"),
            ("STATS_TABLE", "a b"),
            ("PORT", "70000"),
            ("LOG_LEVEL", "LOUD"),
        ],
    )
    def test_does_not_start_with_a_wrong_variable(self, tmp_path, name, value):
        variables = {"JWT_PUBLIC_KEYS": json.dumps(cms.JWT_KEYS["public"]), name: value}
        ended = run("-m", "stats", data_dir=tmp_path, **variables)
        assert ended.returncode == 1
        assert ended.stderr.startswith(f"inktree stats: {name} is ")
        assert len(ended.stderr.splitlines()) == 1

    def test_knows_no_more_than_the_public_key(self, tmp_path):
        from cms.stats import WITHHELD

        code = "import cms.stats, json; print(json.dumps(cms.stats.environment()))"
        secret = keys.make_signing_key()
        variables = dict.fromkeys(WITHHELD, "a secret") | {"JWT_PRIVATE_KEY": secret}
        given = json.loads(run("-c", code, data_dir=tmp_path, **variables).stdout)
        assert not set(WITHHELD) & set(given)
        assert "PRIVATE" not in json.dumps(given)
        assert "a secret" not in given.values()
        assert list(json.loads(given["JWT_PUBLIC_KEYS"])) == [keys.key_id(keys.parse_signing_key(secret))]
