"""All users, for moderators: who they are, whether they are blocked, and the way to the page of each."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn

from accounts.blocks import not_blocked
from accounts.models import Role, User
from blogs.models import BlogCard
from core import clock
from moderation.admin.addresses import user_page
from moderation.admin.block_acts import USER_ACTS
from moderation.admin.filters import blocked, choice, dates
from moderation.admin.listings import Listing, checkboxes, title
from moderation.admin.words import block_in_words

BLOCKED, FREE = "blocked", "free"


class UserFilters(WagtailFilterSet):
    """By role, by blocks, and by when somebody joined."""

    role = django_filters.MultipleChoiceFilter(
        label=_("Role"), choices=Role.choices, widget=forms.CheckboxSelectMultiple
    )
    block = choice(_("Block"), [(BLOCKED, _("Blocked now")), (FREE, _("Not blocked"))], "by_block")
    date_joined = dates(_("Joined"))

    def by_block(self, queryset, name, value):
        return queryset.filter(blocked() if value == BLOCKED else not_blocked(clock.now()))

    class Meta:
        model = User
        fields: list[str] = []


class UsersView(Listing):
    """All users with an account."""

    page_title = _("Users")
    default_ordering = "-date_joined"
    search_fields = ("username", "name", "email")
    acts = USER_ACTS
    columns = [
        checkboxes("user"),
        title(
            "name",
            label=_("Name"),
            kind="user",
            accessor="get_full_name",
            sort_key="name",
            url=lambda user: user_page(user.pk),
        ),
        Column("username", label=_("User name"), sort_key="username", width="15%"),
        Column("email", label=_("E-mail address"), sort_key="email"),
        StatusTagColumn(
            "role",
            label=_("Role"),
            accessor="get_role_display",
            sort_key="role",
            primary=lambda user: user.role != Role.USER,
            width="9%",
        ),
        Column("blog_count", label=_("Blogs"), width="7%"),
        Column("block", label=_("Block"), accessor=block_in_words, width="15%"),
        DateColumn("date_joined", label=_("Joined"), sort_key="date_joined", width="11%"),
    ]
    list_export = ["username", "name", "email", "role", "block", "block_reason", "blog_count", "date_joined"]
    export_headings = {
        "username": _("User name"),
        "name": _("Name"),
        "email": _("E-mail address"),
        "role": _("Role"),
        "block": _("Block"),
        "block_reason": _("Reason"),
        "blog_count": _("Blogs"),
        "date_joined": _("Joined"),
    }

    def get_base_queryset(self):
        return User.objects.filter(is_active=True)

    def decorate(self, rows):
        of = BlogCard.objects.filter(owner__in=[user.pk for user in rows]).order_by()
        counts = dict(of.values("owner").annotate(count=Count("pk")).values_list("owner", "count"))
        for user in rows:
            user.blog_count = counts.get(user.pk, 0)
            user.block = block_in_words(user)
