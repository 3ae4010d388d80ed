"""The ticker runs what is periodic; of several tickers exactly one works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread

import pytest
from django.core.management import call_command

from core import ticker
from core.exclusive import Exclusive
from tests.house.commands import ROOT, environment, wait_until


@pytest.fixture
def no_other_jobs(monkeypatch) -> dict[str, ticker.Job]:
    monkeypatch.setattr(ticker, "jobs", {})
    return ticker.jobs


class TestJobs:
    def test_run_again_after_their_time(self, db, no_other_jobs):
        times = []
        stop = Event()

        @ticker.every(seconds=1)
        def job():
            times.append(time.monotonic())
            if len(times) == 2:
                stop.set()

        ticker.tick(stop=stop)
        assert 0.9 < times[1] - times[0] < 5

    def test_that_fail_do_not_keep_others_from_running(self, db, no_other_jobs, caplog):
        ran = []
        stop = Event()

        @ticker.every(seconds=60)
        def broken():
            raise RuntimeError("no good")

        @ticker.every(seconds=60)
        def sound():
            ran.append("sound")
            stop.set()

        ticker.tick(stop=stop)
        assert ran == ["sound"]
        assert "job failed" in caplog.text

    def test_of_all_rooms_are_found(self, capsys):
        call_command("ticker", "--list")
        listed = capsys.readouterr().out
        assert "core.outbox.retry_undelivered" in listed
        assert "blogs.schedule.keep_schedule" in listed

    def test_are_not_run_while_another_ticker_works(self, transactional_db, no_other_jobs):
        ran = []

        @ticker.every(seconds=60)
        def job():
            ran.append("job")

        other = Exclusive("ticker")
        assert other.acquire()
        stop = Event()
        thread = Thread(target=ticker.tick, kwargs={"stop": stop, "retry_after": 0.1})
        thread.start()
        time.sleep(0.6)
        assert ran == []
        other.release()
        wait_until(lambda: ran == ["job"])
        stop.set()
        thread.join(10)


class TestTheLock:
    def test_is_held_by_one_at_a_time(self, transactional_db):
        first, second = Exclusive("test"), Exclusive("test")
        assert first.acquire()
        assert first.acquire()
        assert first.is_held()
        assert not second.acquire()
        assert not second.is_held()
        first.release()
        assert second.acquire()
        second.release()

    def test_does_not_stand_in_the_way_of_another(self, transactional_db):
        first, second = Exclusive("test"), Exclusive("another test")
        assert first.acquire()
        assert second.acquire()
        first.release()
        second.release()


class TestTwoTickers:
    def test_never_run_a_job_at_once_and_one_takes_over_when_the_other_is_killed(self, tmp_path, transactional_db):
        notes = tmp_path / "notes"
        variables = environment(
            tmp_path, DJANGO_SETTINGS_MODULE="cms.settings", DATABASE_URL=os.environ["DATABASE_URL"]
        )
        command = [sys.executable, "-m", "tests.house.jobs", str(notes)]
        processes = {}
        for _ in range(2):
            process = subprocess.Popen(command, cwd=ROOT, env=variables)
            processes[process.pid] = process
        try:
            wait_until(lambda: len(_lines(notes)) >= 4)
            pids = {line.split()[1] for line in _lines(notes)}
            assert len(pids) == 1
            worker = processes.pop(int(pids.pop()))
            worker.send_signal(signal.SIGKILL)
            worker.wait(10)
            before = len(_lines(notes))
            wait_until(lambda: len(_lines(notes)) >= before + 3)
            (survivor,) = processes
            assert {line.split()[1] for line in _lines(notes)[before + 1 :]} == {str(survivor)}
        finally:
            for process in processes.values():
                process.terminate()
                assert process.wait(20) == 0


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
