"""What follows from the settings alone, worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from django.core.signals import setting_changed

Made = TypeVar("Made")


def of_settings(make: Callable[[], Made]) -> Callable[[], Made]:
    """A function that makes something of the settings, and remembers it until a test changes one of them."""
    remembered = cache(make)
    setting_changed.connect(lambda **facts: remembered.cache_clear(), weak=False)
    return remembered
