"""POST auth/token/, the tokens it gives, and the admin's sign-in page."""

import base64
import json
import statistics
import time
from datetime import timedelta

import jwt
import pytest

from accounts import tokens
from accounts.models import Session, User
from core import clock
from tests.client import is_error
from tests.conftest import PASSWORD


def try_to_sign_in(anyone, username, password="Wrong-password-1"):
    return anyone.call("POST", "auth/token/", json={"username": username, "password": password})


def block(username, until=None):
    User.objects.filter(username=username).update(blocked_at=clock.now(), blocked_until=until, block_reason="spam")


class TestSigningIn:
    @pytest.mark.parametrize("identifier", ["alice", "ALICE", "alice@example.com", "Alice@Example.com", " alice "])
    def test_works_with_name_or_address_in_any_case(self, alice, anyone, identifier):
        answer = anyone.post("auth/token/", 200, json={"username": identifier, "password": PASSWORD})
        assert set(answer) == {"access", "refresh"}

    def test_looks_the_same_for_everybody_who_is_not_let_in(self, alice, bob, charlie, anyone):
        User.objects.filter(username="bob").update(is_active=False)
        block("charlie")
        answers = [try_to_sign_in(anyone, name) for name in ("alice", "bob", "charlie", "nobody", "nobody@example.com")]
        answers.append(try_to_sign_in(anyone, "bob", PASSWORD))
        for answer in answers:
            is_error(answer, 401, "no_active_account")
        assert len({answer.content for answer in answers}) == 1
        assert len({frozenset(set(answer.headers) - {"X-Request-ID"}) for answer in answers}) == 1
        assert "WWW-Authenticate" in answers[0].headers

    def test_takes_as_long_for_the_unknown_as_for_the_known(self, alice, anyone, settings):
        from tests.settings import SECURE_PASSWORD_HASHERS

        settings.PASSWORD_HASHERS = SECURE_PASSWORD_HASHERS
        user = User.objects.get(username="alice")
        user.set_password(PASSWORD)
        User.objects.filter(pk=user.pk).update(password=user.password)
        times = {"alice": [], "nobody": []}
        for name in times:
            try_to_sign_in(anyone, name)
        for _ in range(7):
            for name, taken in times.items():
                start = time.perf_counter()
                try_to_sign_in(anyone, name)
                taken.append(time.perf_counter() - start)
        known, unknown = (statistics.median(taken) for taken in times.values())
        assert known / unknown == pytest.approx(1, abs=0.5)

    def test_asks_the_database_the_same_for_the_unknown_as_for_the_known(
        self, alice, anyone, django_assert_num_queries
    ):
        for name in ("alice", "nobody"):
            with django_assert_num_queries(1):
                try_to_sign_in(anyone, name)

    def test_tells_of_a_block_only_with_the_right_password(self, charlie, anyone):
        block("charlie")
        body = is_error(try_to_sign_in(anyone, "charlie", PASSWORD), 403, "user_blocked")
        assert body["until"] is None
        until = clock.now() + timedelta(days=1)
        block("charlie", until)
        assert is_error(try_to_sign_in(anyone, "charlie", PASSWORD), 403)["until"] == clock.iso(until)

    def test_works_again_once_a_block_has_ended(self, charlie, anyone):
        block("charlie", clock.now() - timedelta(seconds=1))
        anyone.post("auth/token/", 200, json={"username": "charlie", "password": PASSWORD})

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"username": "alice"},
            {"password": "x"},
            {"username": None, "password": "x"},
            {"username": ["a"], "password": {}},
        ],
    )
    def test_names_what_is_missing(self, anyone, body):
        is_error(anyone.call("POST", "auth/token/", json=body), 400)

    @pytest.mark.parametrize("password", ["x" * 129, "x" * 100_000])
    def test_refuses_overlong_passwords_quickly(self, alice, anyone, password):
        is_error(try_to_sign_in(anyone, "alice", password), 401, "no_active_account")

    @pytest.mark.parametrize("name", ["a" * 10_000, "alice' OR 1=1 --", "%", "al_ce", "😀", "\u202ealice"])
    def test_knows_nobody_by_odd_names(self, alice, anyone, name):
        is_error(try_to_sign_in(anyone, name, PASSWORD), 401, "no_active_account")


