"""All blocks there ever were, of users and of blogs: the audit log says so, whatever became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn
from wagtail.models import ModelLogEntry, PageLogEntry

from accounts.models import User
from blogs.models import BlogCard
from core.errors import NotFound
from moderation import audit, blocking
from moderation.admin.acts import Act
from moderation.admin.addresses import blog_page, user_page
from moderation.admin.filters import TypedFilter, blocked, choice, dates
from moderation.admin.listings import LinkColumn, Listing, checkboxes, title
from moderation.admin.words import moment

USERS, BLOGS = "users", "blogs"
IN_FORCE, OVER = "now", "over"
KINDS = (ModelLogEntry, PageLogEntry)


@dataclass
class Block:
    """A block as the log has it, and what became of it. `pk` is its number among those of users and blogs together."""

    pk: int
    thing: User | BlogCard | None
    name: str
    at: datetime
    until: datetime | None
    reason: str
    by: User | None
    is_in_force: bool

    @property
    def is_of_user(self) -> bool:
        return self.pk % 2 == 0

    @property
    def kind(self) -> str:
        return str(_("user") if self.is_of_user else _("blog"))

    @property
    def state(self) -> str:
        return str(_("in force") if self.is_in_force else _("over"))

    @property
    def term(self) -> str:
        return str(_("for good")) if self.until is None else moment(self.until)

    @property
    def url(self) -> str | None:
        if self.thing is None:
            return None
        return user_page(self.thing.pk) if self.is_of_user else blog_page(self.thing.pk)


def entries_of_users() -> QuerySet[ModelLogEntry]:
    """The log's entries of blocks of users; `is_now` says which is in force."""
    kind = ContentType.objects.get_for_model(User)
    found = ModelLogEntry.objects.filter(action=audit.BLOCK, content_type=kind)
    later = found.filter(object_id=OuterRef("object_id"), pk__gt=OuterRef("pk"))
    now = User.objects.filter(blocked(), is_active=True).annotate(key=Cast("pk", CharField()))
    return found.annotate(is_now=Exists(now.filter(key=OuterRef("object_id"))) & ~Exists(later))


def entries_of_blogs() -> QuerySet[PageLogEntry]:
    """The log's entries of blocks of blogs; `is_now` says which is in force."""
    found = PageLogEntry.objects.filter(action=audit.BLOCK)
    later = found.filter(page_id=OuterRef("page_id"), pk__gt=OuterRef("pk"))
    now = BlogCard.objects.filter(blocked(), pk=OuterRef("page_id"))
    return found.annotate(is_now=Exists(now) & ~Exists(later))


def joined(queries: list[QuerySet]) -> QuerySet:
    """The blocks of users and of blogs in one list of numbers and times."""
    parts = []
    for model, query in zip(KINDS, queries, strict=True):
        number = F("pk") * 2 + Value(KINDS.index(model), output_field=IntegerField())
        parts.append(query.order_by().annotate(number=number).values("number", "timestamp"))
    return parts[0].union(parts[1], all=True)


