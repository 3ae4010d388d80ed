"""What waits for moderators, on the first page of the admin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from wagtail.admin.ui.components import Component

from blogs.models import PostCard
from moderation import reviewing
from moderation.admin.reviews import with_posts
from moderation.models import Report, ReportStatus

LISTED = 5


class WaitingPanel(Component):
    """How much waits for a decision, and what has waited longest.

    Wagtail's own panel lists whatever waits, with some queries for each.
    """

    name = "waiting"
    order = 50
    template_name = "moderation/waiting.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        waiting = reviewing.waiting(PostCard.objects.all())
        reviews = list(waiting.select_related("workflow_state").order_by("started_at", "pk")[:LISTED])
        with_posts(reviews)
        return {
            "reviews": [review for review in reviews if review.post],
            "review_count": waiting.count() if len(reviews) == LISTED else len(reviews),
            "report_count": Report.objects.filter(status=ReportStatus.OPEN).values("about").distinct().count(),
            "reviews_url": reverse("moderation_reviews:index"),
            "reports_url": reverse("moderation_reports:index"),
        }
