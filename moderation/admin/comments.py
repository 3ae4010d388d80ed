"""All comments, for moderators."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn

from accounts.models import User
from accounts.viewers import Viewer
from blogs import visibility
from blogs.urls import post_url
from moderation.admin.acts import Act
from moderation.admin.addresses import blog_page, user_page
from moderation.admin.filters import TypedFilter, choice, dates
from moderation.admin.listings import LinkColumn, Listing, checkboxes, title
from social import comments
from social.models import Comment

THERE, DELETED = "there", "deleted"


class CommentFilters(WagtailFilterSet):
    """By where, by whom and when; deleted ones too."""

    post = django_filters.NumberFilter(label=_("Post number"), field_name="post", max_value=2**63 - 1)
    blog = TypedFilter("post__blog__slug", label=_("Blog (its slug)"))
    author = TypedFilter("author__username", label=_("Author (user name)"))
    created_at = dates(_("Written"))
    state = choice(_("State"), [(THERE, _("Not deleted")), (DELETED, _("Deleted"))], "by_state")

    def by_state(self, queryset, name, value):
        return queryset.filter(deleted_at__isnull=value == THERE)

    class Meta:
        model = Comment
        fields: list[str] = []


class DeleteComments(Act):
    """Delete comments; one that was answered stays as a stub."""

    models = [Comment]
    display_name = _("Delete")
    action_type = "delete"
    aria_label = _("Delete the chosen comments")
    question = _("Delete these comments? One that was answered stays as an empty stub.")
    confirm = _("Delete")
    icon = "bin"
    is_serious = True

    def rows(self):
        return comments_seen_by(self.request.user).filter(deleted_at=None)

    def named(self, row):
        return text_of(row), _("by %(author)s, on “%(post)s”") % {
            "author": row.author.get_full_name() if row.author else _("nobody"),
            "post": row.post.title,
        }

    def do(self, row, *, reason):
        comments.delete_comment(actor=self.request.user, comment=row, reason=reason)


class CommentsView(Listing):
    """The comments on all posts that moderators may see."""

    page_title = _("Comments")
    default_ordering = "-created_at"
    search_fields = ("body", "author__username", "author__name", "post__title")
    acts = [DeleteComments]
    columns = [
        checkboxes("comment"),
        title("body", label=_("Comment"), kind="comment", accessor=lambda comment: text_of(comment), url=None),
        LinkColumn(
            "author",
            label=_("Author"),
            accessor=lambda comment: comment.author,
            url=lambda comment: comment.author_id and user_page(comment.author_id),
            width="12%",
        ),
        LinkColumn(
            "post",
            label=_("Post"),
            accessor="post.title",
            url=lambda comment: post_url(comment.post.blog.slug, comment.post.slug),
            width="20%",
        ),
        LinkColumn(
            "blog",
            label=_("Blog"),
            accessor="post.blog.title",
            url=lambda comment: blog_page(comment.post.blog_id),
            width="14%",
        ),
        Column("reply_count", label=_("Replies"), sort_key="reply_count", width="7%"),
        DateColumn("created_at", label=_("Written"), sort_key="created_at", width="11%"),
    ]
    list_export = [
        "pk",
        "body",
        "author.username",
        "post_id",
        "post.title",
        "post.blog.slug",
        "created_at",
        "edited_at",
        "deleted_at",
    ]
    export_headings = {
        "pk": _("Number"),
        "body": _("Comment"),
        "author.username": _("Author"),
        "post_id": _("Post number"),
        "post.title": _("Post"),
        "post.blog.slug": _("Blog"),
        "created_at": _("Written"),
        "edited_at": _("Edited"),
        "deleted_at": _("Deleted"),
    }

    def get_base_queryset(self):
        return comments_seen_by(self.request.user)


def comments_seen_by(user: User) -> QuerySet[Comment]:
    """The comments on posts that the user may see, deleted ones too."""
    found = Comment.objects.filter(visibility.seen(Viewer.of(user), prefix="post__"))
    return found.select_related("author", "post__blog").defer("post__document", "post__detail", "post__owner_detail")


def text_of(comment: Comment) -> str:
    """The beginning of a comment, or that there is none left."""
    return _("(deleted)") if comment.deleted_at else Truncator(comment.body).chars(200)
