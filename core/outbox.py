"""Events written with the change that caused them, and delivered after it: nothing is lost when a process dies.

`record` writes an event row inside the caller's transaction. After the commit the relay hands it on: without a broker
to the functions registered with `handles`, in this process; with one to a queue (`core.broker`), from which a worker
takes it and calls the same functions. What fails, or was cut off by a kill, is sent or delivered again by the ticker
until it succeeds, so a function may be called more than once for an event and must be idempotent.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from core import statistics
from core.models import Event
from core.ticker import every

logger = logging.getLogger(__name__)

Receiver = Callable[..., None]

_receivers: dict[str, list[Receiver]] = defaultdict(list)
_background: set[str] = set()
_queue: queue.SimpleQueue[int] = queue.SimpleQueue()
_relay_lock = threading.Lock()
_relay_thread: threading.Thread | None = None

CLAIM = timedelta(minutes=2)
"""How long a delivery in this process may take before another one is tried."""
UNSENT = timedelta(seconds=20)
"""How long after its commit an event that nobody sent to the broker is sent by the ticker."""
RESEND = timedelta(minutes=2)
"""How long an event sent to the broker may stay undelivered before it is sent again; doubled each time."""
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
MOST_ATTEMPTS = 30
"""After as many failures, some 21 hours, an event is given up."""
MOST_STARTS = 5
"""After as many deliveries that killed their process one after the other, an event is given up."""
KEEP_DELIVERED = timedelta(days=7)
BATCH = 500
BREATH_SECONDS = 1
"""How long the relay waits after a failure, so that a dead broker is not asked for every single event."""


class GivenUp(Exception):
    """The event will not be delivered any more, unless an operator asks for it."""


def handles(kind: str, *, background: bool = False):
    """Register a function for events of `kind`; it is called with the payload as keyword arguments.

    With `background` the caller's request does not wait for it even where there is no broker: a relay thread calls it.
    All receivers of one kind share one delivery: when one raises, all are called again later.
    """

    def register(receiver: Receiver) -> Receiver:
        _receivers[kind].append(receiver)
        if background:
            _background.add(kind)
        return receiver

    return register


def record(kind: str, **payload) -> Event:
    """Write an event in the current transaction and deliver it once that has committed.

    The payload must be JSON: ids and plain facts, never titles, texts or secrets.
    """
    first = UNSENT if settings.BROKER_URL else CLAIM
    now = timezone.now()
    tell_at = now + UNSENT if statistics.wants(kind) else None
    event = Event.objects.create(kind=kind, payload=payload, created_at=now, retry_at=now + first, tell_at=tell_at)
    transaction.on_commit(lambda: _after_commit(event))
    return event


def deliver(pk: int) -> None:
    """Deliver an event, unless it has been, or another process is about it. Raises `GivenUp`."""
    with _alone_with(pk) as is_alone:
        event = _undelivered().filter(pk=pk).first() if is_alone else None
        if event is not None:
            _begin(event)
            _deliver(event)


def deliver_due(*, limit: int = BATCH) -> int:
    """Send or deliver events whose first delivery failed or never took place; returns how many succeeded."""
    due = list(_undelivered().filter(retry_at__lte=timezone.now()).order_by("retry_at")[:limit])
    if not settings.BROKER_URL:
        return sum(_claim_and_deliver(event) for event in due)
    if due:
        try:
            _send([event.pk for event in due])
        except Exception as error:  # kombu's own, or the system's; the events are due again in a moment
            logger.warning("broker down", extra={"events": len(due), "error": f"{type(error).__name__}: {error}"})
            return 0
        now = timezone.now()
        for event in due:
            event.retry_at = now + max(RESEND, now - event.created_at)
        Event.objects.bulk_update(due, ["retry_at"])
    return len(due)


def given_up() -> QuerySet[Event]:
    """The events that are not delivered any more, the oldest first."""
    return Event.objects.filter(given_up_at__isnull=False, delivered_at__isnull=True).order_by("pk")


def try_again(events: QuerySet[Event]) -> int:
    """Have events that were given up delivered after all; returns how many."""
    return events.update(given_up_at=None, attempts=0, starts=0, retry_at=timezone.now())


@every(seconds=10)
def retry_undelivered() -> None:
    """The ticker's part of delivery: what no process sent or delivered right after its commit."""
    while deliver_due() == BATCH:
        pass


@every(seconds=3600)
def forget_delivered() -> None:
    """Remove the rows of events delivered a week ago, of which the statistics were told."""
    Event.objects.filter(delivered_at__lt=timezone.now() - KEEP_DELIVERED, tell_at=None).delete()


