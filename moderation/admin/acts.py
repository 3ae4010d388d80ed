"""Acts on chosen rows: a page that names them and asks why, and the same act of the domain for each of them."""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.admin.views.bulk_action import BulkAction

from accounts.models import User
from blogs.admin_doors import open_bulk_action_to_moderators
from core.errors import DomainError
from moderation.admin.listings import ForModerators

LONGEST_REASON = 1000
MOST = 100


class ReasonForm(forms.Form):
    """Why. It goes to the audit log and to whom it concerns."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For the audit log, and for whom it concerns."),
    )


class Act(ForModerators, BulkAction):
    """An act on rows of a list. Subclasses say in words what it does, and do it to one row."""

    template_name = "moderation/act.html"
    form_class = ReasonForm
    question = ""
    confirm = ""
    icon = "warning"
    is_serious = False
    for_admins = False

    def dispatch(self, request, *args, **kwargs):
        if not self.is_for(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @classmethod
    def is_for(cls, user: User) -> bool:
        """Whether the act is offered to somebody at all; the domain decides on each row."""
        return user.is_admin or not cls.for_admins

    def do(self, row: Model, *, reason: str) -> None:
        """Do it to one row. A `DomainError` is told to the moderator, and the other rows are dealt with."""
        raise NotImplementedError

    def named(self, row: Model) -> tuple[str, str]:
        """What a row is called, and what is to be known of it."""
        return str(row), ""

    def rows(self) -> QuerySet:
        """What may be chosen."""
        return self.model.objects.all()

    def decorate(self, rows: list) -> list:
        """Give rows what no join brings; leaves out what is not there any more."""
        return rows

    def get_actionable_objects(self):
        ids = self.request.GET.getlist("id")[:MOST]
        return self.decorate(list(self.rows().filter(pk__in=ids))), {}

    def object_context(self, obj):
        name, about = self.named(obj)
        return {"item": obj, "name": name, "about": about}

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "act": self}

    def get_execution_context(self):
        return {"view": self}

    @classmethod
    def execute_action(cls, objects, *, view, **kwargs):
        done, refused = 0, []
        for row in objects:
            try:
                with transaction.atomic():
                    view.do(row, **view.cleaned_form.cleaned_data)
                done += 1
            except DomainError as error:
                refused.append((row, str(error)))
        for row, why in refused:
            messages.error(view.request, f"{view.named(row)[0]}: {why}")
        return done, 0

    def get_success_message(self, num_parent_objects, num_child_objects):
        if not num_parent_objects:
            return None
        done = ngettext("%(count)d done", "%(count)d done", num_parent_objects) % {"count": num_parent_objects}
        return f"{self.display_name}: {done}"


def open_to_moderators(acts: list[type[Act]]) -> None:
    """Let moderators through to these acts."""
    for act in acts:
        open_bulk_action_to_moderators(act.models[0], act.action_type)
