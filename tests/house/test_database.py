"""What the database is told, and what happens when it goes away."""

from __future__ import annotations

import time

import pytest
from django.db import close_old_connections, connection, connections

from cms.environment import BASE_DIR
from cms.settings.database import parse_database


class TestDatabaseUrl:
    def test_of_postgresql_is_understood(self):
        database = parse_database("postgresql://ada:p%40ss@db.example.org:5433/inktree?sslmode=require")
        assert database["ENGINE"] == "core.postgresql"
        assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example.org", 5433, "inktree")
        assert (database["USER"], database["PASSWORD"]) == ("ada", "p@ss")
        assert database["OPTIONS"]["sslmode"] == "require"
        assert database["CONN_HEALTH_CHECKS"]

    def test_of_sqlite_counts_from_the_projects_root(self):
        assert parse_database("sqlite:///var/x.sqlite3")["NAME"] == str(BASE_DIR / "var" / "x.sqlite3")
        assert parse_database("sqlite:////srv/x.sqlite3")["NAME"] == "/srv/x.sqlite3"


@pytest.mark.only_on("sqlite")
class TestSqlite:
    @pytest.mark.parametrize(
        ("pragma", "value"),
        [("journal_mode", "wal"), ("synchronous", 1), ("foreign_keys", 1), ("busy_timeout", 20_000)],
    )
    def test_is_set_up_for_several_processes(self, pragma, value, transactional_db):
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA {pragma}")
            assert cursor.fetchone() == (value,)

    def test_takes_the_write_lock_when_a_transaction_begins(self, db):
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.only_on("postgresql")
class TestAConnection:
    def test_that_the_server_ended_is_replaced(self, transactional_db):
        connection.ensure_connection()
        ended = connection.connection
        other = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [ended.info.backend_pid])
        other.close()
        time.sleep(0.3)
        close_old_connections()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert connection.connection is not ended

    def test_that_works_is_kept_from_request_to_request(self, transactional_db):
        connection.ensure_connection()
        kept = connection.connection
        for _ in range(3):
            close_old_connections()
            assert connection.is_usable()
        assert connection.connection is kept

    def test_that_was_told_something_is_kept(self, transactional_db):
        connection.ensure_connection()
        kept = connection.connection
        with connection.cursor() as cursor:
            cursor.execute("LISTEN news")
            cursor.execute("NOTIFY news")
        assert connection.is_usable()
        assert connection.connection is kept