def _undelivered() -> QuerySet[Event]:
    return Event.objects.filter(delivered_at__isnull=True, given_up_at__isnull=True)


def _after_commit(event: Event) -> None:
    ids = {name: value for name, value in event.payload.items() if isinstance(value, int)}
    logger.info(event.kind, extra=ids)
    if event.tell_at:
        statistics.tell_soon(statistics.EVENTS, event.pk)
    if settings.BROKER_URL or (event.kind in _background and settings.OUTBOX_RELAY != "inline"):
        _queue.put(event.pk)
        _ensure_relay_thread()
    else:
        _deliver(event)


def _claim_and_deliver(event: Event) -> bool:
    """Take the event for ourselves by moving its `retry_at`, so that two relays never deliver it at once."""
    claimed = _undelivered().filter(pk=event.pk, retry_at=event.retry_at).update(retry_at=timezone.now() + CLAIM)
    if not claimed:
        return False
    with suppress(GivenUp):
        _begin(event)
        return _deliver(event)
    return False


def _begin(event: Event) -> None:
    """Note that a delivery begins. Raises `GivenUp` where too many began that never ended."""
    if event.starts >= MOST_STARTS:
        _give_up(event, "every delivery ended with its process")
    Event.objects.filter(pk=event.pk).update(starts=F("starts") + 1)


def _deliver(event: Event) -> bool:
    try:
        for receiver in _receivers.get(event.kind, ()):
            receiver(**event.payload)
    except Exception as error:  # whatever a receiver raises, the event must stay and be tried again
        logger.exception("delivery failed", extra={"event": event.kind, "sequence": event.pk})
        reason = f"{type(error).__name__}: {error}"[:500]
        Event.objects.filter(pk=event.pk).update(
            attempts=F("attempts") + 1,
            starts=0,
            retry_at=timezone.now() + pause_after(event.attempts),
            last_error=reason,
        )
        if event.attempts + 1 >= MOST_ATTEMPTS:
            _give_up(event, reason)
        return False
    Event.objects.filter(pk=event.pk).update(delivered_at=timezone.now(), starts=0)
    return True


def pause_after(attempts: int, *, shortest: timedelta = SHORTEST_PAUSE) -> timedelta:
    """How long to wait after so many failures: twice as long each time, and never just as long as others wait."""
    longest = min(shortest * 2 ** min(attempts, 12), LONGEST_PAUSE)
    return longest * random.uniform(0.75, 1)  # noqa: S311 - no secret


def _give_up(event: Event, reason: str) -> None:
    Event.objects.filter(pk=event.pk).update(given_up_at=timezone.now(), last_error=reason)
    logger.error("event given up", extra={"event": event.kind, "sequence": event.pk, "reason": reason})
    raise GivenUp(reason)


@contextmanager
def _alone_with(pk: int) -> Iterator[bool]:
    """Keep other processes from delivering this event meanwhile; gives whether we may.

    The lock belongs to our database connection, and so ends with the process. Where there is none (SQLite, or a pooler
    that hands connections around), two deliveries at once are possible, as two in a row always are.
    """
    if connection.vendor != "postgresql" or connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        yield True
        return
    key = pk - 2**62
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        is_ours = cursor.fetchone()[0]
    try:
        yield is_ours
    finally:
        if is_ours:
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def _send(pks: list[int]) -> None:
    from core import broker  # which costs an import of Celery where there is a broker only

    broker.send_events(pks)


def _ensure_relay_thread() -> None:
    global _relay_thread
    with _relay_lock:
        if _relay_thread is None or not _relay_thread.is_alive():
            _relay_thread = threading.Thread(target=_relay_loop, name="outbox-relay", daemon=True)
            _relay_thread.start()


def _relay_loop() -> None:
    while True:
        pks = [_queue.get()]
        with suppress(queue.Empty):
            while len(pks) < BATCH:
                pks.append(_queue.get_nowait())
        close_old_connections()
        try:
            _relay(pks)
        except Exception as error:  # the thread must outlive a database or broker that went away; the ticker goes on
            logger.warning("relay failed", extra={"events": len(pks), "error": f"{type(error).__name__}: {error}"})
            connection.close()
            time.sleep(BREATH_SECONDS)


def _relay(pks: list[int]) -> None:
    if settings.BROKER_URL:
        _send(pks)
        resend_at: datetime = timezone.now() + RESEND
        _undelivered().filter(pk__in=pks).update(retry_at=resend_at)
        return
    for pk in pks:
        event = _undelivered().filter(pk=pk).first()
        if event:
            with suppress(GivenUp):
                _deliver(event)
