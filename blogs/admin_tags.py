"""The admin's suggestions for tags: those of posts that everybody may see, and one's own."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, JsonResponse
from django.urls import path
from taggit.models import Tag
from wagtail.admin.auth import require_admin_access

from blogs import visibility
from blogs.models import PostTag

MOST = 10


def suggest(request: HttpRequest, app_name: str | None = None, model_name: str | None = None) -> JsonResponse:
    """Names that begin with `?term=`, as a list. Stock Wagtail would tell the tags of everybody's drafts."""
    term = request.GET.get("term", "").replace("\0", "")
    if not term:
        return JsonResponse([], safe=False)
    known = visibility.public(prefix="content_object__card__") | Q(content_object__owner=request.user.pk)
    used = PostTag.objects.filter(known, tag=OuterRef("pk"))
    names = Tag.objects.filter(Exists(used), name__istartswith=term).order_by("name").values_list("name", flat=True)
    return JsonResponse(list(names[:MOST]), safe=False)


urlpatterns = [
    path("", require_admin_access(suggest), name="wagtailadmin_tag_autocomplete"),
    path(
        "<slug:app_name>/<slug:model_name>/", require_admin_access(suggest), name="wagtailadmin_tag_model_autocomplete"
    ),
]
