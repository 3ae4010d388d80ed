"""Telling the statistics what happened, apart from the delivery of events to our own receivers.

What is to be told stands in rows written with the change: events, and what other rooms name as a `Source`. With
`STATS_BROKER_URL` it is sent to a queue of its own, right after the commit by a thread of the process, else by the
ticker. Without it the statistics are embedded: they take what is waiting when somebody asks for figures, and every
few seconds. A row stays until it was taken, so something may be told twice, and nothing is told never.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone

from core.models import Event
from core.ticker import every

logger = logging.getLogger(__name__)

BATCH = 500
BREATH_SECONDS = 1
TELLING_SECONDS = 60
"""How long after an attempt to tell it a row is told again by the ticker."""
LONGEST_CATCHING_UP_SECONDS = 5
UNTOLD = ("reason",)
"""What of a payload is not for others: words that people wrote."""

Message = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Rows that hold something to tell.

    `waiting(pks, due, limit)` gives the rows that wait: those named, or those due by a time (both None: all), the
    oldest first. `message(row)` is what is told of one, and `told(rows)` notes that it was.
    """

    name: str
    waiting: Callable[[Sequence[int] | None, datetime | None, int], list]
    message: Callable[[Any], Message]
    told: Callable[[list], None]


sources: dict[str, Source] = {}
_kinds: frozenset[str] = frozenset()
_embedded: Callable[[list[Message]], None] | None = None
_queue: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
_lock = threading.Lock()
_thread: threading.Thread | None = None


def embed(take: Callable[[list[Message]], None], *, kinds: frozenset[str]) -> None:
    """Let `take` count messages where the statistics are embedded; `kinds` are the events that matter to them."""
    global _embedded, _kinds
    _embedded, _kinds = take, kinds


def wants(kind: str) -> bool:
    """Whether events of this kind are told."""
    return kind in _kinds


def add_source(source: Source) -> None:
    """Have the rows of another room told as well."""
    sources[source.name] = source


def tell_soon(source: Source, pk: int) -> None:
    """After a commit: have the row told as soon as may be, without waiting for it."""
    if settings.STATS_BROKER_URL:
        _queue.put((source.name, pk))
        _ensure_thread()


def catch_up() -> None:
    """Have the embedded statistics take what is waiting, so that figures read next are of now."""
    if not settings.STATS_BROKER_URL:
        deadline = time.monotonic() + LONGEST_CATCHING_UP_SECONDS
        for source in sources.values():
            while _tell(source, source.waiting(None, None, BATCH)) == BATCH and time.monotonic() < deadline:
                pass


@every(seconds=5)
def tell_waiting() -> None:
    """The ticker's part: what no process told right after its commit."""
    try:
        if not settings.STATS_BROKER_URL:
            catch_up()
            return
        for source in sources.values():
            while _tell(source, source.waiting(None, timezone.now(), BATCH)) == BATCH:
                pass
    except Exception as error:  # a broker or store that is down; what is due is told again in a while
        logger.warning("statistics not told", extra={"error": f"{type(error).__name__}: {error}"})


def _tell(source: Source, rows: list) -> int:
    """Tell of these rows; returns how many there were. What `take` or the broker raises is the caller's."""
    if rows:
        messages = [source.message(row) for row in rows]
        if settings.STATS_BROKER_URL:
            from core import statistics_queue  # which costs an import of kombu where there is a broker only

            statistics_queue.send(messages)
        else:
            _embedded(messages)
        source.told(rows)
    return len(rows)


def _ensure_thread() -> None:
    global _thread
    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_loop, name="statistics-relay", daemon=True)
            _thread.start()


def _loop() -> None:
    while True:
        pks: dict[str, list[int]] = defaultdict(list)
        name, pk = _queue.get()
        pks[name].append(pk)
        with suppress(queue.Empty):
            for _ in range(BATCH - 1):
                name, pk = _queue.get_nowait()
                pks[name].append(pk)
        close_old_connections()
        for name, some in pks.items():
            try:
                _tell(sources[name], sources[name].waiting(some, None, BATCH))
            except Exception as error:  # the thread must outlive a broker that went away; the ticker goes on
                logger.warning(
                    "statistics not told", extra={"rows": len(some), "error": f"{type(error).__name__}: {error}"}
                )
                connection.close()
                time.sleep(BREATH_SECONDS)


def _waiting_events(pks: Sequence[int] | None, due: datetime | None, limit: int) -> list[Event]:
    rows = Event.objects.filter(tell_at__isnull=False)
    if pks is not None:
        rows = rows.filter(pk__in=pks)
    if due is not None:
        rows = rows.filter(tell_at__lte=due)
        found = list(rows.order_by("tell_at")[:limit])
        again = due + timedelta(seconds=TELLING_SECONDS)  # should the broker hang, not all tickers wait for it with it
        Event.objects.filter(pk__in=[event.pk for event in found]).update(tell_at=again)
        return found
    return list(rows.order_by("pk")[:limit])


def _event_message(event: Event) -> Message:
    payload = {name: value for name, value in event.payload.items() if name not in UNTOLD}
    return message(event.kind, id=event.id, sequence=event.pk, at=event.created_at, payload=payload)


def message(kind: str, *, id, sequence: int, at: datetime, payload: dict) -> Message:
    """An event in the form in which it is told."""
    return {"id": str(id), "sequence": sequence, "kind": kind, "at": at.isoformat(), "payload": payload}


def _events_told(events: list[Event]) -> None:
    Event.objects.filter(pk__in=[event.pk for event in events]).update(tell_at=None)


EVENTS = Source("events", _waiting_events, _event_message, _events_told)
add_source(EVENTS)
