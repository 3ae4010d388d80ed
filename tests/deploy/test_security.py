"""What `make web` refuses to start with, and the headers of every page we serve ourselves."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from cms import keys
from tests.client import Api
from tests.house.commands import run
from tests.servers.plugin import ADMIN_PASSWORD

GOOD = {
    "SECRET_KEY": "pQ7-a-long-and-random-text-for-the-tests-of-security-x91",
    "JWT_PRIVATE_KEY": keys.make_signing_key(),
    "BASE_URL": "https://blogs.example.org",
    "TRUSTED_PROXIES": "10.0.0.0/8",
}

WEAK = [
    ("DEBUG", "true"),
    ("SECRET_KEY", "s" * 50),
    ("SECRET_KEY", "django-insecure-pQ7-a-long-and-random-text-for-the-tests"),
    ("ALLOWED_HOSTS", "*"),
    ("TRUSTED_PROXIES", "0.0.0.0/0"),
    ("TRUSTED_PROXIES", "10.0.0.1,::/0"),
    ("ADMIN_PASSWORD", "1234567890123"),
]

STARTS = ["/", "/docs/", "/upload/", "/account/reset-password/", "/account/confirm-email/", "/unsubscribe/unknown/"]
ADMIN_STARTS = ["/admin/", "/admin/login/", "/admin/password_reset/", "/admin/images/", "/admin/account/"]
MISSING = ["/no-such-blog/", "/no/such/page/", "/media/nothing.jpg", "/s/00000000-0000-4000-8000-000000000000/"]
MOST_PAGES = 60

AS_HTTPS = """
import json
import django
django.setup()
from django.test import Client
trusted = {"REMOTE_ADDR": "10.1.2.3", "HTTP_HOST": "blogs.example.org"}
stranger = {**trusted, "REMOTE_ADDR": "192.0.2.1"}
secure = {"HTTP_X_FORWARDED_PROTO": "https"}
client = Client()
page = client.get("/account/confirm-email/", **trusted, **secure)
print(json.dumps({
    "redirect": client.get("/docs/?a=1", **trusted)["Location"],
    "lie": client.get("/docs/", **stranger, **secure).status_code,
    "status": page.status_code,
    "page": dict(page.headers),
    "api": dict(client.get("/api/v2/schema/", **trusted, **secure).headers),
    "cookies": {name: bool(morsel["secure"]) for name, morsel in page.cookies.items()},
}))
"""


class TestMakeWeb:
    @pytest.mark.parametrize(("name", "value"), WEAK)
    def test_refuses_a_weak_setting_with_one_line(self, name, value, tmp_path):
        ended = run("-m", "cms.web", data_dir=tmp_path, **{**GOOD, name: value})
        assert ended.returncode == 1
        assert ended.stdout == ""
        assert re.fullmatch(rf"inktree: {name} is wrong: .+\n", ended.stderr), ended.stderr
        if len(value) > 1:
            assert value not in ended.stderr

    def test_warns_of_a_public_site_without_encryption(self, tmp_path):
        ended = run("-m", "cms.web", data_dir=tmp_path, **{**GOOD, "BASE_URL": "http://blogs.example.org"})
        assert "inktree: warning: BASE_URL is not https" in ended.stderr
        assert "migrations are not applied" in ended.stderr  # so far it came


class TestCheckDeploy:
    def test_finds_nothing_to_complain_about(self, tmp_path):
        ended = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", data_dir=tmp_path, **GOOD)
        assert (ended.returncode, ended.stdout) == (0, "System check identified no issues (3 silenced).\n"), (
            ended.stderr
        )


class TestASiteWithHttps:
    def test_is_reached_by_it_alone_and_says_so(self, tmp_path):
        ended = run("-c", AS_HTTPS, data_dir=tmp_path, DJANGO_SETTINGS_MODULE="cms.settings", **GOOD)
        assert ended.returncode == 0, ended.stderr
        found = json.loads(ended.stdout.splitlines()[-1])
        assert found["redirect"] == "https://blogs.example.org/docs/?a=1"
        assert found["lie"] == 301, "anybody can say that he came by https"
        assert found["status"] == 200
        for headers in (found["page"], found["api"]):
            assert headers["Strict-Transport-Security"] == "max-age=31536000"
        assert found["cookies"]
        assert all(found["cookies"].values())


def hash_of(style: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


def check_page(path: str, answer) -> str:
    """Assert that a page has all headers, and holds nothing that its own policy would stop; gives its text."""
    headers, text = answer.headers, answer.content.decode()
    assert headers["X-Content-Type-Options"] == "nosniff", path
    assert headers["X-Frame-Options"] in ("DENY", "SAMEORIGIN"), path
    assert headers["Referrer-Policy"], path
    assert "camera=()" in headers["Permissions-Policy"], path
    rules = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert rules["default-src"] in ("'none'", "'self'"), path
    assert rules["base-uri"] in ("'none'", "'self'"), path
    assert rules["form-action"] in ("'none'", "'self'"), path
    assert rules["frame-ancestors"] in ("'none'", "'self'"), path
    scripts, styles = rules.get("script-src", rules["default-src"]), rules.get("style-src", rules["default-src"])
    assert "*" not in scripts
    assert "eval" not in scripts
    if path.startswith("/admin/"):
        return text
    assert "unsafe" not in scripts, path
    assert not re.search(r"<script(?![^>]* (?:src=|type=\"application/ld\+json\"))|\son\w+=|javascript:", text), path
    if "unsafe-inline" not in styles:
        assert all(hash_of(style) in styles for style in re.findall(r"<style>(.*?)</style>", text, re.DOTALL)), path
        assert not re.search(r"\sstyle=", text), path
    return text


def crawl(client: Client, starts: list[str]) -> dict[str, int]:
    """Visit these pages and those they link to; gives their statuses."""
    found: dict[str, int] = {}
    waiting = list(starts)
    while waiting and len(found) < MOST_PAGES:
        path = waiting.pop(0)
        if path in found or "logout" in path:
            continue
        answer = client.get(path)
        found[path] = answer.status_code
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue
        text = check_page(path, answer)
        for link in re.findall(r'<a[^>]* href="([^"#]+)"', text):
            address = urlsplit(urljoin(f"http://testserver{path}", link))
            if address.hostname == "testserver" and not address.query:
                waiting.append(address.path)
        if "Location" in answer.headers:
            waiting.append(urlsplit(answer["Location"]).path)
    return found


class TestEveryPageOfOurs:
    def test_has_its_headers_for_readers(self, alice: Api):
        alice.write("Of trees")
        found = crawl(Client(), STARTS)
        assert {"/alice/", "/alice/of-trees/", "/docs/", "/admin/login/"} <= set(found)
        assert not [path for path, status in found.items() if status >= 500]

    def test_has_its_headers_for_the_administrator(self, alice: Api):
        alice.write("Of trees")
        client = Client()
        client.post("/admin/login/", {"username": "admin", "password": ADMIN_PASSWORD})
        found = crawl(client, ADMIN_STARTS + STARTS)
        assert sum(path.startswith("/admin/") for path in found) > 20
        assert not [path for path, status in found.items() if status >= 500]

    @pytest.mark.parametrize("path", MISSING)
    def test_has_its_headers_where_there_is_nothing(self, db, path):
        answer = Client().get(path)
        assert answer.status_code == 404
        check_page(path, answer)

    def test_has_its_headers_under_a_host_that_is_not_ours(self, db):
        answer = Client().get("/", headers={"Host": "evil.example"})
        assert answer.status_code == 400
        check_page("/", answer)

    def test_shows_no_device_and_no_script_to_what_calls_the_api(self, anyone: Api):
        headers = anyone.call("GET", "feed/latest/").headers
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["X-Frame-Options"] == "DENY"