class TestAccessTokens:
    def test_are_signed_for_others_to_check(self, alice, settings):
        header = jwt.get_unverified_header(alice.tokens["access"])
        assert header["alg"] == "ES256"
        public = settings.JWT_KEYS["public"][header["kid"]]
        claims = jwt.decode(alice.tokens["access"], public, algorithms=["ES256"], issuer="inktree", audience="inktree")
        user = User.objects.get(username="alice")
        assert claims["sub"] == str(user.pk)
        assert claims["typ"] == "access"
        assert claims["role"] == "user"
        assert claims["sid"] == Session.objects.get(user=user).pk
        assert claims["exp"] - claims["iat"] == settings.ACCESS_TOKEN_MINUTES * 60

    def test_cost_one_query(self, alice, django_assert_num_queries):
        from accounts.services import sessions

        for _ in range(2):
            with django_assert_num_queries(1):
                sessions.authenticate(alice.tokens["access"])
            with django_assert_num_queries(1):
                sessions.identify(alice.tokens["access"])

    def test_are_verified_once(self, alice, monkeypatch):
        alice.get("me/")
        monkeypatch.setattr(jwt, "decode", lambda *args, **kwargs: pytest.fail("verified again"))
        alice.get("me/")

    def test_signed_with_a_former_key_work_while_it_is_listed(self, alice, settings):
        from cms import keys

        new = keys.parse_signing_key(keys.make_signing_key())
        kid = keys.key_id(new)
        old = settings.JWT_KEYS["public"]
        settings.JWT_KEYS = {"private": keys.private_pem(new), "kid": kid, "public": old | {kid: keys.public_pem(new)}}
        tokens.forget_verified()
        alice.get("me/")
        settings.JWT_KEYS = settings.JWT_KEYS | {"public": {kid: keys.public_pem(new)}}
        tokens.forget_verified()
        is_error(alice.call("GET", "me/"), 401, "token_not_valid")

    def test_end_at_their_time(self, alice, monkeypatch, settings):
        alice.get("me/")
        later = clock.now() + timedelta(minutes=settings.ACCESS_TOKEN_MINUTES, seconds=31)
        monkeypatch.setattr(clock, "now", lambda: later)
        is_error(alice.call("GET", "me/"), 401, "token_not_valid")

    @pytest.mark.parametrize("change", [{"is_active": False}, {"blocked_at": clock.now()}])
    def test_die_at_once_with_their_user(self, alice, change):
        User.objects.filter(username="alice").update(**change)
        for path in ("me/", "feed/latest/"):
            is_error(alice.call("GET", path), 401, "token_not_valid")

    def test_tell_nothing_once_their_session_has_ended(self, alice, moderator):
        private = alice.post("blogs/", json={"title": "Diary", "is_private": True})["slug"]
        post = alice.write("Dear diary", blog=private)["id"]
        paths = ("feed/home/", "me/posts/", f"posts/{post}/", "posts/99999/", f"blogs/{private}/", "blogs/nothing/")
        for reader in (alice, moderator):
            for path in paths:
                assert reader.call("GET", path).status_code in (200, 404)
            reader.post("auth/logout/", 204, json={"refresh": reader.tokens["refresh"]})
            for path in (*paths, "feed/home/?limit=0", "feed/home/?cursor=x"):
                is_error(reader.call("GET", path), 401, "token_not_valid")

    def test_go_by_the_role_of_the_moment(self, alice, bob, moderator, admin):
        private = alice.post("blogs/", json={"title": "Diary", "is_private": True})["slug"]
        post = alice.write("Dear diary", blog=private)["id"]
        for path in (f"posts/{post}/", f"blogs/{private}/posts/dear-diary/"):
            assert (moderator.call("GET", path).status_code, bob.call("GET", path).status_code) == (200, 404)
        for username, role in ((moderator.username, "user"), ("bob", "moderator")):
            admin.patch(f"users/{username}/", json={"role": role})
        for path in (f"posts/{post}/", f"blogs/{private}/posts/dear-diary/"):
            assert (moderator.call("GET", path).status_code, bob.call("GET", path).status_code) == (404, 200)
        assert [item["id"] for item in bob.get("posts/")["items"]] == [post]
        assert moderator.get("posts/")["items"] == []

    @pytest.mark.parametrize("path", ["me/", "feed/home/", "posts/99999/"])
    def test_note_their_use_seldom(self, alice, path):
        session = Session.objects.get(user__username="alice")
        for ago, is_noted in ((timedelta(minutes=2), False), (timedelta(minutes=10), True)):
            before = clock.now() - ago
            Session.objects.filter(pk=session.pk).update(last_used_at=before)
            alice.call("GET", path)
            session.refresh_from_db()
            assert (session.last_used_at > before) is is_noted


