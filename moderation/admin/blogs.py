"""All blogs, for moderators."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn

from accounts.blocks import not_blocked
from accounts.viewers import Viewer
from blogs.models import BlogCard
from blogs.visibility import blogs_existing_for
from blogs.withholding import with_followers_now
from core import clock
from moderation.admin.addresses import blog_page, user_page
from moderation.admin.block_acts import BLOG_ACTS
from moderation.admin.filters import TypedFilter, blocked, choice, dates
from moderation.admin.listings import LinkColumn, Listing, checkboxes, title
from moderation.admin.words import block_in_words

BLOCKED, OWNER_BLOCKED, FREE = "blocked", "owner", "free"


class BlogFilters(WagtailFilterSet):
    """By owner, by blocks, by who may read it, and by when it was begun."""

    owner = TypedFilter("owner__username", label=_("Owner (user name)"))
    block = choice(
        _("Block"),
        [(BLOCKED, _("Blocked now")), (OWNER_BLOCKED, _("Owner blocked now")), (FREE, _("Not blocked"))],
        "by_block",
    )
    is_private = django_filters.BooleanFilter(label=_("Private"))
    created_at = dates(_("Begun"))

    def by_block(self, queryset, name, value):
        now = clock.now()
        conditions = {
            BLOCKED: blocked(now),
            OWNER_BLOCKED: blocked(now, "owner__"),
            FREE: not_blocked(now) & not_blocked(now, "owner__"),
        }
        return queryset.filter(conditions[value])

    class Meta:
        model = BlogCard
        fields: list[str] = []


class BlogsView(Listing):
    """All blogs that are live."""

    page_title = _("Blogs")
    verbose_name = _("blog")
    verbose_name_plural = _("blogs")
    default_ordering = "-created_at"
    search_fields = ("title", "slug", "owner__username", "owner__name")
    acts = BLOG_ACTS
    columns = [
        checkboxes("blogcard"),
        title("title", label=_("Blog"), kind="blogcard", sort_key="title", url=lambda blog: blog_page(blog.pk)),
        LinkColumn(
            "owner",
            label=_("Owner"),
            accessor="owner.get_full_name",
            url=lambda blog: user_page(blog.owner_id),
            width="16%",
        ),
        Column("post_count", label=_("Posts"), sort_key="post_count", width="8%"),
        Column("followers_now", label=_("Followers"), sort_key="follower_count", width="9%"),
        Column("block", label=_("Block"), accessor=block_in_words, width="15%"),
        DateColumn("created_at", label=_("Begun"), sort_key="created_at", width="11%"),
    ]
    list_export = [
        "pk",
        "slug",
        "title",
        "owner.username",
        "is_private",
        "post_count",
        "followers_now",
        "block",
        "block_reason",
        "created_at",
    ]
    export_headings = {
        "pk": _("Number"),
        "slug": _("Slug"),
        "title": _("Blog"),
        "owner.username": _("Owner"),
        "is_private": _("Private"),
        "post_count": _("Posts"),
        "followers_now": _("Followers"),
        "block": _("Block"),
        "block_reason": _("Reason"),
        "created_at": _("Begun"),
    }

    def get_base_queryset(self):
        return with_followers_now(blogs_existing_for(Viewer.of(self.request.user))).select_related("owner")

    def decorate(self, rows):
        for blog in rows:
            blog.block = block_in_words(blog)
