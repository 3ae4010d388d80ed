"""The site's history: who did what to what, when and why; for admins all of it, for moderators what keeps order."""

from __future__ import annotations

import django_filters
from django.contrib.contenttypes.models import ContentType
from django.db.models import IntegerField, QuerySet, Value
from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import require_admin_access
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.log_actions import registry
from wagtail.models import ModelLogEntry, PageLogEntry

from accounts.models import User
from moderation.admin import histories
from moderation.admin.filters import TypedFilter, choice, dates
from moderation.admin.listings import LinkColumn, Listing
from moderation.models import Report
from social.models import Comment

PAGES, USERS, COMMENTS, REPORTS = "pages", "users", "comments", "reports"
MODELS = {USERS: User, COMMENTS: Comment, REPORTS: Report}
ACTS, ALL = "acts", "all"
LOGS = (ModelLogEntry, PageLogEntry)


class HistoryFilters(WagtailFilterSet):
    """By what was done, to what, by whom and when. People are typed: there may be very many of them."""

    scope = choice(_("Show"), [(ACTS, _("what keeps order")), (ALL, _("everything"))], "by_scope")
    action = django_filters.ChoiceFilter(label=_("Action"), empty_label=_("Any"))
    about = choice(
        _("About"),
        [(PAGES, _("blogs and posts")), (USERS, _("users")), (COMMENTS, _("comments")), (REPORTS, _("reports"))],
        "by_kind",
    )
    by = TypedFilter("user__username", label=_("By (user name)"))
    timestamp = dates(_("When"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["action"].extra["choices"] = sorted(
            ((action, str(label)) for action, label in registry.get_choices()), key=lambda choice: choice[1]
        )

    def by_scope(self, queryset, name, value):
        return queryset.filter(action__in=histories.ORDER) if value == ACTS else queryset

    def by_kind(self, queryset, name, value):
        if value == PAGES:
            return queryset if queryset.model is PageLogEntry else queryset.none()
        if queryset.model is PageLogEntry:
            return queryset.none()
        return queryset.filter(content_type=ContentType.objects.get_for_model(MODELS[value]))

    class Meta:
        model = ModelLogEntry
        fields: list[str] = []


class SiteHistoryView(Listing):
    """Both of Wagtail's logs as one list."""

    model = ModelLogEntry
    paginate_by = 50
    page_title = _("Site history")
    verbose_name = _("entry")
    verbose_name_plural = _("entries")
    header_icon = "history"
    filterset_class = HistoryFilters
    search_fields = ("label",)
    search_backend_name = None
    default_ordering = "-timestamp"
    index_url_name = "wagtailadmin_reports:site_history"
    index_results_url_name = "wagtailadmin_reports:site_history_results"
    export_filename = "site-history"
    columns = [
        LinkColumn("about", label=_("What"), url=lambda told: told.about_url, classname="title"),
        Column("what", label=_("Action"), width="22%"),
        Column("why", label=_("Reason"), width="24%"),
        LinkColumn("who", label=_("By"), url=lambda told: told.who_url, width="14%"),
        DateColumn("at", label=_("When"), sort_key="timestamp", width="12%"),
    ]
    list_export = ["at", "who", "what", "about", "why"]
    export_headings = {
        "at": _("When"),
        "who": _("By"),
        "what": _("Action"),
        "about": _("What"),
        "why": _("Reason"),
    }

    def get_filterset_kwargs(self):
        sent = self.request.GET.copy()
        if not self.request.user.is_admin:
            sent.setdefault("scope", ACTS)
        return super().get_filterset_kwargs() | {"data": sent}

    def get_queryset(self) -> QuerySet:
        parts = []
        reader = self.request.user
        for number, entries in enumerate((histories.model_entries(reader), histories.page_entries(reader))):
            entries = self.filter_queryset(entries)
            if self.is_searching:
                entries = entries.filter(label__icontains=self.search_query)
            log = Value(number, output_field=IntegerField())
            parts.append(entries.order_by().annotate(log=log).values("pk", "timestamp", "log"))
        newest_first = self.ordering.startswith("-")
        return parts[0].union(parts[1], all=True).order_by(self.ordering, "-pk" if newest_first else "pk")

    def decorate(self, rows):
        found = {}
        for number, model in enumerate(LOGS):
            ids = [row["pk"] for row in rows if row["log"] == number]
            entries = model.objects.select_related("user", "content_type").filter(pk__in=ids) if ids else ()
            found |= {(number, entry.pk): entry for entry in entries}
        entries = [found[row["log"], row["pk"]] for row in rows]
        rows[:] = histories.told(entries, reader=self.request.user)


urlpatterns = [
    path("", require_admin_access(SiteHistoryView.as_view()), name="moderation_site_history"),
    path(
        "results/",
        require_admin_access(SiteHistoryView.as_view(results_only=True)),
        name="moderation_site_history_results",
    ),
]
