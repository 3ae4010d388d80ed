"""How often something may be done: counted in Redis for all processes together, else in this process's memory.

When Redis is down, this process counts alone until it is back: limits get wider, nothing stops.
"""

from __future__ import annotations

import logging
import math
import time
from functools import lru_cache

from django.conf import settings
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from core.errors import TooManyRequests

logger = logging.getLogger(__name__)

RATES = {
    # By address.
    "register": "30/minute; 300/hour",
    "login": "30/minute; 500/hour",
    "reset": "10/minute; 60/hour",
    "token": "120/minute",
    # By account: tries from one address, and from all addresses together.
    "login_here": "10/minute; 50/hour",
    "login_anywhere": "100/hour",
    "reset_mail": "5/hour; 20/day",
    "confirmation_mail": "5/hour; 20/day",
    # By user.
    "password": "10/minute; 50/hour",
    "comment": "20/minute; 300/hour",
    "upload": "120/minute; 2000/hour",
    "write": "300/minute; 6000/hour",
    "report": "20/minute; 200/hour",
    "follow": "60/minute; 1000/hour",
    "view": "120/minute; 3000/hour",
    "export": "10/hour; 40/day",
}
"""What may be limited. Numbers apply per key, in sliding windows."""

REMEMBERED_SECONDS = 30 * 24 * 3600


def take(scope: str, *key: object) -> None:
    """Count one act of this kind. Raises `TooManyRequests`, without counting, when there were enough."""
    if not settings.RATE_LIMITS:
        return
    words = (scope, *map(str, key))
    for rate in _rates(scope):
        if not _try(lambda limiter, rate=rate: limiter.hit(rate, *words)):
            reset_at = _try(lambda limiter, rate=rate: limiter.get_window_stats(rate, *words)).reset_time
            wait = max(1, math.ceil(reset_at - time.time()))
            raise TooManyRequests(f"Too many requests. Try again in {wait} seconds.", retry_after=wait)


def forget(scope: str, *key: object) -> None:
    """Start counting anew."""
    if settings.RATE_LIMITS:
        words = (scope, *map(str, key))
        for rate in _rates(scope):
            _try(lambda limiter, rate=rate: limiter.clear(rate, *words))


def remember(*key: object) -> None:
    """Note a fact for a month."""
    if settings.RATE_LIMITS:
        _try(lambda limiter: limiter.storage.incr(_note(key), REMEMBERED_SECONDS))


def is_remembered(*key: object) -> bool:
    """Whether that fact was noted."""
    return settings.RATE_LIMITS and bool(_try(lambda limiter: limiter.storage.get(_note(key))))


def reset() -> None:
    """Forget everything counted by this process alone."""
    _local().storage.reset()


def _note(key: tuple) -> str:
    return "NOTE/" + "/".join(map(str, key))


@lru_cache
def _rates(scope: str) -> list[RateLimitItem]:
    return parse_many(RATES[scope])


def _try(act):
    shared = _shared(settings.CACHE_URL)
    if shared is not None:
        try:
            return act(shared)
        except StorageError:
            logger.warning("rate limits are counted by this process alone: their store does not answer")
    return act(_local())


@lru_cache
def _local() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(MemoryStorage())


@lru_cache
def _shared(url: str) -> SlidingWindowCounterRateLimiter | None:
    if not url.startswith(("redis://", "rediss://")):
        return None
    store: Storage = storage_from_string(
        url, wrap_exceptions=True, key_prefix="inktree-limits", socket_connect_timeout=0.5, socket_timeout=0.5
    )
    return SlidingWindowCounterRateLimiter(store)
