"""The audit log: who did what to whose thing, when and why, in Wagtail's own log, which nothing changes or deletes.

Deletions are logged by the rooms that delete, as Wagtail's `wagtail.delete` with a `reason`, and changes of role by
`accounts`; what moderators do besides, here. The words for all of it are here.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Model
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogFormatter, log
from wagtail.models import BaseLogEntry, ModelLogEntry, PageLogEntry
from wagtail.utils.timestamps import render_timestamp

from accounts.models import Role, User
from core import request_ids
from core.clients import client_address
from moderation.models import Reason

AFTER_WAGTAIL = 100
BLOCK, UNBLOCK = "moderation.block", "moderation.unblock"
RESOLVE, DISMISS = "moderation.report.resolve", "moderation.report.dismiss"


def record_act(action: str, thing: Model, *, actor: User, reason: str = "", **facts) -> None:
    """Write down an act in the current transaction. `facts` must be JSON or times."""
    told = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()}
    log(instance=thing, action=action, user=actor, data=told | ({"reason": reason} if reason else {}))


@receiver(pre_save, sender=ModelLogEntry)
@receiver(pre_save, sender=PageLogEntry)
def note_origin(instance: BaseLogEntry, raw: bool, **kwargs) -> None:
    """Keep with an act of a moderator where it came from; the id of the request leads on to the server's log."""
    is_act = instance.action.startswith(("moderation.", "accounts.", "wagtail.delete", "wagtail.workflow"))
    request = request_ids.request_now()
    if raw or not is_act or request is None or instance.user is None or not instance.user.is_moderator:
        return
    origin = {"client": client_address(request.META), "request_id": request_ids.current.get()}
    instance.data = {**(instance.data or {}), **origin}


class ActFormatter(LogFormatter):
    """An act of moderation in words; the reason given for it stands beside."""

    def format_comment(self, log_entry: BaseLogEntry) -> str:
        return (log_entry.data or {}).get("reason", "")


class BlockFormatter(ActFormatter):
    label = _("Block")

    def format_message(self, log_entry):
        until = log_entry.data.get("until")
        if until is None:
            return _("Blocked for good")
        return _("Blocked until %(time)s") % {"time": render_timestamp(parse_datetime(until))}


class UnblockFormatter(ActFormatter):
    label = _("Lift block")
    message = _("Block lifted")


class ReportFormatter(ActFormatter):
    def format_message(self, log_entry):
        reason = log_entry.data.get("reported_as")
        facts = {"reason": Reason(reason).label if reason in Reason.values else "–"}
        return self.words % facts


class ResolveFormatter(ReportFormatter):
    label = _("Resolve report")
    words = _("Report resolved (%(reason)s)")


class DismissFormatter(ReportFormatter):
    label = _("Dismiss report")
    words = _("Report dismissed (%(reason)s)")


class RoleFormatter(ActFormatter):
    label = _("Change role")

    def format_message(self, log_entry):
        facts = {
            name: Role(value).label if (value := log_entry.data.get(name)) in Role.values else "–"
            for name in ("before", "after")
        }
        return _("Role changed from %(before)s to %(after)s") % facts


class DeleteFormatter(ActFormatter):
    label = _("Delete")
    message = _("Deleted")


@hooks.register("register_log_actions", order=AFTER_WAGTAIL)
def register_acts(actions) -> None:
    """Give Wagtail the words, and its own entries of deletions the reason."""
    actions.register_action(BLOCK)(BlockFormatter)
    actions.register_action(UNBLOCK)(UnblockFormatter)
    actions.register_action(RESOLVE)(ResolveFormatter)
    actions.register_action(DISMISS)(DismissFormatter)
    actions.register_action("accounts.role")(RoleFormatter)
    actions.formatters["wagtail.delete"] = DeleteFormatter()
