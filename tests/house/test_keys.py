"""Contract §1: `make run` generates what is secret and keeps it under DATA_DIR."""

from __future__ import annotations

import json
import stat
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from environs import EnvError, ValidationError

from cms import keys
from tests.house.commands import ROOT, environment, run

SHOW_SECRETS = """
import json
from django.conf import settings
print(json.dumps({"secret": settings.SECRET_KEY, "jwt": settings.JWT_KEYS}))
"""


def secrets_of(data_dir, **variables):
    ended = run("-c", SHOW_SECRETS, data_dir=data_dir, DJANGO_SETTINGS_MODULE="cms.settings", **variables)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


class TestMissingSecrets:
    def test_are_made_once_and_kept(self, tmp_path):
        first, second = secrets_of(tmp_path), secrets_of(tmp_path)
        assert first == second
        assert len(first["secret"]) >= 50
        assert first["jwt"]["kid"] in first["jwt"]["public"]

    def test_differ_between_installations(self, tmp_path):
        assert secrets_of(tmp_path / "a")["secret"] != secrets_of(tmp_path / "b")["secret"]

    def test_are_readable_by_their_owner_only(self, tmp_path):
        secrets_of(tmp_path)
        folder = tmp_path / "secrets"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {path.name for path in folder.iterdir()} == {"secret-key", "jwt-private-key.pem"}
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}

    def test_are_the_same_for_processes_that_start_at_once(self, tmp_path):
        variables = environment(tmp_path, DJANGO_SETTINGS_MODULE="cms.settings")
        started = [
            subprocess.Popen([sys.executable, "-c", SHOW_SECRETS], cwd=ROOT, env=variables, stdout=subprocess.PIPE)
            for _ in range(4)
        ]
        answers = {process.communicate(timeout=60)[0] for process in started}
        assert len(answers) == 1
        assert json.loads(answers.pop())["secret"]

    def test_are_not_made_where_they_are_given(self, tmp_path):
        given = {"SECRET_KEY": "s" * 50, "JWT_PRIVATE_KEY": keys.make_signing_key()}
        assert secrets_of(tmp_path, **given)["secret"] == given["SECRET_KEY"]
        assert not (tmp_path / "secrets").exists()

    def test_that_cannot_be_kept_stop_the_start(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(EnvError, match="SECRET_KEY"):
            keys.kept(tmp_path / "file" / "secret-key", make=lambda: "x", variable="SECRET_KEY")


class TestSigningKeys:
    def test_have_the_same_id_however_they_are_written(self):
        pem = keys.make_signing_key()
        one_line = pem.replace("\n", "\\n")
        assert keys.key_id(keys.parse_signing_key(pem)) == keys.key_id(keys.parse_signing_key(one_line))

    def test_of_another_kind_are_refused(self):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        with pytest.raises(ValidationError):
            keys.parse_signing_key(pem)

    def test_that_were_replaced_are_accepted_as_long_as_they_are_named(self, tmp_path):
        old = keys.parse_signing_key(keys.make_signing_key())
        found = secrets_of(tmp_path, JWT_PUBLIC_KEYS=json.dumps({"old": keys.public_pem(old)}))
        assert set(found["jwt"]["public"]) == {"old", found["jwt"]["kid"]}


class TestProduction:
    @pytest.mark.parametrize("missing", ["SECRET_KEY", "JWT_PRIVATE_KEY"])
    def test_refuses_to_start_without_given_secrets(self, missing, tmp_path):
        given = {"SECRET_KEY": "s" * 50, "JWT_PRIVATE_KEY": keys.make_signing_key()}
        del given[missing]
        ended = run("-m", "cms.web", data_dir=tmp_path, **given)
        assert ended.returncode != 0
        assert ended.stderr.splitlines() == [f"inktree: {missing} not set; a production process makes none itself"]

    def test_refuses_to_start_before_the_database_is_migrated(self, tmp_path):
        given = {"SECRET_KEY": "s" * 50, "JWT_PRIVATE_KEY": keys.make_signing_key()}
        ended = run("-m", "cms.web", data_dir=tmp_path, **given)
        assert ended.returncode != 0
        assert "manage.py migrate" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
