"""Roles, kept in step with what Wagtail's admin knows of them: `is_superuser` and the groups.

Whichever side changes, the other follows (`accounts.receivers`): `set_role` here, the user form and the groups there.
"""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import Q
from wagtail.log_actions import LogContext

from accounts.models import Role, User
from accounts.permissions import may_act
from core.errors import Conflict, NotAllowed, NotFound

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
    with transaction.atomic(), LogContext(user=actor):
        locked = {one.pk: one for one in lock_admins(or_user=user)}
        if user.pk not in locked:
            raise NotFound
        if actor.pk not in locked or not locked[actor.pk].is_admin or not may_act(locked[actor.pk]):
            raise NotAllowed
        user.role = role
        user.save(update_fields=["role", "is_superuser", "is_staff"])
    logger.info("role changed", extra={"actor": actor.pk, "user": user.pk, "role": role})


def keep_an_admin(*, without: User) -> None:
    """Make sure, until the transaction ends, that an admin who may act stays besides that user. Raises `LastAdmin`."""
    if not any(admin.is_admin and may_act(admin) and admin.pk != without.pk for admin in lock_admins()):
        raise LastAdmin


def lock_admins(*, or_user: User | None = None) -> list[User]:
    """All admins, and that user, as they are now, locked for this transaction: what is done to them queues up."""
    wanted = Q(role=Role.ADMIN) | Q(pk=or_user.pk) if or_user else Q(role=Role.ADMIN)
    return list(User.objects.select_for_update().filter(wanted).order_by("pk"))


def role_by_groups(user: User) -> str:
    """The role that the groups of a user who is no admin call for."""
    return Role.MODERATOR if user.groups.filter(name=MODERATORS).exists() else Role.USER
