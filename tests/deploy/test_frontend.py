"""FRONTEND_DIST: a built frontend from the same origin as the API."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.house.commands import run

ASK = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
found = {}
for path in json.loads(sys.argv[1]):
    answer = Client().get(path)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    found[path] = [answer.status_code, body.decode(errors="replace")[:200], dict(answer.headers)]
print(json.dumps(found))
"""

PATHS = [
    "/",
    "/some/page/of-the-app",
    "/alice/",
    "/assets/index-B3x9kQ2a.js",
    "/favicon.svg",
    "/assets/gone-12345678.js",
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/linked.txt",
    "/%00",
    "/api/v2/nothing/",
    "/account/confirm-email/",
    "/healthz",
    "/upload/",
]


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, list]:
    folder: Path = tmp_path_factory.mktemp("frontend")
    dist = folder / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "account" / "confirm-email").mkdir(parents=True)
    (folder / "secret.txt").write_text("a secret")
    (dist / "index.html").write_text("<!doctype html><title>The app</title>")
    (dist / "account" / "confirm-email" / "index.html").write_text("not ours")
    (dist / "assets" / "index-B3x9kQ2a.js").write_text("run()")
    (dist / "favicon.svg").write_text("<svg/>")
    (dist / "linked.txt").symlink_to(folder / "secret.txt")
    ended = run(
        *("-c", ASK, json.dumps(PATHS)),
        data_dir=folder / "data",
        DJANGO_SETTINGS_MODULE="cms.settings",
        ALLOWED_HOSTS="testserver",
        FRONTEND_DIST=str(dist),
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


class TestTheFrontend:
    @pytest.mark.parametrize("path", ["/", "/some/page/of-the-app", "/alice/"])
    def test_is_every_page_that_is_none_of_ours(self, found, path):
        status, text, headers = found[path]
        assert (status, text) == (200, "<!doctype html><title>The app</title>")
        assert headers["Cache-Control"] == "public, no-cache"
        assert headers["ETag"]
        assert "script-src 'self';" in headers["Content-Security-Policy"]

    def test_has_its_files_kept_where_their_names_tell_of_their_content(self, found):
        status, text, headers = found["/assets/index-B3x9kQ2a.js"]
        assert (status, text) == (200, "run()")
        assert headers["Content-Type"].startswith("text/javascript")
        assert "immutable" in headers["Cache-Control"]
        assert found["/favicon.svg"][2]["Cache-Control"] == "public, no-cache"

    @pytest.mark.parametrize(
        "path", ["/assets/gone-12345678.js", "/../secret.txt", "/%2e%2e/secret.txt", "/linked.txt"]
    )
    def test_gives_nothing_that_is_not_in_its_folder(self, found, path):
        assert found[path][0] == 404

    def test_takes_no_address_of_ours(self, found):
        assert found["/api/v2/nothing/"][0] == 404
        assert found["/api/v2/nothing/"][2]["Content-Type"] == "application/json"
        assert "not ours" not in found["/account/confirm-email/"][1]
        assert found["/healthz"][1] == '{"status": "ok"}'
        assert found["/upload/"][0] == 302
