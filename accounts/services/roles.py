"""Roles, kept in step with what Wagtail's admin knows of them: `is_superuser` and the groups.

Whichever side changes, the other follows (`accounts.receivers`): `set_role` here, the user form and the groups there.
"""

from __future__ import annotations

import logging

from django.db import transaction

from accounts.models import Role, User
from accounts.signals import user_changed
from core.errors import Conflict, NotAllowed

logger = logging.getLogger(__name__)

AUTHORS = "Authors"
MODERATORS = "Moderators"


class LastAdmin(Conflict):
    """Without this user nobody could run the site."""

    code = "last_admin"
    detail = "The last admin cannot be demoted or deleted."


class OwnRole(NotAllowed):
    """Nobody changes his own role, so that no admin locks himself out."""

    code = "own_role"
    detail = "You cannot change your own role."


def set_role(*, actor: User, user: User, role: str) -> None:
    """Give a user a role. Raises `NotAllowed`, `OwnRole` or `LastAdmin`."""
    if not actor.is_admin:
        raise NotAllowed
    if actor.pk == user.pk:
        raise OwnRole
    with transaction.atomic():
        if user.is_admin and role != Role.ADMIN:
            keep_an_admin(without=user)
        user.role = role
        user.save(update_fields=["role", "is_superuser", "is_staff"])
        user_changed.send(User, user=user)
    logger.info("role changed", extra={"actor": actor.pk, "user": user.pk, "role": role})


def keep_an_admin(*, without: User) -> None:
    """Make sure, until the transaction ends, that there is an active admin besides that user. Raises `LastAdmin`."""
    admins = User.objects.select_for_update().filter(role=Role.ADMIN).order_by("pk")
    if not any(admin.is_active and admin.pk != without.pk for admin in admins):
        raise LastAdmin


def role_by_groups(user: User) -> str:
    """The role that the groups of a user who is no admin call for."""
    return Role.MODERATOR if user.groups.filter(name=MODERATORS).exists() else Role.USER
