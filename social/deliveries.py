"""Sending what waits: each mail is claimed, checked, sent and written down on its own, so that none is ever lost.

A claim is a lease: whoever sends a batch has moved the time it is due into the future, and when he dies the rest of it
is due again. Only the mail that was between the mail server's acceptance and our record is sent a second time, with the
same Message-ID.
"""

from __future__ import annotations

import logging
import smtplib
import time
from datetime import timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F

from core import bounces, clock, outbox
from core.ticker import every
from social import letters
from social.models import Delivery, Outcome

logger = logging.getLogger(__name__)

BATCH = 20
LEASE = timedelta(seconds=45)
TURN_SECONDS = 5
"""How long one event sends before it lets others have their turn."""
MOST_ATTEMPTS = 30
SHORTEST_PAUSE = timedelta(seconds=15)
KEEP_ENDED = timedelta(days=30)


class ServerDown(Exception):
    """The mail server takes no mail at all now."""


@outbox.handles("mails.waiting", background=True)
def send_waiting() -> None:
    """Send what is due for a while, and let another event go on when that was not all."""
    if not send_due(seconds=TURN_SECONDS):
        outbox.record("mails.waiting")


@every(seconds=10)
def send_overdue() -> None:
    """The ticker's part: retries, digests, and what a process that died had claimed."""
    if _due().exists():
        outbox.record("mails.waiting")


@every(seconds=24 * 3600)
def forget_ended() -> None:
    """Remove deliveries that ended a month ago."""
    Delivery.objects.filter(ended_at__lt=clock.now() - KEEP_ENDED).delete()


def send_due(*, seconds: float = 3600) -> bool:
    """Send mails that are due, for about so many seconds; returns whether none is left that could be sent now.

    Any number of processes may do so at once.
    """
    until = time.monotonic() + seconds
    connection = get_connection()
    try:
        while batch := _claim():
            try:
                _send_batch(batch, connection)
            except ServerDown as error:
                logger.warning("mail server down", extra={"error": str(error)})
                return True
            if time.monotonic() > until:
                return False
    finally:
        connection.close()
    return True


def _due():
    return Delivery.objects.filter(ended_at__isnull=True, due_at__lte=clock.now())


def _claim() -> list[int]:
    with transaction.atomic():
        due = _due().select_for_update(skip_locked=True).order_by("due_at", "id").values_list("pk", flat=True)
        batch = list(due[:BATCH])
        Delivery.objects.filter(pk__in=batch).update(due_at=clock.now() + LEASE)
    return batch


def _send_batch(batch: list[int], connection) -> None:
    safe_until = time.monotonic() + LEASE.total_seconds() - 2 * settings.EMAIL_TIMEOUT
    try:
        connection.open()
    except Exception as error:  # each way of sending has its own
        _give_back(batch, after=SHORTEST_PAUSE)
        raise ServerDown(f"{type(error).__name__}: {error}") from error
    for number, pk in enumerate(batch):
        if time.monotonic() > safe_until:
            _give_back(batch[number:])
            return
        delivery = Delivery.objects.select_related("user", "follow__user").filter(pk=pk, ended_at=None).first()
        if delivery is None:
            continue
        try:
            _send(delivery, connection)
        except ServerDown:
            _give_back(batch[number + 1 :], after=SHORTEST_PAUSE)
            raise


def _give_back(batch: list[int], *, after: timedelta = timedelta()) -> None:
    Delivery.objects.filter(pk__in=batch, ended_at=None).update(due_at=clock.now() + after)


def _send(delivery: Delivery, connection) -> None:
    waiting = _posts_of(delivery)
    rows = [delivery.pk, *(pk for pk, _ in waiting)]
    try:
        letter = letters.write_letter(delivery, [post for _, post in waiting])
    except Exception as error:  # one that cannot be written must not keep the others from being sent
        logger.exception("mail not written", extra={"delivery": delivery.pk})
        _postpone(delivery, error)
        return
    if letter is None:
        _end(rows, Outcome.LEFT_OUT)
        return
    try:
        connection.send_messages([letter])
    except smtplib.SMTPRecipientsRefused as error:
        [(code, _)] = error.recipients.values()
        if 500 <= code < 600:
            bounces.refuse(delivery.user.email, reason=bounces.BOUNCE)
            _end(rows, Outcome.REFUSED)
        else:
            _postpone(delivery, error)
    except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
        _postpone(delivery, error)
    except Exception as error:  # whatever keeps a mail server or SES from taking mail, the mail stays
        connection.close()
        _postpone(delivery, error)
        raise ServerDown(f"{type(error).__name__}: {error}") from error
    else:
        _end(rows, Outcome.SENT)


def _posts_of(delivery: Delivery) -> list[tuple[int, int]]:
    """The posts that a mail tells of, each with its delivery; those of a digest have waited for it."""
    if delivery.kind == Delivery.Kind.POST:
        return [(delivery.pk, delivery.post_id)]
    if delivery.kind == Delivery.Kind.DIGEST:
        waiting = Delivery.objects.filter(user=delivery.user, kind=Delivery.Kind.POST, due_at=None, ended_at=None)
        return list(waiting.order_by("pk").values_list("pk", "post_id"))
    return []


def _end(rows: list[int], outcome: Outcome) -> None:
    Delivery.objects.filter(pk__in=rows).update(ended_at=clock.now(), outcome=outcome)


def _postpone(delivery: Delivery, error: Exception) -> None:
    """Try again later; after a day of trying, the mail has failed."""
    if delivery.attempts + 1 >= MOST_ATTEMPTS:
        logger.error("mail given up", extra={"delivery": delivery.pk, "error": type(error).__name__})
        _end([delivery.pk], Outcome.FAILED)
        return
    pause = outbox.pause_after(delivery.attempts, shortest=SHORTEST_PAUSE)
    Delivery.objects.filter(pk=delivery.pk).update(attempts=F("attempts") + 1, due_at=clock.now() + pause)
