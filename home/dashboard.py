"""The first page of the admin: one's blogs, what one is writing, and what readers said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.site_summary import SummaryItem
from wagtail.admin.ui.components import Component
from wagtail.models import Page
from wagtail.permissions import policy_registry

from blogs.models import BlogCard, BlogIndexPage, PostCard
from blogs.models.cards import PostStatus
from blogs.urls import blog_url
from blogs.withholding import with_followers_now, with_likes_now
from home.own_comments import comments_for
from media.models import Image

LISTED = 6
UNFINISHED = (PostStatus.DRAFT, PostStatus.SCHEDULED, PostStatus.IN_REVIEW)


class BlogsPanel(Component):
    """One's blogs, each with a button to write in it."""

    name = "blogs"
    order = 100
    template_name = "home/dashboard/blogs.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        user = parent_context["request"].user
        cards = with_followers_now(BlogCard.objects.filter(owner=user)).order_by("created_at", "pk")
        drafts = Count("posts", filter=Q(posts__status__in=UNFINISHED))
        index = BlogIndexPage.objects.values_list("pk", flat=True).first()
        blogs = list(cards.annotate(draft_count=drafts)[:50])
        for blog in blogs:
            blog.url = blog_url(blog.slug)
        return {"blogs": blogs, "index_id": index}


class UnfinishedPanel(Component):
    """Drafts, scheduled posts and those in review."""

    name = "unfinished"
    order = 150
    template_name = "home/dashboard/unfinished.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        posts = PostCard.objects.filter(author=parent_context["request"].user, status__in=UNFINISHED)
        posts = posts.select_related("blog", "post").defer("post__body", "document", "detail", "owner_detail")
        return {"posts": posts.order_by("-edited_at", "-pk")[:LISTED], "heading": _("What you are writing")}


class CommentsPanel(Component):
    """What readers wrote below one's posts lately."""

    name = "comments"
    order = 200
    template_name = "home/dashboard/comments.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        user = parent_context["request"].user
        comments = comments_for(user).exclude(author=user)
        return {"comments": comments.order_by("-created_at", "-pk")[:LISTED]}


class Number(SummaryItem):
    """A number with its name and, if it leads somewhere, a link."""

    template_name = "home/dashboard/number.html"

    def __init__(self, request, *, order: int, icon: str, count: int, label: str, url: str | None = None):
        super().__init__(request)
        self.order = order
        self.icon, self.count, self.label, self.url = icon, count, label, url

    def get_context_data(self, parent_context):
        return {"icon": self.icon, "count": self.count, "label": self.label, "url": self.url}


class Numbers:
    """How many posts, readers and pictures somebody has."""

    def __init__(self, request):
        self.request = request

    @cached_property
    def items(self) -> list[Number]:
        user = self.request.user
        blogs = with_followers_now(BlogCard.objects.filter(owner=user)).aggregate(
            posts=Sum("post_count"), followers=Sum("followers_now")
        )
        posts = with_likes_now(PostCard.objects.filter(author=user, is_live=True)).aggregate(
            likes=Sum("likes_now"), comments=Sum("comment_count")
        )
        images = Image.objects.filter(uploaded_by_user=user).count()
        root = policy_registry.get_by_type(Page).explorable_root_instance(user)
        explore = reverse("wagtailadmin_explore", args=[root.pk]) if root else None
        counted = [
            ("doc-full", blogs["posts"] or 0, lambda n: ngettext("post", "posts", n), explore),
            ("user", blogs["followers"] or 0, lambda n: ngettext("follower", "followers", n), None),
            ("pick", posts["likes"] or 0, lambda n: ngettext("like", "likes", n), None),
            ("comment", posts["comments"] or 0, lambda n: ngettext("comment", "comments", n), reverse("own_comments")),
            ("image", images, lambda n: ngettext("image", "images", n), reverse("wagtailimages:index")),
        ]
        return [
            Number(self.request, order=place, icon=icon, count=count, label=label(count), url=url)
            for place, (icon, count, label, url) in enumerate(counted)
        ]
