"""The reports, one row for each reported thing, and what may be done about it in one step."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn

from accounts.models import User
from accounts.viewers import Viewer
from blogs.urls import post_url
from blogs.visibility import posts_seen_by
from core.errors import Invalid
from moderation import reports
from moderation.admin.acts import Act, ReasonForm
from moderation.admin.addresses import blog_page, user_page
from moderation.admin.block_acts import BlockAct
from moderation.admin.filters import TypedFilter, choice, dates
from moderation.admin.listings import LinkColumn, Listing, checkboxes, title
from moderation.models import Reason, Report, ReportStatus

POST, COMMENT = "post", "comment"
ANY = "any"


def with_things(rows: list[Report], *, reader: User) -> None:
    """Give each report what its whole thing is: `name`, `place`, `blog`, `reasons`, `oldest`, `times`."""
    about = {report.about for report in rows}
    said = defaultdict(list)
    same = Report.objects.filter(about__in=about).order_by("created_at", "pk")
    for key, status, reason, at in same.values_list("about", "status", "reason", "created_at"):
        said[key, status].append((reason, at))
    ids = {post_of(report) for report in rows} - {None}
    seen = posts_seen_by(Viewer.of(reader)).filter(pk__in=ids).select_related("blog")
    posts = {post.pk: post for post in seen.defer("document", "detail", "owner_detail")}
    for report in rows:
        alike = said[report.about, report.status]
        counts = {reason: [one for one, _at in alike].count(reason) for reason in Reason.values}
        labels = [(Reason(reason).label, count) for reason, count in counts.items() if count]
        report.reasons = ", ".join(f"{label} × {count}" if count > 1 else str(label) for label, count in labels)
        report.oldest = alike[0][1] if alike else report.created_at
        report.count = len(alike)
        report.on = posts.get(post_of(report))
        report.name = name_of(report)
        report.url = post_url(report.on.blog.slug, report.on.slug) if report.on else None


def post_of(report: Report) -> int | None:
    """The id of the post a report leads to: the reported one, or that of the reported comment."""
    return report.comment.post_id if report.comment else report.post_id


def name_of(report: Report) -> str:
    """What is reported, in a few words: a title, or the beginning of a comment."""
    if report.comment is not None and not report.comment.deleted_at:
        return Truncator(report.comment.body).chars(160)
    if report.post_id is not None and report.on is not None:
        return report.on.title
    return _("(not there any more)")


def things_reported(found: QuerySet[Report], *, reader: User) -> list[Report]:
    """Reported things with what their rows show, the newest first."""
    rows = list(with_people(reports.one_per_thing(found)).order_by("-created_at", "-pk")[:50])
    with_things(rows, reader=reader)
    return rows


def with_people(found: QuerySet[Report]) -> QuerySet[Report]:
    return found.select_related("author", "comment", "handled_by")


class ReportFilters(WagtailFilterSet):
    """By what became of it, by reason, kind, author, blog and time."""

    status = choice(_("Status"), [*ReportStatus.choices, (ANY, _("any"))], "by_status")
    reason = choice(_("Reason"), Reason.choices, "by_reason")
    kind = choice(_("About"), [(POST, _("a post")), (COMMENT, _("a comment"))], "by_kind")
    author = TypedFilter("author__username", label=_("Author (user name)"))
    reporter = TypedFilter("reporter__username", label=_("Reporter (user name)"))
    blog = TypedFilter("blog", label=_("Blog (its slug)"))
    created_at = dates(_("Reported"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["reporter"].method = "by_reporter"
        self.filters["blog"].method = "by_blog"

    def by_status(self, queryset, name, value):
        return queryset if value == ANY else queryset.filter(status=value)

    def by_reason(self, queryset, name, value):
        return queryset.filter(_same_thing(reason=value))

    def by_kind(self, queryset, name, value):
        return queryset.filter(about__startswith=f"{value}:")

    def by_reporter(self, queryset, name, value):
        return queryset.filter(_same_thing(reporter__username__iexact=typed(value)))

    def by_blog(self, queryset, name, value):
        slug = typed(value)
        return queryset.filter(Q(post__blog__slug__iexact=slug) | Q(comment__post__blog__slug__iexact=slug))

    class Meta:
        model = Report
        fields: list[str] = []


def typed(value: str) -> str:
    """What somebody typed, without what he need not have typed."""
    return value.strip().lstrip("@").replace("\0", "")


def _same_thing(**said) -> Exists:
    return Exists(Report.objects.filter(about=OuterRef("about"), status=OuterRef("status"), **said))


class ReportAct(Act):
    """An act on reported things; it closes all open reports of them."""

    models = [Report]

    def rows(self):
        return with_people(Report.objects.all()).select_related("author", "comment", "post__blog", "post__post")

    def decorate(self, rows):
        with_things(rows, reader=self.request.user)
        return rows

    def named(self, row):
        by = row.author.get_full_name() if row.author else _("nobody")
        return row.name, _("by %(author)s, reported for %(reasons)s") % {"author": by, "reasons": row.reasons}


class NoteForm(ReasonForm):
    """An answer to those who reported."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False
        self.fields["reason"].label = _("Answer")
        self.fields["reason"].help_text = _("For the audit log, and for those who reported it.")


