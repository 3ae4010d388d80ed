"""How a blog is doing, on the first page of the admin. The figures are fetched when the page is there: it never waits
for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms import Media
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component

from blogs.models import BlogCard

PERIODS = (
    (30, _("Last 30 days")),
    (90, _("Last 90 days")),
    (365, _("Last 365 days")),
)
MOST_BLOGS = 50


class _Charts(Component):
    template_name = "home/dashboard/statistics.html"
    media = Media(js=["home/vendor/chartjs/chart.umd.min.js", "home/charts.js"])


class StatisticsPanel(_Charts):
    """Followers, views and likes of one's blogs over time, and the posts viewed most."""

    name = "statistics"
    order = 120

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        cards = BlogCard.objects.filter(owner=parent_context["request"].user).order_by("created_at", "pk")
        blogs = [
            {"title": title, "url": reverse("admin-statistics", args=[slug])}
            for slug, title in cards.values_list("slug", "title")[:MOST_BLOGS]
        ]
        return {"id": self.name, "heading": _("Statistics"), "sources": blogs, "periods": PERIODS, "has_posts": True}


class OverviewPanel(_Charts):
    """The same of all blogs together, for admins."""

    name = "overview"
    order = 130

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        sources = [{"title": _("All blogs"), "url": reverse("admin-statistics-overview")}]
        return {"id": self.name, "heading": _("All blogs together"), "sources": sources, "periods": PERIODS}
