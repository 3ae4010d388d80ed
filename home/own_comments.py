"""The comments on one's own posts, in the admin: a list that can be searched, and their deletion."""

from __future__ import annotations

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin import messages
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import IndexView

from accounts.models import User
from accounts.permissions import may_act
from core.errors import DomainError
from social import comments
from social.models import Comment

LONGEST_SHOWN = 300


def comments_for(user: User) -> QuerySet[Comment]:
    """What readers, and the author himself, wrote below his posts."""
    found = Comment.objects.filter(post__author=user, deleted_at=None)
    return found.select_related("author", "post__blog").defer("post__document", "post__detail", "post__owner_detail")


class CommentFilters(WagtailFilterSet):
    """By what they say, where, and when."""

    text = django_filters.CharFilter(label=_("Text, author or post"), method="by_text", max_length=100)
    created_at = django_filters.DateFromToRangeFilter(label=_("Written"), widget=DateRangePickerWidget)

    class Meta:
        model = Comment
        fields: list[str] = []

    def by_text(self, found: QuerySet, name: str, text: str) -> QuerySet:
        author = Q(author__username__icontains=text) | Q(author__name__icontains=text)
        return found.filter(author | Q(body__icontains=text) | Q(post__title__icontains=text))


class ActionColumn(Column):
    """The button that leads to the question whether to delete it."""

    cell_template_name = "home/comments/action_cell.html"


class OwnCommentsView(IndexView):
    """The list."""

    model = Comment
    permission_policy = None
    any_permission_required = None
    page_title = _("Comments on your posts")
    header_icon = "comment"
    index_url_name = "own_comments"
    index_results_url_name = "own_comments_results"
    default_ordering = "-created_at"
    filterset_class = CommentFilters
    is_searchable = False
    show_other_searches = False
    paginate_by = 50
    columns = [
        Column("body", label=_("Comment"), accessor=lambda comment: Truncator(comment.body).chars(LONGEST_SHOWN)),
        Column("author", label=_("Author"), accessor=lambda comment: comment.author, width="14%"),
        Column("post", label=_("Post"), accessor="post.title", width="22%"),
        DateColumn("created_at", label=_("Written"), sort_key="created_at", width="12%"),
        ActionColumn("action", label="", width="8%"),
    ]

    def get_base_queryset(self):
        return comments_for(self.request.user)

    def get_context_data(self, *args, **kwargs):
        return super().get_context_data(*args, **kwargs) | {"can_add": False}

    def get_list_buttons(self, instance):
        return []


class DeleteOwnComment(View):
    """Asks whether to delete a comment, and does it."""

    def dispatch(self, request: HttpRequest, comment_id: int) -> HttpResponse:
        if not may_act(request.user):
            raise PermissionDenied
        self.comment = comments_for(request.user).filter(pk=min(comment_id, 2**63 - 1)).first()
        if self.comment is None:
            raise Http404
        return super().dispatch(request, comment_id)

    def get(self, request: HttpRequest, comment_id: int) -> HttpResponse:
        return TemplateResponse(request, "home/comments/delete.html", {"comment": self.comment})

    def post(self, request: HttpRequest, comment_id: int) -> HttpResponse:
        try:
            comments.delete_comment(actor=request.user, comment=self.comment)
        except DomainError as error:
            messages.error(request, error.problems[0].detail)
        else:
            messages.success(request, _now("The comment was deleted."))
        return redirect(reverse("own_comments"))


NAMES = ("own_comments", "own_comments_results", "own_comment_delete")


def urls() -> list:
    """Where they are in the admin."""
    return [
        path("comments/", OwnCommentsView.as_view(), name=NAMES[0]),
        path("comments/results/", OwnCommentsView.as_view(results_only=True), name=NAMES[1]),
        path("comments/<int:comment_id>/delete/", DeleteOwnComment.as_view(), name=NAMES[2]),
    ]
