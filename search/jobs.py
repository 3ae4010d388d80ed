"""What the ticker does for the index."""

from __future__ import annotations

from core.ticker import every
from search import indexing

MOST_AT_ONCE = 5_000


@every(seconds=600)
def complete_the_index() -> None:
    """Write the entries that are not there: of what came into the database past all events, as in an upgrade."""
    for kind in indexing.ALL.values():
        kind.index(kind.missing(limit=MOST_AT_ONCE))
