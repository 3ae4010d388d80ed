"""Events written with the change that caused them, and delivered after it: nothing is lost when a process dies.

`record` writes an event row inside the caller's transaction. After the commit the in-process relay hands it to the
functions registered with `handles`. What fails, or was cut off by a kill, is delivered again by the ticker until it
succeeds, so a function may be called more than once for an event and must be idempotent.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.db.models import F
from django.utils import timezone

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
LONGEST_PAUSE = timedelta(hours=1)
KEEP_DELIVERED = timedelta(days=7)


def handles(kind: str, *, background: bool = False):
    """Register a function for events of `kind`; it is called with the payload as keyword arguments.

    With `background` the caller's request does not wait for it: a relay thread calls it. All receivers of one kind
    share one delivery: when one raises, all are called again later.
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
    event = Event.objects.create(kind=kind, payload=payload, retry_at=timezone.now() + CLAIM)
    transaction.on_commit(lambda: _after_commit(event))
    return event


def deliver_due(*, limit: int = 500) -> int:
    """Deliver events whose first delivery failed or never took place; returns how many succeeded."""
    now = timezone.now()
    due = Event.objects.filter(delivered_at__isnull=True, retry_at__lte=now).order_by("retry_at")[:limit]
    return sum(_claim_and_deliver(event, seen_retry_at=event.retry_at) for event in due)


@every(seconds=15)
def retry_undelivered() -> None:
    """The ticker's part of delivery: what no process delivered right after its commit."""
    deliver_due()


@every(seconds=3600)
def forget_delivered() -> None:
    """Remove the rows of events delivered a week ago."""
    Event.objects.filter(delivered_at__lt=timezone.now() - KEEP_DELIVERED).delete()


def _after_commit(event: Event) -> None:
    if event.kind in _background and settings.OUTBOX_RELAY != "inline":
        _queue.put(event.pk)
        _ensure_relay_thread()
    else:
        _deliver(event)


def _claim_and_deliver(event: Event, *, seen_retry_at) -> bool:
    """Take the event for ourselves by moving its `retry_at`, so that two relays never deliver it at once."""
    claimed = Event.objects.filter(pk=event.pk, delivered_at__isnull=True, retry_at=seen_retry_at).update(
        retry_at=timezone.now() + CLAIM
    )
    return bool(claimed) and _deliver(event)


def _deliver(event: Event) -> bool:
    try:
        for receiver in _receivers.get(event.kind, ()):
            receiver(**event.payload)
    except Exception as error:  # whatever a receiver raises, the event must stay and be tried again
        logger.exception("delivery failed", extra={"event": event.kind, "sequence": event.pk})
        pause = min(timedelta(seconds=5 * 2 ** min(event.attempts, 10)), LONGEST_PAUSE)
        Event.objects.filter(pk=event.pk).update(
            attempts=F("attempts") + 1,
            retry_at=timezone.now() + pause,
            last_error=f"{type(error).__name__}: {error}"[:500],
        )
        return False
    Event.objects.filter(pk=event.pk).update(delivered_at=timezone.now())
    return True


def _ensure_relay_thread() -> None:
    global _relay_thread
    with _relay_lock:
        if _relay_thread is None or not _relay_thread.is_alive():
            _relay_thread = threading.Thread(target=_relay_loop, name="outbox-relay", daemon=True)
            _relay_thread.start()


def _relay_loop() -> None:
    while True:
        pk = _queue.get()
        close_old_connections()
        try:
            event = Event.objects.filter(pk=pk, delivered_at__isnull=True).first()
            if event:
                _deliver(event)
        except Exception:  # the thread must outlive a database that went away; the ticker delivers what is left
            logger.exception("relay failed", extra={"sequence": pk})
            connection.close()
