"""A reported thing: what it says, who reported it and why, what was decided."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from moderation.admin.addresses import blog_page, user_page
from moderation.admin.pages import ThingPage
from moderation.admin.reports import (
    REPORT_ACTS,
    BlockBlogsOfThings,
    Dismiss,
    with_people,
    with_things,
)
from moderation.models import Report, ReportStatus


class ReportPage(ThingPage):
    """All reports of one thing."""

    model = Report
    template_name = "moderation/report.html"
    header_icon = "warning"
    index_url_name = "moderation_reports:index"
    index_label = _("Reports")

    def get_base_object_queryset(self):
        return with_people(Report.objects.all()).select_related("author", "comment", "post__blog")

    def get_object(self):
        report = super().get_object()
        with_things([report], reader=self.request.user)
        return report

    def get_page_title(self):
        return _("Reported comment") if self.object.about.startswith("comment") else _("Reported post")

    def acts(self):
        report = self.object
        if report.on is None or (report.comment and report.comment.deleted_at):
            return [Dismiss] if self._is_open else []
        acts = [act for act in REPORT_ACTS if act is not BlockBlogsOfThings or report.post_id]
        return acts if self._is_open else [act for act in acts if act is not Dismiss]

    @property
    def _is_open(self) -> bool:
        return Report.objects.filter(about=self.object.about, status=ReportStatus.OPEN).exists()

    def get_context_data(self, **kwargs):
        report = self.object
        all_of_it = Report.objects.filter(about=report.about).select_related("reporter", "handled_by")
        said = list(all_of_it.order_by("-created_at", "-pk")[:100])
        for one in said:
            one.reporter_url = user_page(one.reporter_id)
        return super().get_context_data(**kwargs) | {
            "report": report,
            "body": report.comment.body if report.comment else "",
            "author_url": report.author_id and user_page(report.author_id),
            "blog_url": report.on and blog_page(report.on.blog_id),
            "said": said,
        }
