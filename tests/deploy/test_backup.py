"""`manage.py backup` and `restore`: what is restored into an empty place is what was there, to the last byte."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connection, connections

from tests.client import Api
from tests.conftest import PASSWORD
from tests.house.commands import run
from tests.servers.replica import PROGRAMS

LISTS = ("pictures.jsonl", "files.jsonl")

SIGN_IN = """
import django
django.setup()
from django.test import Client
sent = {"username": "alice", "password": "%s"}
answer = Client().post("/api/v2/auth/token/", sent, content_type="application/json")
print(answer.status_code, Client().get("/api/v2/posts/?blog=alice").json()["items"][-1]["title"])
"""


@pytest.fixture
def site(transactional_db, settings, tmp_path, alice: Api, picture) -> Api:
    """Somebody's post with a picture, a file, and a folder for both that is this test's own."""
    if not settings.S3_BUCKET:
        places = {"default": tmp_path / "media", "files": tmp_path / "files"}
        settings.STORAGES = settings.STORAGES | {
            name: settings.STORAGES[name] | {"OPTIONS": settings.STORAGES[name]["OPTIONS"] | {"location": str(place)}}
            for name, place in places.items()
        }
    image = alice.upload(picture(800, 600))
    alice.write("Of trees", feature_image=image["id"], tags=["wood"])
    alice.post("files/", data={"comment": "mine"}, files=[("file", ("notes ünïcode.txt", b"my notes"))])
    return alice


def lines(folder: Path, name: str) -> list[dict]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


def compare(one: Path, other: Path) -> None:
    """Assert that two backups are of the same."""
    first, second = (json.loads((folder / "manifest.json").read_text()) for folder in (one, other))
    assert first["tables"] == second["tables"]
    assert len(first["tables"]) > 50
    for name in LISTS:
        assert lines(one, name) == lines(other, name)
    assert len(lines(one, "pictures.jsonl")) > 5
    assert len(lines(one, "files.jsonl")) == 1


def restore_elsewhere(folder: Path, place: Path, **variables: str) -> None:
    """Restore a backup by a fresh process, make one of what it restored, and sign in there."""
    restored = run("manage.py", "restore", str(folder), data_dir=place, **variables)
    assert restored.returncode == 0, restored.stderr
    again = run("manage.py", "backup", str(place / "again"), data_dir=place, **variables)
    assert again.returncode == 0, again.stderr
    compare(folder, place / "again")
    secrets = {"DJANGO_SETTINGS_MODULE": "tests.settings", "ALLOWED_HOSTS": "testserver", "RATE_LIMITS": "off"}
    signed_in = run("-c", SIGN_IN % PASSWORD, data_dir=place, **variables, **secrets)
    assert signed_in.stdout.splitlines()[-1:] == ["200 Of trees"], signed_in.stderr


def write_meanwhile(author: Api) -> threading.Thread:
    def write() -> None:
        for number in range(5):
            author.write(f"Meanwhile {number}")
        connections.close_all()

    thread = threading.Thread(target=write)
    thread.start()
    return thread


@pytest.mark.only_on("sqlite")
class TestSQLiteAndDisk:
    def test_come_back_as_they_were(self, site: Api, tmp_path, settings):
        writing = write_meanwhile(site)
        call_command("backup", str(tmp_path / "backup"))
        writing.join()
        restore_elsewhere(tmp_path / "backup", tmp_path / "elsewhere")
        secret = Path("secrets") / "secret-key"
        assert (tmp_path / "elsewhere" / secret).read_text() == (Path(settings.DATA_DIR) / secret).read_text()

    def test_are_not_written_over(self, site: Api, tmp_path):
        call_command("backup", str(tmp_path / "backup"))
        with pytest.raises(CommandError, match="is not empty"):
            call_command("backup", str(tmp_path / "backup"))
        with pytest.raises(CommandError, match="The database is not empty"):
            call_command("restore", str(tmp_path / "backup"))

    def test_are_not_restored_from_what_was_changed_or_not_finished(self, site: Api, tmp_path):
        call_command("backup", str(tmp_path / "backup"))
        kept = next(path for path in (tmp_path / "backup" / "pictures").rglob("*") if path.is_file())
        kept.write_bytes(b"other bytes")
        refused = run("manage.py", "restore", str(tmp_path / "backup"), data_dir=tmp_path / "one")
        assert "is not as it was written" in refused.stderr
        (tmp_path / "backup" / "manifest.json").unlink()
        refused = run("manage.py", "restore", str(tmp_path / "backup"), data_dir=tmp_path / "other")
        assert "not finished" in refused.stderr


@pytest.mark.only_on("postgresql")
class TestPostgreSQLAndS3:
    def test_come_back_as_they_were(self, on_s3, aws, settings, transactional_db, request, tmp_path, monkeypatch):
        settings.S3_BUCKET = on_s3
        site: Api = request.getfixturevalue("site")
        monkeypatch.setenv("PATH", f"{PROGRAMS}:{os.environ['PATH']}")
        writing = write_meanwhile(site)
        call_command("backup", str(tmp_path / "backup"))
        writing.join()
        url = os.environ["DATABASE_URL"]
        self._ask("CREATE DATABASE restored TEMPLATE template0")
        try:
            restore_elsewhere(
                tmp_path / "backup",
                tmp_path / "elsewhere",
                DATABASE_URL=f"{url.rpartition('/')[0]}/restored",
                S3_BUCKET=aws.new_bucket(is_public=True),
                S3_ENDPOINT_URL=aws.endpoint_url,
                AWS_ACCESS_KEY_ID=aws.access_key,
                AWS_SECRET_ACCESS_KEY=aws.secret_key,
                SECRET_KEY=project.SECRET_KEY,
            )
        finally:
            self._ask("DROP DATABASE restored WITH (FORCE)")

    def test_need_the_programs_of_postgresql(self, transactional_db, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(CommandError, match="pg_dump is not there"):
            call_command("backup", str(tmp_path / "backup"))

    @staticmethod
    def _ask(question: str) -> None:
        facts = connection.settings_dict
        server = psycopg2.connect(
            host=facts["HOST"],
            port=facts["PORT"] or None,
            user=facts["USER"],
            password=facts["PASSWORD"] or None,
            dbname="postgres",
        )
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(question)
        server.close()
