"""Every error below `/api/` has one shape, whoever raises it:

    {"type": "validation_error" | "client_error" | "server_error",
     "errors": [{"code": "…", "detail": "…", "attr": "…" or null}, …]}

with further facts beside `errors` where the contract says so. It is JSON with the right status, never HTML, and says
nothing of our insides. 400 to 499 are the client's, and nothing a client sends is a 500; 401 comes before 404 and names
the way to sign in; 405 names the methods there are; 429 says when to come back. The tests ask every route there is.
"""

import json
import re
from io import BytesIO

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.client import Api, is_error

INSIDES = re.compile(r"Traceback|File \"|/site-packages/|SELECT |django\.|psycopg|sqlite3", re.IGNORECASE)


def routes(patterns=None, prefix="") -> dict[str, URLPattern]:
    """Every route of the API with its parameters filled in, by path."""
    found = {}
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + _filled(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            found |= routes(pattern.url_patterns, path)
        elif path.startswith("api/v2/"):
            found[f"/{path}"] = pattern
    return found


def _filled(pattern: str) -> str:
    path = re.sub(
        r"<(?:(\w+):)?(\w+)>", lambda match: "999999" if match[1] == "int" or match[2] == "id" else "nothing", pattern
    )
    path = re.sub(r"\(\?P<\w+>[^)]*\)", "999999", path)
    return re.sub(r"[\^$]|\\Z", "", path)


ROUTES = sorted(routes())
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")


def has_the_shape(answer):
    """The answer is no error, or one in the one shape."""
    assert answer.status_code < 500, answer.content[:500]
    if answer.status_code >= 400 and not (answer.status_code == 405 and not answer.content):
        is_error(answer, answer.status_code)
        assert not INSIDES.search(answer.content.decode()), answer.content[:500]
    if answer.status_code == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    if answer.status_code == 405:
        assert answer.headers["Allow"]


def test_there_are_routes():
    assert len(ROUTES) > 15
    assert "/api/v2/auth/token/" in ROUTES


@pytest.mark.parametrize("path", ROUTES)
class TestEveryRoute:
    def test_answers_every_method_to_anybody(self, anyone, path):
        for method in METHODS:
            has_the_shape(anyone.call(method, path))
            has_the_shape(anyone.call(method, path, json={}))

    def test_answers_every_method_to_the_signed_in(self, alice, path):
        for method in METHODS:
            if path not in ("/api/v2/me/", "/api/v2/me/delete/"):
                has_the_shape(alice.call(method, path, json={}))

    def test_refuses_a_bad_credential(self, anyone, path):
        if path.startswith("/api/v2/auth/") or "schema" in path:
            return
        for method in ("GET", "POST"):
            answer = anyone.call(method, path, json={}, headers={"Authorization": "Bearer nonsense"})
            has_the_shape(answer)
            assert answer.status_code == 401, answer.content

    def test_refuses_what_is_no_json_object(self, alice, path):
        bodies = (b"{", b"\xff\xfe{}", b"[" * 100_000, b"[]", b"null", b'"text"', b'{"a": NaN}', b'{"a": 1e400}', b"")
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            for body in bodies:
                has_the_shape(alice.call(method, path, data=body))

    def test_refuses_other_kinds_of_bodies(self, alice, path):
        for kind in (
            "application/x-evil",
            "text/html",
            "application/json; charset=bz2_codec",
            "nonsense",
            "",
            "/",
            ";",
        ):
            for method in ("GET", "POST", "PATCH"):
                has_the_shape(alice.call(method, path, data=b"{}", content_type=kind))

    def test_takes_odd_parameters(self, alice, path):
        for query in (
            "a=%00",
            "%00=1",
            "cursor=%FF",
            "limit=" + "9" * 5000,
            "search=%00",
            "q=%00",
            "order=%00",
            "&&&=",
            "offset=9223372036854775808",
        ):
            has_the_shape(alice.call("GET", f"{path}?{query}"))

    def test_takes_any_accept_header(self, alice, path):
        for accept in ("text/html", "image/png", "nonsense", ";;;", ", ".join(["a/b"] * 2000), "*/*;q=0"):
            has_the_shape(alice.call("GET", path, headers={"Accept": accept}))


class TestUnknownAddresses:
    @pytest.mark.parametrize(
        "path",
        [
            "/api/",
            "/api",
            "/api/v2/nowhere/",
            "/api/v2/nowhere",
            "/api/v1/posts/",
            "/api/v2/me/x.css",
            "/api/v2/me%2f..%2fa.js",
            "/api/v2/me;.png",
            "/api/v2/%00/",
            "/api/v2/\ud83d\ude00/".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
        ],
    )
    @pytest.mark.parametrize("debug", [False, True])
    def test_are_404_in_the_same_shape(self, anyone, settings, path, debug):
        settings.DEBUG = debug
        for method in ("GET", "POST", "DELETE"):
            is_error(anyone.call(method, path), 404, "not_found")

    def test_without_the_last_slash_lead_on_where_something_is(self, anyone):
        answer = anyone.call("GET", "/api/v2/feed/latest?limit=5")
        assert answer.status_code == 301
        assert answer.headers["Location"] == "/api/v2/feed/latest/?limit=5"
        is_error(anyone.call("POST", "/api/v2/auth/token", json={}), 404)


class TestBodies:
    def send(self, alice, body, content_type="application/json"):
        return alice.call(
            "PATCH", "me/", data=body if isinstance(body, bytes) else body.encode(), content_type=content_type
        )

    @pytest.mark.parametrize(
        "body",
        [
            "{",
            " ",
            "{'a': 1}",
            '{"name": NaN}',
            '{"name": Infinity}',
            '{"name": -Infinity}',
            '{"name": 1e400}',
            '{"x": ' + "9" * 5000 + "}",
            "[" * 100_000,
            '{"x":' * 5000 + "1" + "}" * 5000,
            '{"x":' * 100 + "1" + "}" * 100,
            '{"x":' + "[" * 900 + "]" * 900 + "}",
        ],
        ids=lambda body: body[:20],
    )
    def test_that_are_no_sound_json_are_refused(self, alice, body):
        is_error(self.send(alice, body), 400, "parse_error")

    @pytest.mark.parametrize("body", ["[]", "[{}]", "null", "true", "5", '"text"'])
    def test_that_are_no_object_are_refused(self, alice, body):
        is_error(self.send(alice, body), 400, "invalid")

    @pytest.mark.parametrize("text", ["nul\\u0000", "\\ud800", "\\udfff x", "\\ude00\\ud83d"])
    def test_with_what_is_no_text_are_refused_with_the_place(self, alice, text):
        is_error(self.send(alice, f'{{"name": "{text}"}}'), 400, attr="name")
        is_error(self.send(alice, f'{{"a": {{"b": ["x", "{text}"]}}}}'), 400, attr="a.b.1")
        is_error(self.send(alice, f'{{"{text}": 1}}'), 400)

    def test_with_letters_beyond_the_first_plane_are_fine(self, alice):
        assert self.send(alice, '{"name": "\\ud83d\\ude00"}').json()["name"] == "😀"
        assert self.send(alice, '{"name": "😀", "name": "👍"}').json()["name"] == "👍"

    @pytest.mark.parametrize(
        "kind",
        [
            "application/json; charset=bz2_codec",
            "application/json; charset=zlib_codec",
            "application/json; charset=utf-7",
            "application/json; charset=utf-16",
            "application/json; charset=nonsense",
            "application/xml",
            "multipart/form-data; boundary=x",
            "text/plain",
        ],
    )
    def test_of_other_kinds_are_refused(self, alice, kind):
        assert self.send(alice, '{"name": "x"}', kind).status_code in (400, 415)
        is_error(self.send(alice, '{"name": "x"}', kind), self.send(alice, "{}", kind).status_code)

    @pytest.mark.parametrize(
        "kind", ["application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8"]
    )
    def test_in_utf_8_are_read(self, alice, kind):
        assert self.send(alice, '{"name": "ü"}', kind).json()["name"] == "ü"

    @pytest.mark.parametrize(
        "kind",
        [
            "application/json; charset=bz2_codec",
            "application/json; charset=hex",
            "application/json; charset=\x00",
            "application/json; charset*=nonsense''x",
            "application/json; charset=" + "x" * 100_000,
            "application/json; charset*0*=a'b'c; charset*1=d",
        ],
        ids=lambda kind: kind[18:40],
    )
    def test_of_a_kind_that_django_stumbles_over_are_refused_by_the_server(self, db, kind):
        from wsgiref.util import setup_testing_defaults

        from cms.wsgi import application

        body = b'{"username": "a", "password": "b"}'
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/api/v2/auth/token/",
            "QUERY_STRING": "a=%41",
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
            "HTTP_HOST": "testserver",
        }
        setup_testing_defaults(environ)
        answers = []
        content = b"".join(application(environ, lambda status, headers: answers.append((status, dict(headers)))))
        [(status, headers)] = answers
        assert status[:3] in ("400", "415")
        assert json.loads(content)["errors"]
        assert headers["Content-Type"] == "application/json"

    def test_that_are_too_large_are_refused_before_they_are_parsed(self, alice, settings):
        body = json.dumps({"name": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})
        is_error(self.send(alice, body), 413, "too_large")

    def test_that_grow_beyond_what_they_said_are_refused(self, settings):
        from api.parsers import JSONParser
        from core.errors import TooLarge

        with pytest.raises(TooLarge):
            JSONParser().parse(BytesIO(b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)), "application/json", {})


