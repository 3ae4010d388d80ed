"""What all lists of the moderators' admin have in common: who may open them, what they search, what they hand out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.urls import path, reverse
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import Button

from accounts.models import User
from accounts.permissions import may_act

AT_ONCE = 500
"""How many rows an export holds in memory."""
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class ForModerators:
    """Mixed into a view: opens it to moderators and admins, and to nobody else."""

    permission_policy = None

    def dispatch(self, request, *args, **kwargs):
        if not (may_act(request.user) and request.user.is_moderator):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class Listing(ForModerators, IndexView):
    """A list with filters, search, bulk actions and export."""

    template_name = "moderation/listing.html"
    any_permission_required = None
    show_other_searches = False
    acts: list = []

    def get_context_data(self, *args, **kwargs):
        context = super().get_context_data(*args, **kwargs)
        context["can_add"] = False
        context["bulk_buttons"] = buttons_for(self.request.user, self.acts)
        context["bulk_type"] = self.model._meta.model_name.upper()
        return context

    def get_paginator(self, *args, **kwargs):
        paginator = super().get_paginator(*args, **kwargs)
        paginator.__dict__.update(verbose_name=self.verbose_name, verbose_name_plural=self.verbose_name_plural)
        return paginator

    def get_list_buttons(self, instance):
        return []

    def get(self, request, *args, **kwargs):
        if self.is_export:
            return self.as_spreadsheet(self.get_queryset(), request.GET["export"])
        return super().get(request, *args, **kwargs)

    def decorate(self, rows: list) -> None:
        """Give rows what their columns show and no join brings; called with a page of them at a time."""

    def get_table(self, object_list):
        rows = list(object_list)
        self.decorate(rows)
        return super().get_table(rows)

    def to_row_dict(self, item):
        return {field: _value(item, field) for field in self.list_export}

    def stream_csv(self, queryset):
        return super().stream_csv(_Rows(self, queryset))

    def write_xlsx(self, queryset, output):
        return super().write_xlsx(_Rows(self, queryset), output)

    def preprocess_field_value(self, field: str, value: Any, export_format: str):
        """Texts that a spreadsheet would take for a formula are marked as texts."""
        text = super().preprocess_field_value(field, value, export_format)
        if isinstance(text, str):
            text = "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
            if text.startswith(FORMULA_SIGNS) and export_format == self.FORMAT_CSV:
                return f"'{text}"
        return text


def _value(row, dotted: str):
    """What a dotted path leads to; an empty text where the way ends before."""
    for name in dotted.split("."):
        row = getattr(row, name, None)
        row = row() if callable(row) else row
        if row is None:
            return ""
    return row


class _Rows:
    """The rows of an export, read a few at a time."""

    def __init__(self, view: Listing, queryset: QuerySet):
        self.view, self.queryset, self.model = view, queryset, queryset.model

    def __iter__(self) -> Iterator:
        some = []
        for row in self.queryset.iterator(chunk_size=AT_ONCE):
            some.append(row)
            if len(some) == AT_ONCE:
                yield from self._decorated(some)
                some = []
        yield from self._decorated(some)

    def _decorated(self, rows: list) -> list:
        self.view.decorate(rows)
        return rows


class ModeratorsMenuItem(MenuItem):
    """Shown to moderators and admins."""

    def is_shown(self, request):
        return may_act(request.user) and request.user.is_moderator


class ListingViewSet(ModelViewSet):
    """A list of the moderators' admin. Its rows are changed by the acts of `moderation` and by no form of fields."""

    list_per_page = 50
    add_to_reference_index = False
    search_backend_name = None
    menu_item_class = ModeratorsMenuItem

    def get_common_view_kwargs(self, **kwargs):
        return super().get_common_view_kwargs(
            **{"add_url_name": None, "edit_url_name": None, "delete_url_name": None, **kwargs}
        )

    def get_urlpatterns(self):
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            *self.further_urlpatterns(),
        ]

    def further_urlpatterns(self) -> list:
        """What the list's rows lead to."""
        return []

    def register_admin_url_finder(self):
        pass

    def register_permissions(self):
        pass


def buttons_for(user: User, acts: list) -> list[Button]:
    """The buttons below a list, one for each act that is offered to the user."""
    return [
        Button(
            act.display_name,
            url=act_url(act),
            classname="bulk-action-btn button button-small button-secondary",
            attrs={"aria-label": act.aria_label, "data-bulk-action-button": ""},
        )
        for act in acts
        if act.is_for(user)
    ]


def act_url(act, row: Model | None = None, *, back_to: str = "") -> str:
    """Where one does an act: on one row, or on those that the browser adds."""
    options = act.models[0]._meta
    url = reverse("wagtail_bulk_action", args=(options.app_label, options.model_name, act.action_type))
    return url if row is None else f"{url}?{urlencode({'id': row.pk, 'next': back_to})}"


def checkboxes(kind: str) -> BulkActionsCheckboxColumn:
    """The column by which rows are chosen for a bulk action; the title column needs `title_id_of(kind)`."""
    return BulkActionsCheckboxColumn("bulk_actions", obj_type=kind)


def title(name: str, *, label: str, kind: str, url=None, **options) -> TitleColumn:
    """The column that says what a row is about, and leads there."""
    return TitleColumn(
        name, label=label, get_url=url, get_title_id=lambda row: f"{kind}_{row.pk}_title", classname="title", **options
    )


class LinkColumn(Column):
    """A cell that leads somewhere."""

    cell_template_name = "moderation/link_cell.html"

    def __init__(self, name: str, *, url, **options):
        super().__init__(name, **options)
        self.url = url

    def get_cell_context_data(self, instance, parent_context):
        context = super().get_cell_context_data(instance, parent_context)
        return context | {"url": self.url(instance)}
