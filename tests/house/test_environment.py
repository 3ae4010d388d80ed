"""Contract §1: all configuration is environment variables; a wrong one stops the start with one line naming it."""

from __future__ import annotations

import itertools
import json
import re

import pytest

from cms import keys
from tests.house.commands import ROOT, run
from tests.servers.ports import free_port

WRONG = [
    ("DEBUG", "maybe"),
    ("DATA_DIR", "README.md/data"),
    ("PORT", "abc"),
    ("PORT", "70000"),
    ("HOST", "not a host"),
    ("BASE_URL", "ftp://example.org"),
    ("BASE_URL", "https://example.org/blog"),
    ("ALLOWED_HOSTS", "http://example.org"),
    ("FRONTEND_URL", "example.org"),
    ("FRONTEND_DIST", "no/such/folder"),
    ("CORS_ALLOWED_ORIGINS", "*"),
    ("TRUSTED_PROXIES", "10.0.0.0/99"),
    ("WEB_CONCURRENCY", "0"),
    ("SECRET_KEY", "short"),
    ("JWT_PRIVATE_KEY", "not a key"),
    ("JWT_PUBLIC_KEYS", "[]"),
    ("JWT_PUBLIC_KEYS", '{"old": "not a key"}'),
    ("DATABASE_URL", "foo"),
    ("DATABASE_URL", "mysql://user@host/name"),
    ("DATABASE_URL", "postgresql://user@host:port/name"),
    ("DATABASE_URL", "postgresql://user@host/"),
    ("DATABASE_REPLICA_URL", "replica"),
    ("CACHE_URL", "memcached://127.0.0.1"),
    ("CACHE_URL", "redis://"),
    ("CACHE_URL", "redis://127.0.0.1/first"),
    ("BROKER_URL", "redis://127.0.0.1"),
    ("STATS_BROKER_URL", "http://127.0.0.1"),
    ("STATS_PORT", "eighty"),
    ("STATS_TABLE", "my table"),
    ("AWS_REGION", "Frankfurt am Main"),
    ("DYNAMODB_ENDPOINT_URL", "127.0.0.1:8000"),
    ("S3_BUCKET", "No_Such/Name"),
    ("S3_ENDPOINT_URL", "s3"),
    ("S3_CUSTOM_DOMAIN", "ftp://cdn.example.org"),
    ("EMAIL_URL", "pigeon://loft"),
    ("EMAIL_URL", "smtp://"),
    ("EMAIL_URL", "smtp://localhost:0"),
    ("SES_TOPIC_ARNS", "bounces"),
    ("DEFAULT_FROM_EMAIL", "nobody"),
    ("DEFAULT_FROM_EMAIL", "@"),
    ("DEFAULT_FROM_EMAIL", "a@b.org, c@d.org"),
    ("ADMIN_USERNAME", "a b"),
    ("ADMIN_EMAIL", "nobody"),
    ("ADMIN_PASSWORD", "short"),
    ("POSTS_REQUIRE_REVIEW", "sometimes"),
    ("REGISTRATION_OPEN", "on sundays"),
    ("ACCESS_TOKEN_MINUTES", "-1"),
    ("REFRESH_TOKEN_DAYS", "soon"),
    ("RATE_LIMITS", "perhaps"),
    ("IMAGE_MAX_PIXELS", "0"),
    ("IMAGE_MAX_BYTES", "10MB"),
    ("IMAGE_EXTENSIONS", "../../etc"),
    ("IMAGE_URL_ALLOWED_HOSTS", "localhost"),
    ("FILE_MAX_BYTES", "x"),
    ("FILE_QUOTA_BYTES", "x"),
    ("FILE_EXTENSIONS_BLOCKED", "e x e"),
    ("SENTRY_DSN", "sentry"),
    ("SENTRY_DSN", "https://sentry.example.org/1"),
    ("LOG_LEVEL", "loud"),
    ("SERVER_LOG_DAYS", "0"),
    ("SERVER_LOG_LINES", "many"),
]

SHOW_SETTINGS = """
import json, cms.settings as settings
names = [name for name in vars(settings) if name.isupper() and "LANGUAGES" not in name]
print(json.dumps({name: repr(getattr(settings, name)) for name in names}))
"""


