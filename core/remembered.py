"""What follows from the settings, and from arguments, worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import TypeVar

from django.core.signals import setting_changed

Made = TypeVar("Made")


def of_settings(make: Callable[[], Made]) -> Callable[[], Made]:
    """A function that makes something of the settings, and remembers it until a test changes one of them."""
    return _until_settings_change(cache(make))


def of_arguments(most: int) -> Callable[[Callable[..., Made]], Callable[..., Made]]:
    """Like `of_settings`, for a function of arguments too: what it made of the `most` latest ones is remembered."""
    return lambda make: _until_settings_change(lru_cache(most)(make))


def _until_settings_change(remembered):
    setting_changed.connect(lambda **facts: remembered.cache_clear(), weak=False)
    return remembered
