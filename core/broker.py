"""The way of events through RabbitMQ: Celery's app, the queue with its dead letters, and sending with confirms.

Imported only where `BROKER_URL` is set. A message holds no more than the number of an event; whoever takes it reads
the row (`core.outbox.deliver`), so messages may be lost, doubled or late without harm: the row decides.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from celery import Celery, bootsteps
from celery.exceptions import Reject
from django.conf import settings
from kombu import Connection, Exchange, Queue
from kombu.exceptions import OperationalError

from core import alive, outbox

logger = logging.getLogger(__name__)

NAME = "inktree"
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
LONGEST_DELIVERY_SECONDS = 900
ALIVE_SECONDS = 10

app = Celery(NAME)
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_connection_timeout=CONNECT_SECONDS,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={"confirm_publish": True},
    task_queues=[EVENTS],
    task_default_queue=NAME,
    task_default_exchange=NAME,
    task_default_routing_key=NAME,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_time_limit=LONGEST_DELIVERY_SECONDS,
    task_publish_retry=False,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
)


class _DeclareDeadLetters(bootsteps.StartStopStep):
    """Makes the queue of dead letters before the first message could be sent there."""

    requires = {"celery.worker.consumer.connection:Connection"}

    def start(self, parent):
        with parent.app.connection_for_write() as connection:
            DEAD_LETTERS(connection.default_channel).declare()


class _MarkAlive(bootsteps.StartStopStep):
    """Leaves its mark as long as the worker's loop runs."""

    requires = {"celery.worker.components:Timer"}

    def start(self, parent):
        alive.mark("worker")
        parent.timer.call_repeatedly(ALIVE_SECONDS, alive.mark, ("worker",), priority=10)


app.steps["consumer"].add(_DeclareDeadLetters)
app.steps["worker"].add(_MarkAlive)


@app.task(name="core.deliver")
def deliver(pk: int) -> None:
    """Deliver an event in a worker. One that is given up goes to the dead letters."""
    try:
        outbox.deliver(pk)
    except outbox.GivenUp as error:
        raise Reject(str(error), requeue=False) from error


_of_thread = threading.local()


def send_events(pks: Sequence[int]) -> None:
    """Send the numbers of events to the workers; returns when the broker has put all of them down.

    Raises kombu's `OperationalError` or an `OSError` after some seconds when it does not.
    """
    try:
        _send(pks)
    except (OperationalError, OSError, *_connection().connection_errors, *_connection().channel_errors):
        _forget_connection()  # it may have been idle, and the broker restarted meanwhile
        _send(pks)


def _send(pks: Sequence[int]) -> None:
    try:
        connection = _connection()
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
        with app.amqp.Producer(connection, auto_declare=False) as producer:
            for queue in (DEAD_LETTERS, EVENTS):
                queue(producer.channel).declare()
            for pk in pks:
                deliver.apply_async(
                    (pk,), producer=producer, timeout=CONFIRM_SECONDS, confirm_timeout=CONFIRM_SECONDS, retry=False
                )
    except BaseException:
        _forget_connection()
        raise


def _connection() -> Connection:
    if getattr(_of_thread, "connection", None) is None:
        _of_thread.connection = app.connection_for_write()
    return _of_thread.connection


def _forget_connection() -> None:
    connection, _of_thread.connection = getattr(_of_thread, "connection", None), None
    if connection is not None:
        connection.collect()
