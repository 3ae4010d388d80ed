"""Events: delivered once they are committed, tried again, given up in the end; and what a broker changes."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django_tasks import task, task_backends

from core import clock, outbox
from core.models import Event

BROKER = "amqp://guest:guest@127.0.0.1:1//"


@task()
def note(word: str) -> None:
    """A task for the tests; runs where its result can be seen."""
    noted.append(word)


noted: list[str] = []


@pytest.fixture
def receiver(monkeypatch):
    """Registers a receiver of the events `test` for the time of a test."""
    noted.clear()
    monkeypatch.setattr(outbox, "_receivers", {})

    def receiver(function) -> None:
        outbox._receivers["test"] = [function]

    return receiver


@pytest.fixture
def sent(settings, monkeypatch) -> list[int]:
    """The events that were handed to the relay of a process that has a broker."""
    settings.BROKER_URL = BROKER
    sent: list[int] = []
    monkeypatch.setattr(outbox, "_ensure_relay_thread", lambda: sent.append(outbox._queue.get_nowait()))
    return sent


class TestFailure:
    def test_is_tried_again_ever_more_seldom(self, db, receiver):
        receiver(lambda: 1 / 0)
        event = Event.objects.create(kind="test")
        pauses = []
        for _ in range(4):
            Event.objects.update(retry_at=clock.now())
            assert outbox.deliver_due() == 0
            event.refresh_from_db()
            pauses.append((event.retry_at - clock.now()).total_seconds())
        assert pauses == sorted(pauses)
        assert (event.attempts, event.delivered_at, event.given_up_at) == (4, None, None)
        assert "ZeroDivisionError" in event.last_error

    def test_is_given_up_in_the_end_and_can_be_asked_for_again(self, db, receiver, capsys):
        receiver(lambda: 1 / 0)
        event = Event.objects.create(kind="test", attempts=outbox.MOST_ATTEMPTS - 1)
        outbox.deliver_due()
        event.refresh_from_db()
        assert event.given_up_at
        call_command("events")
        assert "ZeroDivisionError" in capsys.readouterr().out
        Event.objects.update(retry_at=clock.now())
        receiver(lambda: noted.append("done"))
        assert outbox.deliver_due() == 0
        call_command("events", "--again")
        assert outbox.deliver_due() == 1
        assert noted == ["done"]


class TestEventThatKillsItsProcess:
    def test_is_given_up_after_a_few_times(self, db, receiver):
        def die():
            raise SystemExit

        receiver(die)
        event = Event.objects.create(kind="test")
        for _ in range(outbox.MOST_STARTS):
            with pytest.raises(SystemExit):
                outbox.deliver(event.pk)
        with pytest.raises(outbox.GivenUp):
            outbox.deliver(event.pk)
        outbox.deliver(event.pk)
        event.refresh_from_db()
        assert event.given_up_at


class TestWithABroker:
    def test_events_go_to_the_relay_and_no_receiver_is_called(
        self, db, receiver, sent, django_capture_on_commit_callbacks
    ):
        receiver(lambda: noted.append("called"))
        with django_capture_on_commit_callbacks(execute=True):
            event = outbox.record("test")
        assert sent == [event.pk]
        assert noted == []
        assert event.retry_at < clock.now() + timedelta(seconds=30)
        outbox.deliver(event.pk)
        outbox.deliver(event.pk)
        assert noted == ["called"]

    def test_tasks_are_events_and_equal_ones_of_a_transaction_are_one(
        self, db, sent, monkeypatch, django_capture_on_commit_callbacks
    ):
        noted.clear()
        monkeypatch.setattr(task_backends["default"], "coalesce", frozenset({note.module_path}))
        with django_capture_on_commit_callbacks(execute=True):
            with suppress(ZeroDivisionError), transaction.atomic():
                note.enqueue("kept")
                raise ZeroDivisionError
            with transaction.atomic():
                for _ in range(3):
                    note.enqueue("kept")
        assert noted == []
        [event] = Event.objects.filter(kind="task")
        outbox.deliver(event.pk)
        assert noted == ["kept"]

    def test_one_that_is_down_costs_the_ticker_seconds_and_no_event(self, db, sent, receiver):
        Event.objects.create(kind="test")
        assert outbox.deliver_due() == 0
        assert Event.objects.filter(delivered_at=None, given_up_at=None).count() == 1