def blocks_numbered(numbers: list[int]) -> list[Block]:
    """The blocks of these numbers, in their order."""
    users = _fetched(entries_of_users(), [number // 2 for number in numbers if number % 2 == 0])
    blogs = _fetched(entries_of_blogs(), [number // 2 for number in numbers if number % 2])
    people = User.objects.filter(is_active=True).in_bulk([int(entry.object_id) for entry in users.values()])
    cards = BlogCard.objects.select_related("owner").in_bulk([entry.page_id for entry in blogs.values()])
    found = []
    for number in numbers:
        entry = (blogs if number % 2 else users).get(number // 2)
        if entry is not None:
            thing = cards.get(entry.page_id) if number % 2 else people.get(int(entry.object_id))
            found.append(_block(number, entry, thing))
    return found


def _fetched(entries: QuerySet, ids: list[int]) -> dict:
    return {entry.pk: entry for entry in entries.filter(pk__in=ids).select_related("user")} if ids else {}


def _block(number: int, entry, thing) -> Block:
    until = entry.data.get("until")
    return Block(
        pk=number,
        thing=thing,
        name=thing.title if isinstance(thing, BlogCard) else entry.label,
        at=entry.timestamp,
        until=until and parse_datetime(until),
        reason=entry.data.get("reason", ""),
        by=entry.user,
        is_in_force=bool(entry.is_now),
    )


class BlockFilters(WagtailFilterSet):
    """By kind, by whether a block is in force, by whom and when it was set."""

    kind = choice(_("Of"), [(USERS, _("users")), (BLOGS, _("blogs"))], "by_kind")
    state = choice(_("State"), [(IN_FORCE, _("in force")), (OVER, _("over"))], "by_state")
    by = TypedFilter("user__username", label=_("Blocked by (user name)"))
    timestamp = dates(_("Blocked"))

    def by_kind(self, queryset, name, value):
        wanted = ModelLogEntry if value == USERS else PageLogEntry
        return queryset if queryset.model is wanted else queryset.none()

    def by_state(self, queryset, name, value):
        return queryset.filter(is_now=value == IN_FORCE)

    class Meta:
        model = ModelLogEntry
        fields: list[str] = []


class Lift(Act):
    """Lift blocks of users and blogs."""

    models = [ModelLogEntry]
    display_name = _("Lift")
    action_type = "lift_block"
    aria_label = _("Lift the chosen blocks")
    question = _("Lift these blocks?")
    confirm = _("Lift")
    icon = "lock-open"

    def get_actionable_objects(self):
        return blocks_numbered([int(number) for number in self.request.GET.getlist("id")[:100]]), {}

    def named(self, row):
        return row.name, f"({row.kind}, {row.term})"

    def do(self, row, *, reason):
        if row.thing is None:
            raise NotFound
        if row.is_of_user:
            blocking.unblock_user(actor=self.request.user, user=row.thing, reason=reason)
        else:
            blocking.unblock_blog(actor=self.request.user, blog=row.thing, reason=reason)


class BlocksView(Listing):
    """Who and what was blocked, the newest first."""

    page_title = _("Blocks")
    verbose_name = _("block")
    verbose_name_plural = _("blocks")
    default_ordering = "-timestamp"
    search_fields = ("label",)
    acts = [Lift]
    columns = [
        checkboxes("modellogentry"),
        title("name", label=_("Who or what"), kind="modellogentry", url=lambda block: block.url),
        Column("kind", label=_("Is"), width="8%"),
        StatusTagColumn("state", label=_("State"), primary=lambda block: block.is_in_force, width="10%"),
        DateColumn("at", label=_("Blocked"), sort_key="timestamp", width="12%"),
        Column("term", label=_("Until"), width="14%"),
        LinkColumn(
            "by",
            label=_("By"),
            accessor=lambda block: block.by.get_full_name() if block.by else "",
            url=lambda block: block.by and user_page(block.by.pk),
            width="12%",
        ),
        Column("reason", label=_("Reason"), width="22%"),
    ]
    list_export = ["kind", "name", "state", "at", "until", "by.username", "reason"]
    export_headings = {
        "kind": _("Is"),
        "name": _("Who or what"),
        "state": _("State"),
        "at": _("Blocked"),
        "until": _("Until"),
        "by.username": _("By"),
        "reason": _("Reason"),
    }

    def get_queryset(self):
        queries = []
        for query in (entries_of_users(), entries_of_blogs()):
            query = self.filter_queryset(query)
            if self.is_searching:
                query = query.filter(Q(label__icontains=self.search_query))
            queries.append(query)
        return joined(queries).order_by(self.ordering, "number" if self.ordering == "timestamp" else "-number")

    def decorate(self, rows):
        rows[:] = blocks_numbered([row["number"] for row in rows])
