"""The server log in the admin, under Reports: newest first, with filters; for admins alone."""

from __future__ import annotations

import logging

import django_filters
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.views.reports import ReportView

from core.models import LogLine

MOST = 10_000
"""Lines that can be leafed through; filters lead to the others. So no page costs more than the one before it."""
LARGEST_ID = 2**63 - 1
LEVELS = [
    (logging.DEBUG, _("debug")),
    (logging.INFO, _("info")),
    (logging.WARNING, _("warning")),
    (logging.ERROR, _("error")),
    (logging.CRITICAL, _("critical")),
]


class LogFilters(WagtailFilterSet):
    """By how bad, when, whose, where, and what it says."""

    level = django_filters.ChoiceFilter(
        label=_("At least"), choices=LEVELS, lookup_expr="gte", empty_label=_("Any level")
    )
    at = django_filters.DateFromToRangeFilter(label=_("Time"), widget=DateRangePickerWidget)
    text = django_filters.CharFilter(label=_("Text"), method="filter_text", max_length=200)
    user = django_filters.CharFilter(label=_("User name or id"), method="filter_user", max_length=150)
    request_id = django_filters.CharFilter(label=_("Request id"), max_length=64)
    logger = django_filters.CharFilter(label=_("Part of the program"), lookup_expr="startswith", max_length=100)

    class Meta:
        model = LogLine
        fields: list[str] = []

    def filter_text(self, lines: QuerySet, name: str, text: str) -> QuerySet:
        return lines.filter(Q(message__icontains=text) | Q(details__icontains=text) | Q(traceback__icontains=text))

    def filter_user(self, lines: QuerySet, name: str, user: str) -> QuerySet:
        users = list(get_user_model().objects.filter(username__iexact=user).values_list("pk", flat=True))
        if user.isascii() and user.isdigit() and int(user) <= LARGEST_ID:
            users.append(int(user))
        return lines.filter(user_id__in=users)


class ServerLogView(ReportView):
    """The report."""

    page_title = _("Server log")
    header_icon = "list-ul"
    index_url_name = "server_log"
    index_results_url_name = "server_log_results"
    results_template_name = "core/server_log_results.html"
    filterset_class = LogFilters
    list_export = ["at", "level", "logger", "request_id", "user_id", "message", "details", "traceback"]
    no_results_message = _("No lines found.")

    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_filename(self):
        return "server-log"

    def get_filtered_queryset(self):
        return self.filter_queryset(LogLine.objects.order_by("-at", "-pk"))[:MOST]

    def decorate_paginated_queryset(self, object_list):
        if self.is_export:
            return object_list
        lines = list(object_list)
        names = get_user_model().objects.in_bulk({line.user_id for line in lines if line.user_id is not None})
        for line in lines:
            line.level_name = logging.getLevelName(line.level).lower()
            user = names.get(line.user_id)
            line.user_name = user.get_username() if user else line.user_id
        return lines
