"""A mark that a process without an address leaves while it gets on; health checks of containers look at it."""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)


def mark(role: str) -> None:
    """Note that this role is alive now."""
    try:
        (Path(settings.DATA_DIR) / f"{role}.alive").touch()
    except OSError as error:  # a full disk is no reason to stop
        logger.warning("cannot mark as alive", extra={"role": role, "error": str(error)})