def documented() -> dict[str, str]:
    """The variables of `.env.example` with the values that stand there."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


class TestAWrongValue:
    @pytest.mark.parametrize(("name", "value"), WRONG)
    def test_stops_the_start_with_one_line_that_names_the_variable(self, name, value, tmp_path):
        ended = run("manage.py", "check", **{"data_dir": tmp_path, name: value})
        assert ended.returncode != 0
        assert ended.stdout == ""
        assert len(ended.stderr.splitlines()) == 1
        assert re.match(rf"inktree: {name} is wrong: .+", ended.stderr)

    @pytest.mark.parametrize("program", ["cms.run", "cms.web", "cms.wsgi"])
    def test_stops_every_program_alike(self, program, tmp_path):
        secrets = {"SECRET_KEY": "s" * 50, "JWT_PRIVATE_KEY": keys.make_signing_key()}
        ended = run("-m", program, data_dir=tmp_path, DATABASE_URL="foo", **secrets)
        assert ended.returncode != 0
        assert ended.stderr.startswith("inktree: DATABASE_URL is wrong: ")
        assert len(ended.stderr.splitlines()) == 1

    def test_is_not_repeated_where_it_may_hold_a_password(self, tmp_path):
        for name in ("DATABASE_URL", "CACHE_URL", "BROKER_URL", "EMAIL_URL"):
            ended = run("manage.py", "check", data_dir=tmp_path, **{name: "wrong://user:hunter2@host"})
            assert name in ended.stderr
            assert "hunter2" not in ended.stderr

    def test_in_a_folder_that_cannot_be_written_is_named(self, tmp_path):
        (tmp_path / "file").write_text("")
        ended = run("manage.py", "check", data_dir=tmp_path / "file")
        assert ended.returncode != 0
        assert "DATA_DIR" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1


class TestWhatDoesNotAnswer:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DATABASE_URL", "postgresql://somebody:hunter2@127.0.0.1:1/inktree"),
            ("DATABASE_URL", "sqlite:////no/such/folder/inktree.sqlite3"),
            ("CACHE_URL", "redis://:hunter2@127.0.0.1:1/0"),
        ],
    )
    def test_stops_the_first_start_with_one_line_too(self, name, value, tmp_path):
        ended = run("-m", "cms.run", data_dir=tmp_path, PORT=str(free_port()), **{name: value})
        assert ended.returncode != 0
        assert len(ended.stderr.splitlines()) == 1
        assert re.match(rf"inktree: .*{name} does not answer: .+", ended.stderr)
        assert "hunter2" not in ended.stderr


class TestEmptyValues:
    def test_mean_the_default(self, tmp_path):
        empty = run("-c", SHOW_SETTINGS, data_dir=tmp_path, **{n: "" for n in documented() if n != "DATA_DIR"})
        unset = run("-c", SHOW_SETTINGS, data_dir=tmp_path)
        assert json.loads(empty.stdout) == json.loads(unset.stdout)


class TestTheExample:
    def test_lists_exactly_the_variables_that_are_read(self):
        from cms.environment import env

        assert set(documented()) == set(env.dump())

    def test_shows_the_defaults(self, tmp_path):
        shown = {name: value for name, value in documented().items() if name != "DATA_DIR"}
        as_shown = json.loads(run("-c", SHOW_SETTINGS, data_dir=tmp_path, **shown).stdout)
        default = json.loads(run("-c", SHOW_SETTINGS, data_dir=tmp_path).stdout)
        assert as_shown == default

    def test_explains_each_variable_in_the_line_above_it(self):
        lines = (ROOT / ".env.example").read_text().splitlines()
        for above, line in itertools.pairwise(lines):
            if re.match(r"[A-Z0-9_]+=", line):
                assert re.match(r"# [^-].{10,}", above), line

    def test_agrees_with_the_documentation(self):
        text = (ROOT / "docs" / "configuration.md").read_text()
        rows = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| (.*?) \|", text, re.MULTILINE))
        assert set(rows) == set(documented())
        for name, default in documented().items():
            assert rows[name] == (f"`{default}`" if default else "–"), name
