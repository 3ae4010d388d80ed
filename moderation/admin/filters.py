"""Filters that the lists share. People and blogs are found by what one types, never by a list of all there are."""

from __future__ import annotations

from datetime import datetime

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget

from accounts.blocks import not_blocked
from core import clock


class TypedFilter(django_filters.CharFilter):
    """By the exact user name or slug somebody types, without regard to case and a leading @."""

    def __init__(self, field_name: str, *, label: str):
        super().__init__(field_name=field_name, lookup_expr="iexact", label=label)

    def filter(self, queryset, value):
        return super().filter(queryset, (value or "").strip().lstrip("@").replace("\0", ""))


def dates(label: str, field_name: str | None = None) -> django_filters.DateFromToRangeFilter:
    """From one day to another."""
    return django_filters.DateFromToRangeFilter(label=label, field_name=field_name, widget=DateRangePickerWidget)


def choice(label: str, choices: list[tuple[str, str]], method: str) -> django_filters.ChoiceFilter:
    """One of a few, or any."""
    return django_filters.ChoiceFilter(label=label, choices=choices, method=method, empty_label=_("Any"))


def blocked(at: datetime | None = None, prefix: str = "") -> Q:
    """A block is in force on what `prefix` leads to."""
    return Q(**{f"{prefix}blocked_at__isnull": False}) & ~not_blocked(at or clock.now(), prefix)
