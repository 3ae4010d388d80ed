"""What follows when a user is saved elsewhere, above all in Wagtail's user and account forms."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.dispatch import receiver
from wagtail.log_actions import log

from accounts.models import Role, User
from accounts.services import page_sessions
from accounts.services.roles import MODERATORS, role_by_groups
from accounts.services.sessions import end_sessions
from accounts.signals import user_changed
from core import outbox

WATCHED = ("role", "is_superuser", "password", "name", "username", "is_active")


@receiver(pre_save, sender=User)
def user_is_saved(instance: User, raw: bool, update_fields, **kwargs) -> None:
    """Let `role` and `is_superuser` follow whichever of them was changed, and note what else is new."""
    if raw or (update_fields is not None and not set(WATCHED) & set(update_fields)):
        return
    before = User.objects.filter(pk=instance.pk).values(*WATCHED).first() if instance.pk else None
    if before is None:
        if instance.is_superuser:
            instance.role = Role.ADMIN
        instance.was_changed = set()
    else:
        if before["role"] == instance.role and before["is_superuser"] != instance.is_superuser:
            instance.role = Role.ADMIN if instance.is_superuser else role_by_groups(instance)
        instance.was_changed = {field for field in WATCHED if getattr(instance, field) != before[field]}
        instance.had_role = before["role"]
        if "password" in instance.was_changed:
            instance.is_password_temporary = False
    instance.is_superuser = instance.is_staff = instance.role == Role.ADMIN


@receiver(post_save, sender=User)
def user_was_saved(instance: User, raw: bool, created: bool, **kwargs) -> None:
    """Keep the groups in step with the role, and end the sessions that a new password ends."""
    changed = instance.__dict__.pop("was_changed", None)
    had_role = instance.__dict__.pop("had_role", None)
    if raw or changed is None:
        return
    if created or "role" in changed:
        _join_groups(instance)
    if "role" in changed and not created:
        _log_role(instance, before=had_role)
    if {"password", "is_active"} & changed:
        end_sessions(user=instance)
    if "password" in changed:
        outbox.record("account.password_changed", user=instance.pk)
    if changed - {"password"}:
        user_changed.send(User, user=instance)


@receiver(m2m_changed, sender=User.groups.through)
def groups_were_changed(instance, action: str, reverse: bool, pk_set, **kwargs) -> None:
    """Give users the role that their groups call for."""
    if action not in ("post_add", "post_remove", "post_clear"):
        return
    for user in User.objects.filter(pk__in=pk_set or ()) if reverse else [instance]:
        if user.role != Role.ADMIN and user.role != (role := role_by_groups(user)):
            before = user.role
            User.objects.filter(pk=user.pk).update(role=role)
            user.role = role
            _log_role(user, before=before)
            user_changed.send(User, user=user)


@receiver(user_logged_in)
def user_signed_in(request, **kwargs) -> None:
    """Mark the admin's session from its beginning, so that two pages at once do not give it two marks."""
    page_sessions.mark_of(request.session)


@receiver(user_logged_out)
def user_signed_out(request, user, **kwargs) -> None:
    """End what the pages of the admin's session began."""
    if user is not None:
        page_sessions.end(user=user, mark=page_sessions.mark_of(request.session))


def _log_role(user: User, *, before: str) -> None:
    """Write a change of role into the audit log; who made it, Wagtail's `LogContext` knows."""
    log(instance=user, action="accounts.role", data={"before": str(before), "after": str(user.role)})
    outbox.record("user.role_changed", user=user.pk, before=str(before), after=str(user.role))


def _join_groups(user: User) -> None:
    is_member = user.groups.filter(name=MODERATORS).exists()
    if user.role == Role.MODERATOR and not is_member:
        user.groups.add(Group.objects.get_or_create(name=MODERATORS)[0])
    elif user.role == Role.USER and is_member:
        user.groups.remove(Group.objects.get(name=MODERATORS))
