"""What the ticker does for the house."""

from __future__ import annotations

from core import server_log
from core.ticker import every


@every(seconds=600)
def prune_server_log() -> None:
    """Remove lines of the log in the database that are too old or too many."""
    server_log.prune()
