"""What the charts of the admin are drawn from; the admin's own sign-in counts here, not an access token."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from wagtail.admin.auth import require_admin_access

from accounts.viewers import Viewer
from api import statistics
from api.redirects import BlogMoved
from api.stats import find_measured_blog, period_of
from blogs.models import PostCard
from core.errors import NotAllowed, NotFound

PRIVATE = {"Cache-Control": "private, no-store"}


@require_safe
@require_admin_access
def blog_chart(request: HttpRequest, slug: str) -> JsonResponse:
    """The figures of a blog of one's own, with the titles of its posts."""
    try:
        blog = find_measured_blog(Viewer.of(request.user), slug)
    except BlogMoved:
        raise NotFound from None
    document = statistics.figures_of(blog.pk, period_of(request)).document()
    titles = dict(
        PostCard.objects.filter(pk__in=[post["id"] for post in document["top_posts"]], blog=blog).values_list(
            "pk", "title"
        )
    )
    document["top_posts"] = [
        {**post, "title": titles[post["id"]], "edit_url": reverse("wagtailadmin_pages:edit", args=[post["id"]])}
        for post in document["top_posts"]
        if post["id"] in titles
    ]
    return JsonResponse(document, headers=PRIVATE)


@require_safe
@require_admin_access
def overview_chart(request: HttpRequest) -> JsonResponse:
    """The figures of all blogs together, for admins."""
    if not Viewer.of(request.user).is_admin:
        raise NotAllowed
    return JsonResponse(statistics.overview(period_of(request)).document(), headers=PRIVATE)
