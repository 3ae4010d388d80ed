"""Blocks in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from wagtail.utils.timestamps import render_timestamp

from accounts.blocks import Blockable
from core import clock


def block_in_words(blockable: Blockable) -> str:
    """Whether somebody or something is blocked now, and until when; an empty text if not."""
    if not blockable.is_blocked(clock.now()):
        return ""
    if blockable.blocked_until is None:
        return _("for good")
    return _("until %(time)s") % {"time": moment(blockable.blocked_until)}


def moment(time) -> str:
    """A time as the reader's language writes it."""
    return render_timestamp(time)
