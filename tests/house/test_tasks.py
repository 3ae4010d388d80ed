"""Tasks run after the commit of the transaction that enqueued them, off the request's path."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import transaction
from django.test import TestCase
from django_tasks import task

from accounts.models import User
from core import request_ids
from core.tasks import AfterCommitBackend, run_recorded

ran: list[tuple] = []


@task()
def note(*arguments):
    ran.append((*arguments, threading.current_thread().name, request_ids.current.get()))


@task()
def fail():
    raise RuntimeError("no good")


@task()
def miss():
    User.objects.get(pk=0)


@pytest.fixture(autouse=True)
def _nothing_ran():
    ran.clear()


def backend(*, inline: bool, coalesce=()) -> AfterCommitBackend:
    return AfterCommitBackend("default", {"OPTIONS": {"inline": inline, "coalesce": list(coalesce)}})


class TestATask:
    def test_waits_for_the_commit(self, transactional_db):
        with transaction.atomic():
            backend(inline=True).enqueue(note, [1], {})
            assert ran == []
        assert [call[0] for call in ran] == [1]

    def test_of_a_transaction_that_is_rolled_back_never_runs(self, transactional_db):
        with transaction.atomic():
            backend(inline=True).enqueue(note, [1], {})
            transaction.set_rollback(True)
        assert ran == []

    def test_that_fails_does_not_fail_the_caller(self, transactional_db, caplog):
        with transaction.atomic():
            backend(inline=True).enqueue(fail, [], {})
            backend(inline=True).enqueue(note, [2], {})
        assert [call[0] for call in ran] == [2]
        assert "task failed" in caplog.text

    def test_about_what_was_deleted_meanwhile_has_not_failed(self, transactional_db, caplog):
        backend(inline=True).enqueue(miss, [], {})
        run_recorded(path=f"{__name__}.miss", arguments=[], keywords={})
        assert "task failed" not in caplog.text

    def test_runs_in_a_thread_of_its_own_under_the_id_of_its_request(self, transactional_db):
        token = request_ids.current.set("trace-9")
        try:
            with transaction.atomic():
                backend(inline=False).enqueue(note, [3], {})
        finally:
            request_ids.current.reset(token)
        deadline = time.monotonic() + 10
        while not ran and time.monotonic() < deadline:
            time.sleep(0.01)
        ((argument, thread, request_id),) = ran
        assert (argument, request_id) == (3, "trace-9")
        assert thread.startswith("tasks")
        assert request_ids.current.get() == "-"


class TestEqualCalls:
    def test_of_one_transaction_run_once(self, db):
        tasks = backend(inline=True, coalesce=[note.module_path])
        with TestCase.captureOnCommitCallbacks(execute=True):
            for number in (1, 1, 2, 1):
                tasks.enqueue(note, [number], {})
        assert [call[0] for call in ran] == [1, 2]

    def test_of_two_transactions_run_each(self, db):
        tasks = backend(inline=True, coalesce=[note.module_path])
        for _ in range(2):
            with TestCase.captureOnCommitCallbacks(execute=True):
                tasks.enqueue(note, [1], {})
        assert [call[0] for call in ran] == [1, 1]

    def test_after_one_that_was_rolled_back_run(self, transactional_db):
        tasks = backend(inline=True, coalesce=[note.module_path])
        with transaction.atomic():
            with transaction.atomic():
                tasks.enqueue(note, [1], {})
                transaction.set_rollback(True)
            tasks.enqueue(note, [1], {})
        assert [call[0] for call in ran] == [1]

    def test_of_a_task_that_is_not_named_run_each(self, db):
        with TestCase.captureOnCommitCallbacks(execute=True):
            for _ in range(2):
                backend(inline=True).enqueue(note, [1], {})
        assert [call[0] for call in ran] == [1, 1]