class TestOddTokens:
    @pytest.fixture
    def forge(self, alice, settings):
        """Makes tokens like a genuine one but for what is given."""
        genuine = jwt.decode(alice.tokens["access"], options={"verify_signature": False})

        def forge(headers=None, key=settings.JWT_KEYS["private"], algorithm="ES256", **claims):
            claims = {name: value for name, value in {**genuine, **claims}.items() if value is not ...}
            headers = {"kid": settings.JWT_KEYS["kid"], **(headers or {})}
            return jwt.PyJWS().encode(
                json.dumps(claims).encode(), key, algorithm=algorithm, headers={"typ": "JWT", **headers}
            )

        return forge

    def refused(self, anyone, token):
        start = time.perf_counter()
        answer = anyone.call("GET", "me/", headers={"Authorization": f"Bearer {token}"})
        is_error(answer, 401, "token_not_valid")
        assert "invalid_token" in answer.headers["WWW-Authenticate"]
        assert time.perf_counter() - start < 0.5

    def test_a_forged_copy_of_a_genuine_one_works(self, anyone, forge):
        anyone.call("GET", "me/", expect=200, headers={"Authorization": f"Bearer {forge()}"})

    @pytest.mark.parametrize(
        "claims",
        [
            {"sub": "abc"},
            {"sub": 10**30},
            {"sub": str(10**30)},
            {"sub": [1]},
            {"sub": {"a": 1}},
            {"sub": None},
            {"sub": ...},
            {"sub": "-1"},
            {"sub": "1.0"},
            {"sub": "١"},
            {"sub": True},
            {"sub": "999999"},
            {"sid": "abc"},
            {"sid": 10**30},
            {"sid": None},
            {"sid": True},
            {"sid": ...},
            {"jti": 5},
            {"jti": ...},
            {"typ": "refresh"},
            {"typ": ["access"]},
            {"typ": ...},
            {"iss": "another"},
            {"iss": ...},
            {"aud": "another"},
            {"aud": ...},
            {"exp": 1},
            {"exp": "soon"},
            {"exp": 10**400},
            {"exp": ...},
            {"iat": 10**11},
            {"nbf": 10**11},
        ],
        ids=str,
    )
    def test_with_odd_claims_are_refused(self, anyone, forge, claims):
        self.refused(anyone, forge(**claims))

    def test_that_are_not_signed_by_us_are_refused(self, anyone, forge, settings):
        from cms import keys

        public = settings.JWT_KEYS["public"][settings.JWT_KEYS["kid"]]
        stranger = keys.make_signing_key()
        for token in (forge(key=stranger), forge(key=None, algorithm="none"), forge(headers={"kid": "../../dev/null"})):
            self.refused(anyone, token)
        for headers in ({"kid": None}, {"kid": 5}, {"kid": ["a"]}, {"jku": "http://127.0.0.1/keys"}, {"crit": ["x"]}):
            self.refused(anyone, self.raw({"alg": "ES256", **headers}))
        for algorithm in ("none", "None", "HS256", "RS256", "es256", ["ES256"], None):
            self.refused(anyone, self.raw({"alg": algorithm, "kid": settings.JWT_KEYS["kid"]}))
        import hashlib
        import hmac

        head = self.raw({"alg": "HS256", "kid": settings.JWT_KEYS["kid"]}).rpartition(".")[0]
        mac = hmac.new(public.encode(), head.encode(), hashlib.sha256).digest()
        self.refused(anyone, f"{head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}")

    def raw(self, header, payload=b'{"sub":"1"}'):
        parts = [json.dumps(header).encode(), payload, b"signature"]
        return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)

    def test_of_odd_form_are_refused(self, anyone, alice, settings):
        nested = b"[" * 1200
        kid = settings.JWT_KEYS["kid"]
        for token in (
            "x",
            "..",
            "." * 1000,
            "a" * 65_536,
            alice.tokens["access"][:-2],
            alice.tokens["access"] + "A",
            alice.tokens["refresh"],
            base64.urlsafe_b64encode(nested).decode() + ".e30.e30",
            self.raw({"alg": "ES256", "kid": kid}, b"[" * 1200),
            self.raw({"alg": "ES256", "kid": kid}, b"\xff\xfe"),
            "null",
            "ünïcode",
        ):
            self.refused(anyone, token.encode().decode("latin-1"))

    @pytest.mark.parametrize(
        "form", ["Bearer", "Bearer ", "Bearer  {}", "Bearer {} x", "Bearer {}, Bearer {}", "Basic {}", "Token {}", "{}"]
    )
    def test_in_another_header_form_are_refused_even_where_nobody_need_sign_in(self, anyone, alice, form):
        header = form.replace("{}", alice.tokens["access"])
        for path in ("me/", "feed/latest/", "users/alice/"):
            is_error(anyone.call("GET", path, headers={"Authorization": header}), 401)

    @pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
    def test_may_name_the_scheme_in_any_case(self, anyone, alice, scheme):
        anyone.call("GET", "me/", expect=200, headers={"Authorization": f"{scheme} {alice.tokens['access']}"})

    def test_are_never_taken_from_the_url_or_a_cookie(self, anyone, alice):
        token = alice.tokens["access"]
        for name in ("token", "access", "access_token", "jwt", "Authorization"):
            is_error(anyone.call("GET", "me/", params={name: token}), 401, "not_authenticated")
            anyone.client.cookies[name] = token
        is_error(anyone.call("GET", "me/"), 401, "not_authenticated")

    def test_an_admin_session_is_no_credential_for_the_api(self, anyone, alice):
        anyone.client.force_login(User.objects.get(username="alice"), backend="accounts.backends.AccountBackend")
        is_error(anyone.call("GET", "me/"), 401, "not_authenticated")


