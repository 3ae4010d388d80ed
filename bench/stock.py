"""Stock Wagtail on the same data: its API v2, and a post created as Wagtail's documentation does.

Settings, URLs and WSGI application in one: it is served with `DJANGO_SETTINGS_MODULE=bench.stock_settings`.
"""

from __future__ import annotations

import json

from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

application = get_wsgi_application()

from wagtail.api import APIField  # noqa: E402
from wagtail.api.v2.router import WagtailAPIRouter  # noqa: E402
from wagtail.api.v2.views import PagesAPIViewSet  # noqa: E402

from accounts.models import User  # noqa: E402
from blogs.models import BlogPage, BlogPostPage  # noqa: E402

BlogPostPage.api_fields = [APIField("intro"), APIField("body"), APIField("feature_image"), APIField("tags")]

router = WagtailAPIRouter("wagtailapi_v2")
router.register_endpoint("pages", PagesAPIViewSet)


@csrf_exempt
def create(request):
    """A post, published: `add_child` and `save_revision().publish()`."""
    given = json.loads(request.body)
    blog = BlogPage.objects.get(slug=given["blog"])
    author = User.objects.get(pk=blog.owner_id)
    post = BlogPostPage(title=given["title"], intro=given["intro"], body=given["body"], owner=author, live=False)
    blog.add_child(instance=post)
    post.tags.set(given["tags"])
    post.save_revision(user=author).publish(user=author, skip_permission_checks=True)
    return JsonResponse({"id": post.pk})


urlpatterns = [path("api/v2/", router.urls), path("create/", create)]
