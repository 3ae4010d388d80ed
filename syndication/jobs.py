"""What the ticker does for mirrors: what nobody asked for yet, and what changes with time alone."""

from __future__ import annotations

import time

from core import clock
from core.ticker import every
from syndication.models import SyncedPost, SyncMark
from syndication.settling import BATCH, settle

LONGEST_SECONDS = 5
"""How long one run may keep other jobs waiting; of very many marks the rest is for the next."""


@every(seconds=10)
def settle_marks() -> None:
    """Tell mirrors what has changed."""
    mark_due()
    end = time.monotonic() + LONGEST_SECONDS
    while settle(most=BATCH) and time.monotonic() < end:
        pass


def mark_due() -> None:
    """Have those posts looked at again that expired, or whose blog's or author's block ended."""
    due = SyncedPost.objects.filter(check_at__lte=clock.now()).values_list("post", flat=True)[: 10 * BATCH]
    SyncMark.objects.bulk_create([SyncMark(post=post) for post in due])