class TestFaultsOfOurs:
    @pytest.fixture
    def broken(self, anyone, monkeypatch):
        """A site on which signing in fails for a reason nobody thought of."""

        def fail(**fields):
            raise RuntimeError("secret detail")

        anyone.client.raise_request_exception = False
        monkeypatch.setattr("accounts.services.sign_in.sign_in", fail)
        return anyone

    @pytest.mark.parametrize("debug", [False, True])
    def test_say_nothing_of_their_cause(self, broken, settings, debug):
        settings.DEBUG = debug
        answer = broken.call("POST", "auth/token/", json={"username": "a", "password": "b"})
        body = is_error(answer, 500, "error")
        assert body["type"] == "server_error"
        assert "secret" not in answer.content.decode()

    def test_are_logged_with_their_cause(self, broken, caplog):
        broken.call("POST", "auth/token/", json={"username": "a", "password": "b-hidden-b"})
        assert "secret detail" in caplog.text
        assert "b-hidden-b" not in caplog.text

    def test_a_database_that_is_away_is_503(self, anyone, monkeypatch):
        from django.db import OperationalError

        def fail(**fields):
            raise OperationalError("server closed the connection")

        monkeypatch.setattr("accounts.services.sign_in.sign_in", fail)
        answer = anyone.call("POST", "auth/token/", json={"username": "a", "password": "b"})
        is_error(answer, 503, "unavailable")
        assert answer.headers["Retry-After"]


class TestSigningInComesFirst:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("DELETE", "me/sessions/1/"),
            ("DELETE", "users/nobody/"),
            ("PATCH", "users/nobody/"),
            ("PUT", "posts/999999/like/"),
            ("POST", "posts/999999/comments/"),
            ("DELETE", "comments/999999/"),
        ],
    )
    def test_for_what_is_not_there_too(self, db, method, path):
        is_error(Api().call(method, path, json={}), 401, "not_authenticated")
