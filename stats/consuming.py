"""Taking messages from the queue: several at a time, and acknowledged only once they are counted.

While the store is down or slow the messages stay in the queue, and are tried again ever more seldom. One that cannot be
read goes to the dead letters.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from contextlib import suppress

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractRobustConnection

from stats.counting import take_events
from stats.events import AnyEvent, read_event
from stats.store.base import Store, StoreDown

logger = logging.getLogger(__name__)

QUEUE = "inktree.statistics"
DEAD = f"{QUEUE}.dead"
PREFETCH = 40
GATHER_SECONDS = 0.02
"""How long the first message waits for others that can be counted with it."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 15
RECONNECT_SECONDS = 1


class Consumer:
    """Counts what the queue brings, until it is stopped."""

    def __init__(self, url: str, store: Store):
        self._url, self._store = url, store
        self._waiting: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        self._connection: AbstractRobustConnection | None = None
        self._tasks: list[asyncio.Task] = []
        self._is_stopping = asyncio.Event()

    @property
    def is_connected(self) -> bool:
        """Whether the broker is there."""
        return self._connection is not None and self._connection.connected.is_set()

    def start(self) -> None:
        """Begin, in the background; a broker that is down is waited for."""
        self._tasks = [asyncio.create_task(self._connect()), asyncio.create_task(self._count())]

    async def stop(self) -> None:
        """Finish what is being counted and leave the rest in the queue."""
        self._is_stopping.set()
        connecting, counting = self._tasks
        connecting.cancel()
        await asyncio.wait([counting], timeout=20)
        counting.cancel()
        if self._connection is not None:
            with suppress(Exception):
                await self._connection.close()

    async def _connect(self) -> None:
        while True:
            try:
                connection = await aio_pika.connect_robust(self._url, timeout=10, reconnect_interval=RECONNECT_SECONDS)
            except Exception as error:  # whatever a broker that is not quite there answers
                logger.warning("broker down", extra={"error": f"{type(error).__name__}: {error}"})
                await asyncio.sleep(RECONNECT_SECONDS)
            else:
                break
        self._connection = connection
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=PREFETCH)
        queue = await _declare(channel)
        await queue.consume(self._waiting.put)
        logger.info("consuming", extra={"queue": QUEUE})

    async def _count(self) -> None:
        while not self._is_stopping.is_set():
            messages = await self._gather()
            if messages:
                await self._count_these(messages)

    async def _gather(self) -> list[AbstractIncomingMessage]:
        stopping = asyncio.create_task(self._is_stopping.wait())
        first = asyncio.create_task(self._waiting.get())
        await asyncio.wait([first, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not first.done():
            first.cancel()
            return []
        messages = [first.result()]
        deadline = time.monotonic() + GATHER_SECONDS
        while len(messages) < PREFETCH // 2 and (left := deadline - time.monotonic()) > 0:
            with suppress(TimeoutError):
                messages.append(await asyncio.wait_for(self._waiting.get(), left))
        return messages

    async def _count_these(self, messages: list[AbstractIncomingMessage]) -> None:
        events: list[AnyEvent] = []
        unreadable = []
        for message in messages:
            try:
                events += read_message(message.body)
            except ValueError as error:
                unreadable.append(message)
                logger.error("unreadable message", extra={"error": str(error)[:500]})
        attempt = 0
        while not self._is_stopping.is_set():
            try:
                began = time.monotonic()
                await asyncio.to_thread(take_events, self._store, events)
            except StoreDown as error:
                pause = min(SHORTEST_PAUSE * 2**attempt, LONGEST_PAUSE) * random.uniform(0.5, 1)  # noqa: S311
                attempt += 1
                logger.warning("store down", extra={"error": str(error)[:500], "pause": round(pause, 2)})
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._is_stopping.wait(), pause)
            else:
                seconds = round(time.monotonic() - began, 3)
                logger.debug("counted", extra={"events": len(events), "seconds": seconds})
                await self._settle(messages, unreadable)
                return

    async def _settle(self, messages: list, unreadable: list) -> None:
        """Take the messages off the queue. Where the connection is gone meanwhile they come again, to no effect."""
        for message in messages:
            with suppress(Exception):
                if message in unreadable:
                    await message.reject(requeue=False)
                else:
                    await message.ack()


def read_message(body: bytes) -> list[AnyEvent]:
    """The events in a message that matter here. Raises `ValueError`."""
    message = json.loads(body)
    if not isinstance(message, dict) or not isinstance(message.get("events"), list):
        raise ValueError("not of the form {events: […]}")
    events = [read_event(event) for event in message["events"]]
    return [event for event in events if event is not None]


async def _declare(channel: AbstractChannel) -> aio_pika.abc.AbstractQueue:
    """The queue with its dead letters, made just as the CMS makes them."""
    for name, arguments in (
        (DEAD, None),
        (QUEUE, {"x-dead-letter-exchange": DEAD, "x-dead-letter-routing-key": DEAD}),
    ):
        exchange = await channel.declare_exchange(name, aio_pika.ExchangeType.DIRECT, durable=True)
        queue = await channel.declare_queue(name, durable=True, arguments=arguments)
        await queue.bind(exchange, routing_key=name)
    return queue
