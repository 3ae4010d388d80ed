"""The figures of a blog: the same that the statistics service gives."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from accounts.viewers import Viewer
from api import cursors, parameters, statistics
from api.authentication import IsSignedIn
from api.named_blogs import find_blog
from api.negotiation import Unnegotiated
from api.redirects import BlogMoved, PermanentRedirect
from blogs.models import BlogCard
from core.errors import Invalid, NotAllowed
from stats.figures import Figures
from stats.periods import BadPeriod, Period, read_period

FORMATS = {"json": "application/json", "csv": "text/csv"}
PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Authorization, Accept, Origin"}


class Counters(serializers.Serializer):
    posts = serializers.IntegerField(help_text="Live posts.")
    followers = serializers.IntegerField()
    likes = serializers.IntegerField(help_text="Of all its posts.")
    comments = serializers.IntegerField()
    replies = serializers.IntegerField(help_text="Live posts of any blog that answer one of its posts.")
    views = serializers.IntegerField(help_text="One for each reader, post and day.")


class DayOfStats(Counters):
    date = serializers.DateField()


class TopPost(serializers.Serializer):
    id = serializers.IntegerField()
    views = serializers.IntegerField()
    likes = serializers.IntegerField()
    comments = serializers.IntegerField()
    replies = serializers.IntegerField()


class BlogStats(serializers.Serializer):
    totals = Counters()
    days = DayOfStats(many=True, help_text="Every day of the period: what there is now and came on it.")
    top_posts = TopPost(many=True, help_text="The live posts with the most views of all time, at most ten.")


DAY = {"type": "string", "format": "date"}
PERIOD = [
    OpenApiParameter("from", DAY, description="First day (UTC); by default 29 days before the last."),
    OpenApiParameter("to", DAY, description="Last day (UTC), by default today; at most 366 days in all."),
]


@extend_schema(tags=["blogs"])
class BlogStatsView(APIView):
    """How a blog is doing."""

    permission_classes = [IsSignedIn]
    content_negotiation_class = Unnegotiated

    @extend_schema(
        operation_id="blog_stats",
        summary="The figures of a blog: its owner and admins may see them",
        parameters=[
            *PERIOD,
            OpenApiParameter("format", str, enum=list(FORMATS), description="`csv` (or `Accept: text/csv`): the days."),
        ],
        responses={
            (200, "application/json"): BlogStats,
            (200, "text/csv"): OpenApiTypes.STR,
            503: OpenApiResponse(description="The store of the statistics is down; nothing is lost."),
        },
    )
    def get(self, request, slug):
        blog = find_measured_blog(request.viewer, slug)
        cursors.refuse_unknown(request.GET, ("from", "to", "format"))
        kind = format_of(request)
        return answer(statistics.figures_of(blog.pk, period_of(request)), kind, blog.slug)


class AtServiceAddress(BlogStatsView):
    """The same where the service would answer, on sites that have none."""

    schema = None

    def handle_exception(self, exc):
        if isinstance(exc, BlogMoved):
            query = self.request.META.get("QUERY_STRING")
            path = reverse("stats-as-service", args=[exc.new])
            return PermanentRedirect(f"{path}?{query}" if query else path)
        return super().handle_exception(exc)


def find_measured_blog(viewer: Viewer, slug: str) -> BlogCard:
    """The blog whose figures the viewer may see. Raises `NotFound`, `NotAllowed`, or `BlogMoved` for an old slug."""
    blog = find_blog(viewer, slug)
    if blog.owner_id != viewer.user_id and not viewer.is_admin:
        raise NotAllowed
    return blog


def period_of(request: HttpRequest) -> Period:
    """The days that `from` and `to` name. Raises `Invalid`."""
    try:
        return read_period(request.GET)
    except BadPeriod as error:
        raise Invalid(error.detail, attr=error.attr) from None


def format_of(request: HttpRequest) -> str:
    """Whether JSON or CSV is asked for. Raises `Invalid`."""
    asked = parameters.choice(request.GET, "format", FORMATS)
    if asked is None:
        preferred = request.get_preferred_type(list(FORMATS.values()))
        asked = "csv" if preferred == FORMATS["csv"] else "json"
    return asked


def answer(figures: Figures, kind: str, name: str) -> HttpResponse:
    """The figures as JSON, or their days as a CSV file of that name."""
    if kind == "csv":
        headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{name}-statistics.csv"'}
        return HttpResponse(figures.csv(), content_type="text/csv; charset=utf-8", headers=headers)
    return JsonResponse(figures.document(), headers=PRIVATE)
