"""The ticker's part of publishing: what was scheduled goes live, what has expired comes down."""

from __future__ import annotations

from blogs.services.publishing import expire_due, publish_due
from core.ticker import every


@every(seconds=10)
def publish_in_time() -> None:
    """Publish more often than expire: readers wait for a new post, while an expired one is hidden from them at once."""
    publish_due()


@every(seconds=60)
def keep_schedule() -> None:
    """Expire first, so that a post with both times passed ends where it belongs."""
    expire_due()
    publish_due()
