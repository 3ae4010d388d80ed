"""Which files there are for somebody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.blocks import not_blocked
from accounts.models import User
from accounts.viewers import Viewer
from core import clock
from media.models import File


def files_visible_to(viewer: Viewer) -> QuerySet[File]:
    """Every file for admins, for everybody else his own."""
    if viewer.is_admin:
        return File.objects.all()
    return File.objects.none() if viewer.is_anonymous else File.objects.filter(uploaded_by_user=viewer.user_id)


def files_of(owner: User) -> QuerySet[File]:
    """The files in a user's storage."""
    return File.objects.filter(uploaded_by_user=owner)


def find_shared(share_id: UUID, *, at: datetime | None = None) -> File | None:
    """The file behind a share link, while its owner has an account that is not blocked."""
    shared = File.objects.filter(share_id=share_id, uploaded_by_user__is_active=True)
    return shared.filter(not_blocked(at or clock.now(), "uploaded_by_user__")).first()
