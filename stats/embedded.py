"""The service without a broker: whoever embeds it hands it messages, and it counts them in a file."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from stats.counting import take_events
from stats.events import read_event
from stats.store.base import Store

logger = logging.getLogger(__name__)


def take_messages(store: Store, messages: Iterable[Any]) -> None:
    """Count what these messages tell; those that cannot be read are logged and left out. Raises `StoreDown`."""
    events = []
    for message in messages:
        try:
            event = read_event(message)
        except ValueError:
            logger.exception("unreadable event")
        else:
            if event is not None:
                events.append(event)
    take_events(store, events)