class Dismiss(ReportAct):
    """Leave the thing as it is."""

    display_name = _("Dismiss")
    action_type = "dismiss"
    aria_label = _("Dismiss the reports of the chosen things")
    question = _("Nothing is wrong with these? Their reports are dismissed.")
    confirm = _("Dismiss")
    icon = "check"
    form_class = NoteForm

    def do(self, row, *, reason):
        reports.dismiss_thing(actor=self.request.user, report=row, note=reason)


class DeleteThings(ReportAct):
    """Delete what was reported."""

    display_name = _("Delete")
    action_type = "delete"
    aria_label = _("Delete the chosen reported things")
    question = _("Delete these posts and comments? Their reports are resolved.")
    confirm = _("Delete")
    icon = "bin"
    is_serious = True

    def do(self, row, *, reason):
        reports.delete_thing(actor=self.request.user, report=row, note=reason)


class BlockBlogsOfThings(BlockAct, ReportAct):
    """Block the blogs that reported posts are in."""

    display_name = _("Block the blog")
    action_type = "block_blog"
    aria_label = _("Block the blogs of the chosen reported posts")
    question = _("Block the blogs these posts are in? Their reports are resolved.")
    confirm = _("Block")

    def named(self, row):
        name, about = super().named(row)
        blog = row.on.blog.title if row.on else _("(not there any more)")
        return name, _("%(about)s, in “%(blog)s”") % {"about": about, "blog": blog}

    def do(self, row, *, reason, until):
        if row.comment_id is not None:
            raise Invalid(_("A comment is in nobody's own blog: delete it, or block its author."))
        reports.block_blog_of(actor=self.request.user, report=row, until=until, note=reason)


class BlockAuthorsOfThings(BlockAct, ReportAct):
    """Block those who wrote reported things."""

    display_name = _("Block the author")
    action_type = "block_author"
    aria_label = _("Block the authors of the chosen reported things")
    question = _("Block those who wrote these, with all their blogs? The reports are resolved.")
    confirm = _("Block")
    for_admins = True

    def do(self, row, *, reason, until):
        reports.block_author_of(actor=self.request.user, report=row, until=until, note=reason)


REPORT_ACTS = [Dismiss, DeleteThings, BlockBlogsOfThings, BlockAuthorsOfThings]


class ReportsView(Listing):
    """What users reported; at first what waits for a decision."""

    page_title = _("Reports")
    default_ordering = "-created_at"
    search_fields = (
        "note",
        "handled_note",
        "author__username",
        "author__name",
        "post__title",
        "comment__body",
        "reporter__username",
    )
    acts = REPORT_ACTS
    columns = [
        checkboxes("report"),
        title(
            "name",
            label=_("What"),
            kind="report",
            url=lambda report: reverse("moderation_reports:page", args=(report.pk,)),
            width="26%",
        ),
        StatusTagColumn(
            "status",
            label=_("Status"),
            accessor="get_status_display",
            primary=lambda report: report.status == ReportStatus.OPEN,
            width="9%",
        ),
        Column("times", label=_("Reports"), sort_key="times", width="7%"),
        Column("reasons", label=_("Reasons"), width="12%"),
        LinkColumn(
            "author",
            label=_("Author"),
            accessor=lambda report: report.author.get_full_name() if report.author else "",
            url=lambda report: report.author_id and user_page(report.author_id),
            width="12%",
        ),
        LinkColumn(
            "blog",
            label=_("Blog"),
            accessor=lambda report: report.on.blog.title if report.on else "",
            url=lambda report: report.on and blog_page(report.on.blog_id),
            width="12%",
        ),
        DateColumn("oldest", label=_("Since"), width="10%"),
        DateColumn("created_at", label=_("Last"), sort_key="created_at", width="10%"),
    ]
    list_export = [
        "about",
        "name",
        "status",
        "times",
        "reasons",
        "author.username",
        "on.blog.slug",
        "oldest",
        "created_at",
        "handled_by.username",
        "handled_at",
        "handled_note",
    ]
    export_headings = {
        "about": _("About"),
        "name": _("What"),
        "status": _("Status"),
        "times": _("Reports"),
        "reasons": _("Reasons"),
        "author.username": _("Author"),
        "on.blog.slug": _("Blog"),
        "oldest": _("Since"),
        "created_at": _("Last"),
        "handled_by.username": _("Handled by"),
        "handled_at": _("Handled"),
        "handled_note": _("Answer"),
    }

    def get_filterset_kwargs(self):
        sent = self.request.GET.copy()
        sent.setdefault("status", ReportStatus.OPEN)
        return super().get_filterset_kwargs() | {"data": sent}

    def get_base_queryset(self):
        return with_people(reports.one_per_thing(Report.objects.all()))

    def decorate(self, rows):
        with_things(rows, reader=self.request.user)
