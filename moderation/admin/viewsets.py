"""The menu of the moderators' admin, and where its pages are."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.models import ModelLogEntry, TaskState

from accounts.models import User
from blogs.models import BlogCard
from moderation.admin.blocks import BlockFilters, BlocksView
from moderation.admin.blog_page import BlogPage
from moderation.admin.blogs import BlogFilters, BlogsView
from moderation.admin.comments import CommentFilters, CommentsView
from moderation.admin.listings import ListingViewSet
from moderation.admin.report_page import ReportPage
from moderation.admin.reports import ReportFilters, ReportsView
from moderation.admin.reviews import ReviewFilters, ReviewsView
from moderation.admin.user_page import UserPage
from moderation.admin.users import UserFilters, UsersView
from moderation.models import Report
from social.models import Comment


class ReportViewSet(ListingViewSet):
    """The moderators' list of reports."""

    model = Report
    name = "moderation_reports"
    url_prefix = "moderation/reports"
    icon = "warning"
    menu_label = _("Reports")
    index_view_class = ReportsView
    filterset_class = ReportFilters
    export_filename = "reports"

    def further_urlpatterns(self):
        return [path("<int:number>/", self.construct_view(ReportPage), name="page")]


class ReviewViewSet(ListingViewSet):
    """The review queue."""

    model = TaskState
    name = "moderation_reviews"
    url_prefix = "moderation/reviews"
    icon = "clipboard-list"
    menu_label = _("Review queue")
    index_view_class = ReviewsView
    filterset_class = ReviewFilters
    export_filename = "reviews"


class CommentViewSet(ListingViewSet):
    """The moderators' list of comments."""

    model = Comment
    name = "moderation_comments"
    url_prefix = "moderation/comments"
    icon = "comment"
    menu_label = _("Comments")
    index_view_class = CommentsView
    filterset_class = CommentFilters
    export_filename = "comments"


class BlogViewSet(ListingViewSet):
    """The moderators' list of blogs."""

    model = BlogCard
    name = "moderation_blogs"
    url_prefix = "moderation/blogs"
    icon = "folder-open-inverse"
    menu_label = _("Blogs")
    index_view_class = BlogsView
    filterset_class = BlogFilters
    export_filename = "blogs"

    def further_urlpatterns(self):
        return [path("<int:number>/", self.construct_view(BlogPage), name="page")]


class UserViewSet(ListingViewSet):
    """The moderators' list of users."""

    model = User
    name = "moderation_users"
    url_prefix = "moderation/users"
    icon = "user"
    menu_label = _("Users")
    index_view_class = UsersView
    filterset_class = UserFilters
    export_filename = "users"

    def further_urlpatterns(self):
        return [path("<int:number>/", self.construct_view(UserPage), name="page")]


class BlockViewSet(ListingViewSet):
    """The moderators' list of blocks."""

    model = ModelLogEntry
    name = "moderation_blocks"
    url_prefix = "moderation/blocks"
    icon = "lock"
    menu_label = _("Blocks")
    index_view_class = BlocksView
    filterset_class = BlockFilters
    export_filename = "blocks"


class ModerationGroup(ViewSetGroup):
    """The menu."""

    menu_label = _("Moderation")
    menu_name = "moderation"
    menu_icon = "warning"
    menu_order = 150
    items = (ReportViewSet, ReviewViewSet, CommentViewSet, BlogViewSet, UserViewSet, BlockViewSet)
