"""The review queue: posts that wait for a moderator's decision."""

from __future__ import annotations

from django.db.models import CharField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import DateColumn, StatusTagColumn
from wagtail.models import TaskState

from blogs.models import BlogPostPage, PostCard
from moderation import reviewing
from moderation.admin.acts import Act, ReasonForm
from moderation.admin.addresses import blog_page, user_page
from moderation.admin.filters import TypedFilter, dates
from moderation.admin.listings import LinkColumn, Listing, checkboxes, title


def with_posts(states: list[TaskState]) -> None:
    """Give each review the card of its post."""
    ids = {int(state.workflow_state.object_id) for state in states}
    cards = PostCard.objects.select_related("blog", "author").defer("document", "detail", "owner_detail").in_bulk(ids)
    for state in states:
        state.post = cards.get(int(state.workflow_state.object_id))


class PostFilter(TypedFilter):
    """By something of the post that is reviewed."""

    def filter(self, queryset, value):
        if not (value := (value or "").strip().lstrip("@").replace("\0", "")):
            return queryset
        return of_posts(queryset, PostCard.objects.filter(**{f"{self.field_name}__iexact": value}))


def of_posts(states, posts):
    """The reviews of these posts."""
    return states.filter(workflow_state__object_id__in=posts.order_by().values(key=Cast("pk", CharField())))


class ReviewFilters(WagtailFilterSet):
    """By blog and author, and by when a post was submitted."""

    blog = PostFilter("blog__slug", label=_("Blog (its slug)"))
    author = PostFilter("author__username", label=_("Author (user name)"))
    started_at = dates(_("Submitted"))

    class Meta:
        model = TaskState
        fields: list[str] = []


class DecisionOnReview(Act):
    """A decision on posts in review."""

    models = [TaskState]

    def rows(self):
        return reviewing.waiting().select_related("workflow_state")

    def decorate(self, rows):
        with_posts(rows)
        return [state for state in rows if state.post]

    def named(self, row):
        return row.post.title, _("in “%(blog)s”, by %(author)s") % {
            "blog": row.post.blog.title,
            "author": row.post.author.get_full_name(),
        }


class NoteForm(ReasonForm):
    """What a moderator may say with his approval."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False
        self.fields["reason"].label = _("Note")


class Approve(DecisionOnReview):
    """Publish them."""

    display_name = _("Approve")
    action_type = "approve"
    aria_label = _("Approve and publish the chosen posts")
    question = _("Publish these posts?")
    confirm = _("Approve and publish")
    icon = "check"
    form_class = NoteForm
    action_priority = 10

    def do(self, row, *, reason):
        post = BlogPostPage.objects.get(pk=row.post.pk)
        reviewing.approve_post(actor=self.request.user, post=post, note=reason)


class SendBack(DecisionOnReview):
    """Send them back to their authors."""

    display_name = _("Reject")
    action_type = "reject"
    aria_label = _("Send the chosen posts back to their authors")
    question = _("Send these posts back to their authors?")
    confirm = _("Reject")
    icon = "cross"
    is_serious = True
    action_priority = 20

    def do(self, row, *, reason):
        post = BlogPostPage.objects.get(pk=row.post.pk)
        reviewing.send_back_post(actor=self.request.user, post=post, reason=reason)


class ReviewsView(Listing):
    """What waits for a decision, the oldest first."""

    page_title = _("Review queue")
    verbose_name = _("review")
    verbose_name_plural = _("reviews")
    default_ordering = "started_at"
    search_fields = ("title",)
    acts = [Approve, SendBack]
    columns = [
        checkboxes("taskstate"),
        title(
            "title",
            label=_("Post"),
            kind="taskstate",
            accessor="post.title",
            url=lambda state: reverse("wagtailadmin_pages:edit", args=(state.post.pk,)),
        ),
        StatusTagColumn(
            "status",
            label=_("Is"),
            accessor=lambda state: _("a change") if state.post.is_live else _("new"),
            primary=lambda state: not state.post.is_live,
            width="10%",
        ),
        LinkColumn(
            "author",
            label=_("Author"),
            accessor="post.author.get_full_name",
            url=lambda state: user_page(state.post.author_id),
            width="16%",
        ),
        LinkColumn(
            "blog",
            label=_("Blog"),
            accessor="post.blog.title",
            url=lambda state: blog_page(state.post.blog_id),
            width="18%",
        ),
        DateColumn("started_at", label=_("Submitted"), sort_key="started_at", width="12%"),
    ]
    list_export = ["post.pk", "post.title", "post.author.username", "post.blog.slug", "started_at"]
    export_headings = {
        "post.pk": _("Post number"),
        "post.title": _("Post"),
        "post.author.username": _("Author"),
        "post.blog.slug": _("Blog"),
        "started_at": _("Submitted"),
    }

    def get_base_queryset(self):
        there = PostCard.objects.all()
        return reviewing.waiting(there).select_related("workflow_state")

    def search_queryset(self, queryset):
        if not self.is_searching:
            return queryset
        return of_posts(queryset, PostCard.objects.filter(title__icontains=self.search_query))

    def decorate(self, rows):
        with_posts(rows)
        rows[:] = [state for state in rows if state.post]
