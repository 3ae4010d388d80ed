"""Lists of blogs, and one blog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from accounts.viewers import Viewer
from blogs import documents, visibility, withholding
from blogs.models import BlogCard, BlogTag, Follow, PostCard
from blogs.reads.keyset import ListRead, Order, Row, keyset, slotted, tagged_so, viewer_kind
from core import clock
from core.slots import Slots
from core.statements import statement
from media.documents import user_ref_json

BLOG_ORDERS = {
    "newest": Order("created_at"),
    "popular": Order("popularity", kind="number"),
    "title": Order("title", False, kind="text"),
}

BLOG_COLUMNS = (
    "pk",
    "created_at",
    "popularity",
    "title",
    "slug",
    "avatar_document",
    "description",
    "tags",
    "is_private",
    "post_count",
    "follower_count",
    "owner_id",
    "owner__username",
    "owner__name",
    "owner__avatar__document",
    "blocked_at",
    "blocked_until",
    "block_reason",
    "blocked_by__username",
    "owner__blocked_at",
    "owner__blocked_until",
    "owner__block_reason",
    "owner__blocked_by__username",
    "withheld",
)


@dataclass(frozen=True, slots=True)
class BlogFilter:
    """Which blogs; every part is optional. Shells of private ones are found only by search or by owner."""

    owner: str | None = None
    tag: str | None = None
    search: str | None = None

    def narrow(self, blogs: QuerySet, slots: Slots) -> QuerySet:
        """The queryset narrowed to this filter, with slots for the values."""
        if self.owner is not None:
            blogs = blogs.filter(Exact(Lower("owner__username"), slots.text("owner")))
        if self.tag is not None:
            tagged = BlogTag.objects.filter(tagged_so(slots), content_object=OuterRef("pk"))
            blogs = blogs.filter(Exists(tagged))
        if self.search is not None:
            pattern = slots.text("search")
            blogs = blogs.filter(Q(title__icontains=pattern) | Q(slug__icontains=pattern))
        return blogs

    @property
    def shape(self) -> tuple:
        """Which parts are given."""
        return (self.owner is not None, self.tag is not None, self.search is not None)

    @property
    def values(self) -> dict:
        """The given parts, by the names of their slots."""
        parts = {
            "owner": self.owner and self.owner.lower(),
            "tag": self.tag and self.tag.lower(),
            "search": self.search,
        }
        return {name: value for name, value in parts.items() if value is not None}


def list_blogs(
    *,
    viewer: Viewer,
    order: Order,
    limit: int,
    after: tuple | None = None,
    backward: bool = False,
    where: BlogFilter = BlogFilter(),
) -> ListRead:
    """Up to `limit` + 1 blogs that follow (going `backward`: precede) the row with the key `after`. One query."""
    at = clock.now()

    def build(slots: Slots) -> QuerySet:
        looking = slotted(viewer, slots)
        finds_shells = where.search is not None or where.owner is not None
        exists = visibility.blog_exists_for if finds_shells else visibility.blog_open_to
        blogs = where.narrow(BlogCard.objects.filter(exists(looking, at=slots.time("at"))), slots)
        blogs = keyset(blogs, order, slots=slots, backward=backward, starts=after is None)
        return blog_columns(blogs, looking, slots)[: limit + 1]

    shape = ("blogs", viewer_kind(viewer), order, limit, after is None, backward, where.shape)
    key, pk = after or (None, None)
    rows = statement(shape, build).rows(at=at, viewer=viewer.user_id, key=key, id=pk, **where.values)
    column = BLOG_COLUMNS.index(order.column)
    return ListRead([Row((row[column], row[0]), blog_json(row, at, viewer)) for row in rows], None)


@dataclass(frozen=True, slots=True)
class BlogRead:
    """A blog as one viewer sees it: the JSON text of the Blog object, and what callers need to know of it."""

    id: int
    json: str
    owner_id: int


def read_blog(*, viewer: Viewer, slug: str) -> BlogRead | None:
    """The blog with this slug if it exists for the viewer, or the shell of a private one. One query."""
    at = clock.now()

    def build(slots: Slots) -> QuerySet:
        looking = slotted(viewer, slots)
        blogs = BlogCard.objects.filter(
            visibility.blog_exists_for(looking, at=slots.time("at")), slug=slots.text("slug")
        )
        return blog_columns(blogs, looking, slots)[:1]

    rows = statement(("blog", viewer_kind(viewer)), build).rows(at=at, viewer=viewer.user_id, slug=slug)
    if not rows:
        return None
    return BlogRead(rows[0][0], blog_json(rows[0], at, viewer), rows[0][11])


def blog_columns(blogs: QuerySet, viewer: Viewer, slots: Slots, *more: str) -> QuerySet:
    """The columns that `blog_json` reads, of these blogs, with `more` behind them."""
    overdue = PostCard.objects.filter(blog=OuterRef("pk"), is_live=True, expire_at__lte=slots.time("at"))
    overdue = overdue.order_by().values(group=Value(1)).annotate(posts=Count("pk")).values("posts")
    follow = Value(None, output_field=CharField())
    if not viewer.is_anonymous:
        own = Follow.objects.filter(blog=OuterRef("pk"), user=viewer.user_id)
        following = Case(When(accepted_at__isnull=True, then=Value("requested")), default=Value("following"))
        follow = Subquery(own.annotate(state=following).values("state")[:1])
    withheld = withholding.withheld_follows(slots.time("at"))
    blogs = blogs.annotate(overdue=Subquery(overdue), following=follow, withheld=withheld)
    return blogs.values_list(*BLOG_COLUMNS, "overdue", "following", *more)


def blog_json(row: tuple, at: datetime, viewer: Viewer) -> str:
    """The JSON text of a Blog from a row of `blog_columns`."""
    (pk, created_at, _, title, slug, avatar, description, tags, is_private, posts, followers, owner_id) = row[:12]
    username, name, owner_avatar = row[12:15]
    own_block, owners_block, (withheld, overdue, following) = row[15:19], row[19:23], row[23:]
    is_owner = viewer.user_id == owner_id
    follow = None if viewer.is_anonymous else "owner" if is_owner else following or "none"
    knows_of_block = is_owner or viewer.is_moderator
    return documents.blog_document(
        id=pk,
        slug=slug,
        title=title,
        avatar_document=avatar,
        description=description,
        tags=tags,
        is_private=is_private,
        is_open=not is_private or is_owner or viewer.is_moderator or follow == "following",
        created_at=created_at,
        owner_ref=user_ref_json(username, name, owner_avatar),
        posts=posts - (overdue or 0),
        followers=followers - (withheld or 0),
        follow=follow,
        block=(_block(own_block, at) or _block(owners_block, at)) if knows_of_block else None,
    )


def _block(columns: tuple, at: datetime) -> dict | None:
    """The object `block`, if there is one in force."""
    blocked_at, until, reason, by = columns
    if blocked_at is None or (until is not None and until <= at):
        return None
    return {"until": clock.iso(until), "reason": reason, "by": by}


def blog_refs(*, owner_id: int, viewer: Viewer) -> list[str]:
    """The BlogRefs of a user's blogs that exist for the viewer, oldest first, as JSON texts. One query."""
    at = clock.now()

    def build(slots: Slots) -> QuerySet:
        blogs = visibility.blogs_existing_for(slotted(viewer, slots), at=slots.time("at"))
        blogs = blogs.filter(owner=slots.number("owner")).order_by("created_at", "pk")
        return blogs.values_list("slug", "title", "avatar_document", "owner__username", "owner__name")[:1000]

    rows = statement(("blog refs", viewer_kind(viewer)), build).rows(at=at, viewer=viewer.user_id, owner=owner_id)
    return [
        documents.blog_ref_json(slug, title, avatar, user_ref_json(username, name, None))
        for slug, title, avatar, username, name in rows
    ]
