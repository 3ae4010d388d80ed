"""The admin's lists of pages: columns and filters that fit, and none that would name every author there is."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageStatusColumn, PageTitleColumn
from wagtail.admin.views.pages.listing import ExplorableIndexView
from wagtail.admin.views.pages.search import SearchView
from wagtail.admin.views.pages.usage import ContentTypeUseView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page

from blogs.models import BlogCard, BlogPage, BlogPostPage, PostCard
from blogs.models.cards import PostStatus
from blogs.withholding import with_followers_now, with_likes_now

TITLE = PageTitleColumn("title", label=_("Title"), sort_key="title", classname="title")
UPDATED = DateColumn(
    "latest_revision_created_at", label=_("Updated"), sort_key="latest_revision_created_at", width="14%"
)
POST_CARDS = PostCard.objects.select_related("blog").defer("document", "detail", "owner_detail")
BLOG_CARDS = BlogCard.objects.select_related("owner")
STATUS = PageStatusColumn("status", label=_("Status"), sort_key="live", width="14%")


class WithCards:
    """Mixed into a view that lists pages: gets the cards of all that are shown in two queries."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        shown = list(context["object_list"])
        user = self.request.user
        for page in shown:
            if page.live and not user.is_admin and page.owner_id != user.pk:
                page.draft_title = page.title  # what is being written of it is its author's own
        for kind, page_kind, cards in (
            ("post", BlogPostPage, with_likes_now(POST_CARDS)),
            ("blog", BlogPage, with_followers_now(BLOG_CARDS)),
        ):
            pages = {page.pk: page for page in shown if isinstance(page, page_kind)}
            for card in cards.filter(pk__in=pages) if pages else ():
                setattr(card, kind, pages[card.pk])  # which also lets the page know its card
        return context


class PagesView(WithCards, ExplorableIndexView):
    """The explorer."""


class PagesSearchView(WithCards, SearchView):
    """The search over all pages."""


class PagesOfAKindView(WithCards, ContentTypeUseView):
    """All pages of a kind, for admins."""


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
    return Column(name, label=label, accessor=lambda page: getattr(page.card, name), width="8%")


class PlainPageViewSet(PageViewSet):
    """Lists of pages that are neither blogs nor posts."""

    model = Page
    name = "pages_of_any_kind"
    index_view_class = PagesView
    search_view_class = PagesSearchView
    content_type_use_view_class = PagesOfAKindView
    filterset_class = PageFilters


class BlogViewSet(PageViewSet):
    """Lists of blogs."""

    model = BlogPage
    name = "blogs"
    index_view_class = PagesView
    content_type_use_view_class = PagesOfAKindView
    columns = [
        TITLE,
        Column("owner", label=_("Owner"), accessor=lambda page: page.card.owner, width="16%"),
        _count("post_count", _("Posts")),
        _count("followers_now", _("Followers")),
        UPDATED,
        STATUS,
    ]
    filterset_class = BlogFilters


class PostViewSet(PageViewSet):
    """Lists of posts."""

    model = BlogPostPage
    name = "posts"
    index_view_class = PagesView
    content_type_use_view_class = PagesOfAKindView
    columns = [
        BulkActionsColumn("bulk_actions"),
        TITLE,
        DateColumn("first_published_at", label=_("Published"), sort_key="first_published_at", width="14%"),
        UPDATED,
        _count("likes_now", _("Likes")),
        _count("comment_count", _("Comments")),
        STATUS,
    ]
    filterset_class = PostFilters
