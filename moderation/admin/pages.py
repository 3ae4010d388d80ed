"""What the pages of a user, a blog and a reported thing have in common."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import BaseObjectMixin, WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from accounts.models import User
from blogs.admin_doors import LARGEST_ID
from moderation.admin.listings import ForModerators, act_url
from moderation.admin.reports import things_reported
from moderation.models import Report, ReportStatus

LISTED = 20


class ThingPage(ForModerators, BaseObjectMixin, WagtailAdminTemplateMixin, TemplateView):
    """A page about one thing, with buttons for what may be done to it."""

    pk_url_kwarg = "number"  # what is called "pk" the doors take for a page's
    index_url_name = ""
    index_label = ""

    def get_object(self):
        if int(self.pk) > LARGEST_ID:
            raise Http404
        return super().get_object()

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse(self.index_url_name), "label": self.index_label},
            {"url": "", "label": self.get_page_title()},
        ]

    def acts(self) -> list:
        """The acts that make sense now."""
        return []

    @property
    def header_buttons(self):
        here = self.request.path
        return [
            HeaderButton(act.display_name, url=act_url(act, self.object, back_to=here), icon_name=act.icon)
            for act in self.acts()
            if act.is_for(self.request.user)
        ]

    def reports_of(self, reports) -> dict:
        """The newest of these reports, one for each thing, and how many wait."""
        return {
            "reports": things_reported(reports, reader=self.request.user)[:LISTED],
            "open_reports": reports.filter(status=ReportStatus.OPEN).count(),
        }


def reports_against(user: User):
    """The reports of what a user wrote."""
    return Report.objects.filter(author=user)
