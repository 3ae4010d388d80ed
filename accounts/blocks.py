"""Blocks of users and blogs: the columns that hold one, and the condition that tells whether it is in force."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q


class Blockable(models.Model):
    """Something that can be blocked until a time, or for good (`blocked_at` set, `blocked_until` null).

    A block whose `blocked_until` has passed is none: no job has to run for it to end.
    """

    blocked_at = models.DateTimeField(null=True, blank=True, editable=False)
    blocked_until = models.DateTimeField(null=True, blank=True, editable=False)
    block_reason = models.TextField(blank=True, editable=False)
    blocked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        abstract = True

    def is_blocked(self, at: datetime) -> bool:
        """Whether a block is in force at the given time."""
        return self.blocked_at is not None and (self.blocked_until is None or self.blocked_until > at)


def not_blocked(at: datetime, prefix: str = "") -> Q:
    """The condition that no block is in force on a `Blockable` reached by `prefix` (for example `"blog__"`)."""
    return Q(**{f"{prefix}blocked_at__isnull": True}) | Q(**{f"{prefix}blocked_until__lte": at})