class TestTheAdminsSignIn:
    def post(self, anyone, username, password=PASSWORD):
        return anyone.client.post("/admin/login/", {"username": username, "password": password})

    def test_lets_authors_in_and_gives_them_a_new_session(self, anyone, alice):
        first = anyone.client.get("/admin/login/")
        assert first.status_code == 200
        answer = self.post(anyone, "alice@example.com")
        assert answer.status_code == 302
        key = answer.cookies["inktree_session"].value
        assert answer.cookies["inktree_session"]["httponly"]
        assert answer.cookies["inktree_session"]["samesite"] == "Lax"
        assert anyone.client.get("/admin/").status_code == 200
        anyone.client.logout()
        assert self.post(anyone, "alice").cookies["inktree_session"].value != key

    def test_refuses_wrong_passwords_and_unknown_names_alike(self, anyone, alice):
        answers = [self.post(anyone, "alice", "Wrong-password-1"), self.post(anyone, "nobody")]
        assert all(answer.status_code == 200 for answer in answers)
        assert all(b"match" in answer.content for answer in answers)

    def test_says_so_to_the_blocked_only_with_the_right_password(self, anyone, alice):
        block("alice")
        assert b"blocked" in self.post(anyone, "alice").content
        assert b"blocked" not in self.post(anyone, "alice", "Wrong-password-1").content

    def test_ends_at_once_with_a_block(self, anyone, alice):
        self.post(anyone, "alice")
        assert anyone.client.get("/admin/").status_code == 200
        block("alice")
        assert anyone.client.get("/admin/").status_code == 302
