"""`/healthz` says that the process lives, `/readyz` what it lacks, `/metrics` how it does, to those who may know."""

from __future__ import annotations

import json
import threading
import time

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from cms import health
from tests.house.commands import run
from tests.servers.ports import free_port


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch):
    monkeypatch.setattr(
        health, "WAIT_SECONDS", 20
    )  # the machine of the tests may be slow; one of them is about waiting
    health.readiness.forget()
    yield
    health.readiness.forget()


def checks(status: int) -> dict[str, str]:
    answer = Client().get("/readyz")
    assert answer.status_code == status, answer.content
    assert answer["Cache-Control"] == "no-store"
    facts = answer.json()
    assert facts["failed"] == [name for name, words in facts["checks"].items() if words != "ok"]
    return facts["checks"]


class TestHealthz:
    def test_is_answered_without_the_database_and_under_any_host_name(self, settings):
        settings.ALLOWED_HOSTS = ["example.org"]
        answer = Client().get("/healthz", headers={"Host": "10.1.2.3:8000"})  # the fixture `db` is not asked for
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    def test_takes_nothing(self):
        assert Client().post("/healthz").status_code == 405


class TestReadyz:
    def test_names_all_parts_when_they_are_there(self, transactional_db):
        assert checks(200) == {"database": "ok", "migrations": "ok", "storage": "ok"}

    def test_says_that_migrations_are_missing_while_the_process_lives(self, transactional_db):
        recorder = MigrationRecorder(connection)
        recorder.record_unapplied("core", "0001_initial")
        try:
            assert checks(503)["migrations"] == "1 migrations are not applied"
            assert Client().get("/healthz").status_code == 200
        finally:
            recorder.record_applied("core", "0001_initial")
        health.readiness.forget()
        assert checks(200)["migrations"] == "ok"

    def test_says_that_the_database_does_not_answer_and_why_to_nobody(self, transactional_db, monkeypatch):
        def fail():
            raise RuntimeError("password=hunter2")

        monkeypatch.setattr(health, "ask_database", fail)
        monkeypatch.setattr(health.readiness, "_parts", {})
        answer = Client().get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"]["database"] == "does not answer"
        assert b"hunter2" not in answer.content

    def test_waits_for_no_part_longer_than_a_moment(self, transactional_db, monkeypatch):
        end = threading.Event()
        monkeypatch.setattr(health, "ask_storage", end.wait)
        monkeypatch.setattr(health, "WAIT_SECONDS", 0.3)
        monkeypatch.setattr(health.readiness, "_parts", {})
        began = time.monotonic()
        try:
            assert checks(503)["storage"] == "does not answer in time"
        finally:
            end.set()
        assert time.monotonic() - began < 2

    def test_notices_a_folder_that_cannot_be_written(self, transactional_db, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path / "file"
        settings.MEDIA_ROOT.write_text("")
        assert checks(503)["storage"] == "does not answer"

    def test_notices_a_bucket_that_is_not_there(self, transactional_db, settings, on_s3):
        settings.S3_BUCKET = on_s3
        assert checks(200)["storage"] == "ok"
        health.readiness.forget()
        settings.STORAGES = settings.STORAGES | {
            "default": {
                **settings.STORAGES["default"],
                "OPTIONS": {**settings.STORAGES["default"]["OPTIONS"], "bucket_name": "inktree-is-not-there"},
            }
        }
        assert checks(503)["storage"] == "does not answer"

    def test_notices_a_broker_that_is_away(self, transactional_db, settings):
        settings.BROKER_URL = f"amqp://guest:guest@127.0.0.1:{free_port()}//"
        assert checks(503) == {"database": "ok", "migrations": "ok", "storage": "ok", "broker": "does not answer"}


class TestMetrics:
    def test_count_requests_by_route(self, alice):
        alice.get("feed/latest/")
        text = Client().get("/metrics").content.decode()
        assert 'inktree_http_requests_total{method="GET",route="api/v2/feed/latest/",status="200"}' in text
        assert "inktree_http_request_seconds_bucket" in text
        assert "inktree_events_waiting" in text
        assert "alice" not in text

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
    def test_are_not_there_for_what_a_proxy_passes_on(self, db, header):
        assert Client().get("/metrics", headers={header: "127.0.0.1"}).status_code == 404

    def test_are_not_there_for_other_machines(self, db):
        assert Client().get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404

    def test_are_for_those_who_have_the_token(self, db, settings):
        settings.METRICS_TOKEN = "a-long-token"
        assert Client().get("/metrics").status_code == 404
        assert Client().get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
        sent = {"Authorization": "Bearer a-long-token", "X-Forwarded-For": "192.0.2.7"}
        assert Client().get("/metrics", REMOTE_ADDR="192.0.2.7", headers=sent).status_code == 200

    def test_of_several_workers_are_added_up(self, tmp_path):
        (tmp_path / "numbers").mkdir()
        count = "from core.metrics import PUBLIC_READS; PUBLIC_READS.labels('replica').inc(3)"
        show = "import django; django.setup(); from cms import metrics; print(metrics.show().content.decode())"
        variables = {
            "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "numbers"),
            "DJANGO_SETTINGS_MODULE": "cms.settings",
        }
        for _ in range(2):
            assert run("-c", count, data_dir=tmp_path, **variables).returncode == 0
        shown = run("-c", show, data_dir=tmp_path, **variables)
        assert 'inktree_public_reads_total{side="replica"} 6.0' in shown.stdout, shown.stderr


SENT = """
import json, sys
import django
django.setup()
from django.test import Client
from cms import sentry
import api.post_reads
kept = []
sentry.start("http://public@127.0.0.1:9/1", transport=kept.append)
def fail(*args, **kwargs):
    password = "hunter2-in-a-variable"
    raise RuntimeError("broken\\nDETAIL: Key (email)=(hunter2@example.com)")
api.post_reads.list_posts = fail
client = Client(raise_request_exception=False)
answer = client.get(
    "/api/v2/feed/latest/?token=hunter2-in-the-query",
    headers={"X-Request-ID": "the-request", "Cookie": "a=hunter2", "X-Forwarded-For": "1.2.3.4"},
    REMOTE_ADDR="192.0.2.77",
)
print(json.dumps([answer.status_code, kept], default=str))
"""


class TestSentry:
    def test_is_told_of_the_fault_and_of_nobody(self, tmp_path):
        ended = run(
            "-c",
            SENT,
            data_dir=tmp_path,
            DJANGO_SETTINGS_MODULE="cms.settings",
            LOG_LEVEL="CRITICAL",
            ALLOWED_HOSTS="testserver",
        )
        status, events = json.loads(ended.stdout.splitlines()[-1])
        assert status == 500
        (event,) = events
        text = json.dumps(event)
        assert event["exception"]["values"][-1]["value"] == "broken"
        assert event["tags"]["request_id"] == "the-request"
        for secret in ("hunter2", "1.2.3.4", "192.0.2.77"):
            assert secret not in text
