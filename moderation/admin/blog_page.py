"""A blog as moderators see it: reports of its posts, blocks and history, and what may be done."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets.button import HeaderButton

from accounts.viewers import Viewer
from blogs.models import BlogCard, PostCard
from blogs.urls import blog_url, post_url
from blogs.visibility import blogs_existing_for, seen
from blogs.withholding import with_followers_now, with_likes_now
from core import clock
from moderation import blocking
from moderation.admin import histories
from moderation.admin.addresses import user_page
from moderation.admin.block_acts import BlockBlogs, LiftBlogBlocks
from moderation.admin.pages import LISTED, ThingPage
from moderation.admin.words import block_in_words
from moderation.models import Report


class BlogPage(ThingPage):
    """One blog."""

    model = BlogCard
    template_name = "moderation/blog.html"
    header_icon = "folder-open-inverse"
    index_url_name = "moderation_blogs:index"
    index_label = _("Blogs")

    def get_base_object_queryset(self):
        blogs = blogs_existing_for(Viewer.of(self.request.user))
        return with_followers_now(blogs).select_related("owner", "blocked_by")

    def get_page_title(self):
        return self.object.title

    def acts(self):
        if not blocking.may_block(self.request.user, self.object):
            return []
        return [BlockBlogs, LiftBlogBlocks] if self.object.is_blocked(clock.now()) else [BlockBlogs]

    @property
    def header_buttons(self):
        explore = reverse("wagtailadmin_explore", args=(self.object.pk,))
        return [
            *super().header_buttons,
            HeaderButton(_("View"), url=blog_url(self.object.slug), icon_name="view"),
            HeaderButton(_("Posts"), url=explore, icon_name="folder-open-inverse"),
        ]

    def get_context_data(self, **kwargs):
        blog, reader = self.object, self.request.user
        posts = with_likes_now(PostCard.objects.filter(seen(Viewer.of(reader)), blog=blog, is_live=True))
        posts = list(posts.defer("document", "detail", "owner_detail").order_by("-published_at", "-pk")[:LISTED])
        for post in posts:
            post.url = post_url(blog.slug, post.slug)
        entries = histories.of_blog(reader, blog)
        which = urlencode({"blog": blog.slug})
        reports = Report.objects.filter(Q(post__blog=blog) | Q(comment__post__blog=blog))
        return super().get_context_data(**kwargs) | {
            "blog": blog,
            "blog_block": block_in_words(blog),
            "owner_block": block_in_words(blog.owner),
            "owner_url": user_page(blog.owner_id),
            "posts": posts,
            "comments_url": f"{reverse('moderation_comments:index')}?{which}",
            "reports_url": f"{reverse('moderation_reports:index')}?{which}&status=any",
            **self.reports_of(reports),
            "blocks": histories.told(histories.newest(entries, most=LISTED, only=histories.BLOCKS), reader=reader),
            "history": histories.told(histories.newest(entries, most=LISTED), reader=reader),
        }
