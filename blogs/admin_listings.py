"""The admin's lists of pages: columns and filters that fit, and none that would name every author there is."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageStatusColumn, PageTitleColumn
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page

from blogs.models import BlogPage, BlogPostPage
from blogs.models.cards import PostStatus

TITLE = PageTitleColumn("title", label=_("Title"), sort_key="title", classname="title")
UPDATED = DateColumn(
    "latest_revision_created_at", label=_("Updated"), sort_key="latest_revision_created_at", width="14%"
)
STATUS = PageStatusColumn("status", label=_("Status"), sort_key="live", width="14%")


class PageFilters(WagtailFilterSet):
    """By when a page was last changed."""

    latest_revision_created_at = django_filters.DateFromToRangeFilter(
        label=_("Date updated"), widget=DateRangePickerWidget
    )

    class Meta:
        model = Page
        fields: list[str] = []


class BlogFilters(PageFilters):
    """By who may read it."""

    is_private = django_filters.BooleanFilter(label=_("Private"))

    class Meta:
        model = BlogPage
        fields: list[str] = []


class PostFilters(PageFilters):
    """By where a post stands, and by when it was published."""

    status = django_filters.ChoiceFilter(
        label=_("Status"), field_name="card__status", choices=PostStatus.choices, empty_label=_("Any")
    )
    first_published_at = django_filters.DateFromToRangeFilter(label=_("Date published"), widget=DateRangePickerWidget)

    class Meta:
        model = BlogPostPage
        fields: list[str] = []


def _count(name: str, label: str) -> Column:
    """A number of the post's card; searches find pages without it."""
    return Column(name, label=label, accessor=lambda page: _number(page, name), width="8%")


def _number(page: Page, name: str) -> int | str:
    card = getattr(page, "card", None)
    return getattr(card, name) if card else "–"


class PlainPageViewSet(PageViewSet):
    """Lists of pages that are neither blogs nor posts."""

    model = Page
    name = "pages_of_any_kind"
    filterset_class = PageFilters


class BlogViewSet(PageViewSet):
    """Lists of blogs."""

    model = BlogPage
    name = "blogs"
    columns = [
        TITLE,
        Column("owner", label=_("Owner"), accessor=lambda page: page.owner, width="16%"),
        _count("post_count", _("Posts")),
        _count("follower_count", _("Followers")),
        UPDATED,
        STATUS,
    ]
    filterset_class = BlogFilters


class PostViewSet(PageViewSet):
    """Lists of posts."""

    model = BlogPostPage
    name = "posts"
    columns = [
        BulkActionsColumn("bulk_actions"),
        TITLE,
        DateColumn("first_published_at", label=_("Published"), sort_key="first_published_at", width="14%"),
        UPDATED,
        _count("like_count", _("Likes")),
        _count("comment_count", _("Comments")),
        STATUS,
    ]
    filterset_class = PostFilters
