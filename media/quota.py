"""How much a user may keep: pictures and files together, in bytes and in number."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count, Sum

from accounts.models import User
from core.errors import TooLarge

MOST_THINGS = 50_000
"""Pictures and files together: many small ones cost more than their bytes."""


class QuotaReached(TooLarge):
    """The user's storage is full."""

    code = "quota_exceeded"


def usage(user: User) -> dict[str, int]:
    """What the user keeps: `images` and `files` (how many), `bytes` (of both), and the `quota` in bytes."""
    images = user.images.aggregate(count=Count("pk"), bytes=Sum("file_size"))
    files = user.file_set.aggregate(count=Count("pk"), bytes=Sum("file_size"))
    return {
        "images": images["count"],
        "files": files["count"],
        "bytes": (images["bytes"] or 0) + (files["bytes"] or 0),
        "quota": settings.FILE_QUOTA_BYTES,
    }


def reserve(*, user_id: int, size: int, replaced: Any = None) -> None:
    """Make sure that `size` more bytes fit, before the row with them is written in the same transaction.

    Two uploads of one user wait for each other here, so that together they never exceed the quota. `replaced` is the
    saved image or file whose bytes make way for the new. Raises `QuotaReached`.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).filter(pk=user_id).first()
    if user is None:
        return
    used = usage(user)
    if replaced is not None and replaced.pk is not None:
        owned = type(replaced).objects.filter(pk=replaced.pk, uploaded_by_user=user)
        for present in owned.values_list("file_size", flat=True):
            size = max(0, size - (present or 0))
            used["images"] -= 1
    check_room(used, size=size)


def check_room(used: dict[str, int], *, size: int = 1) -> None:
    """Raise `QuotaReached` if one more thing of `size` bytes does not fit beside what is used."""
    if size and used["bytes"] + size > used["quota"]:
        raise QuotaReached(f"You may keep {used['quota']} bytes of pictures and files; {used['bytes']} are used.")
    if used["images"] + used["files"] >= MOST_THINGS:
        raise QuotaReached(f"You may keep {MOST_THINGS} pictures and files.")
