"""The queue of the statistics service: durable, with dead letters, sent to with confirms."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from django.conf import settings
from kombu import Connection, Exchange, Producer, Queue
from kombu.exceptions import OperationalError

NAME = "inktree.statistics"
DEAD = f"{NAME}.dead"
DEAD_LETTERS = Queue(DEAD, Exchange(DEAD, type="direct"), routing_key=DEAD, durable=True)
EVENTS = Queue(
    NAME,
    Exchange(NAME, type="direct"),
    routing_key=NAME,
    durable=True,
    queue_arguments={"x-dead-letter-exchange": DEAD, "x-dead-letter-routing-key": DEAD},
)
CONNECT_SECONDS = 3
CONFIRM_SECONDS = 10
EVENTS_PER_MESSAGE = 50

_of_thread = threading.local()


def send(messages: Sequence[dict]) -> None:
    """Send these to the statistics service; returns when the broker has put all of them down.

    Raises kombu's `OperationalError` or an `OSError` after some seconds when it does not.
    """
    try:
        _send(messages)
    except (OperationalError, OSError, *_connection().connection_errors, *_connection().channel_errors):
        _forget_connection()  # it may have been idle, and the broker restarted meanwhile
        _send(messages)


def _send(messages: Sequence[dict]) -> None:
    try:
        connection = _connection()
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
        with Producer(connection.default_channel, auto_declare=False) as producer:
            if not _of_thread.__dict__.get("is_declared"):
                for queue in (DEAD_LETTERS, EVENTS):
                    queue(producer.channel).declare()
                _of_thread.is_declared = True
            for start in range(0, len(messages), EVENTS_PER_MESSAGE):
                producer.publish(
                    {"events": list(messages[start : start + EVENTS_PER_MESSAGE])},
                    exchange=NAME,
                    routing_key=NAME,
                    serializer="json",
                    delivery_mode="persistent",
                    mandatory=True,
                    timeout=CONFIRM_SECONDS,
                    confirm_timeout=CONFIRM_SECONDS,
                )
    except BaseException:
        _forget_connection()
        raise


def _connection() -> Connection:
    if getattr(_of_thread, "connection", None) is None:
        _of_thread.connection = Connection(
            settings.STATS_BROKER_URL, connect_timeout=CONNECT_SECONDS, transport_options={"confirm_publish": True}
        )
    return _of_thread.connection


def _forget_connection() -> None:
    connection = _of_thread.__dict__.pop("connection", None)
    _of_thread.__dict__.pop("is_declared", None)
    if connection is not None:
        connection.collect()
