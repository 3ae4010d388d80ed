"""Wagtail's mails about reviews: to confirmed addresses only, and after the commit."""

from __future__ import annotations

from django.db import transaction
from wagtail.admin import mail


class Considerate:
    """Mixed into a notifier of Wagtail's."""

    def get_valid_recipients(self, instance, **kwargs):
        return {user for user in super().get_valid_recipients(instance, **kwargs) if user.email_confirmed_at}

    def __call__(self, instance=None, **kwargs):
        transaction.on_commit(lambda: super(Considerate, self).__call__(instance, **kwargs), robust=True)
        return True


class TaskSubmitted(Considerate, mail.GroupApprovalTaskStateSubmissionEmailNotifier):
    """Something waits for the moderators."""


class Submitted(Considerate, mail.WorkflowStateSubmissionEmailNotifier):
    """Somebody submitted a post."""


class Approved(Considerate, mail.WorkflowStateApprovalEmailNotifier):
    """A post was approved."""


class Rejected(Considerate, mail.WorkflowStateRejectionEmailNotifier):
    """A post was sent back."""


def replace_notifiers() -> None:
    """Have Wagtail connect these in place of its own; to be called before its admin is ready."""
    from wagtail.admin import signal_handlers

    signal_handlers.task_submission_email_notifier = TaskSubmitted()
    signal_handlers.workflow_submission_email_notifier = Submitted()
    signal_handlers.workflow_approval_email_notifier = Approved()
    signal_handlers.workflow_rejection_email_notifier = Rejected()
