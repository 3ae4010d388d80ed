"""Lists of posts, and one post."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from django.db.models import BigIntegerField, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject, Lower
from django.db.models.lookups import Exact

from accounts.viewers import Viewer
from blogs import documents, page_links, sharing, visibility, withholding
from blogs.models import BlogPostPage, PostCard, PostTag
from blogs.models.cards import PostStatus
from blogs.reads.home import home_windows
from blogs.reads.keyset import ListRead, Order, Row, keyset, slotted, tagged_so, viewer_kind
from blogs.reads.version import version_column
from core import clock, remembered
from core.slots import Slots
from core.statements import statement
from media.documents import user_ref_json

POPULAR = Order("popularity", kind="number")
POST_ORDERS = {"newest": Order("published_at"), "oldest": Order("published_at", False), "popular": POPULAR}
EDITED = Order("edited_at")

Liked = Callable[[Slots], Exists]
"""Makes the condition that the viewer (slot `viewer`) likes the post; passed in, since likes live above this room."""

Among = Callable[[QuerySet, Slots], QuerySet]
"""Narrows a queryset of cards by what lives above this room, and may annotate the column of its order."""

POST_COLUMNS = (
    "pk",
    "document",
    "slug",
    "status",
    "expire_at",
    "like_count",
    "comment_count",
    "reply_count",
    "author_id",
    "blog__slug",
    "blog__title",
    "blog__avatar_document",
    "author__username",
    "author__name",
    "author__avatar__document",
    "withheld",
)
_DOCUMENT = POST_COLUMNS.index("document")
_EXPIRE_AT = POST_COLUMNS.index("expire_at")
_AUTHOR = POST_COLUMNS.index("author_id")
_VERSION = len(POST_COLUMNS)

MEMBERS_REMEMBERED = 2_000
"""So many texts of posts are kept: the feeds of many readers show the same ones, and few of them change between two."""


@dataclass(frozen=True, slots=True)
class PostFilter:
    """Which posts of those the viewer may see; every part is optional.

    `only_public` leaves out what only the viewer may see, `own` means his own in every status, `home` those of the
    blogs he follows or owns.
    """

    blog: str | None = None
    author: str | None = None
    tag: str | None = None
    published_after: datetime | None = None
    published_before: datetime | None = None
    only_public: bool = False
    own: bool = False
    home: bool = False
    status: str | None = None
    reply_to: int | None = None

    @property
    def shape(self) -> tuple:
        """Which parts are given."""
        return (
            *(getattr(self, name) is not None for name in ("blog", "author", "tag", "published_after")),
            self.published_before is not None,
            self.only_public,
            self.own,
            self.home,
            self.status,
            self.reply_to is not None,
        )

    @property
    def values(self) -> dict:
        """The given parts, by the names of their slots."""
        parts = {name: getattr(self, name) for name in ("published_after", "published_before", "reply_to")}
        folded = {name: getattr(self, name).lower() for name in ("author", "tag") if getattr(self, name) is not None}
        return {name: value for name, value in {**parts, **folded, "blog": self.blog}.items() if value is not None}

    def narrow(self, posts: QuerySet, slots: Slots) -> QuerySet:
        """The queryset narrowed to this filter, with slots for the values."""
        if self.blog is not None:
            posts = posts.filter(blog__slug=slots.text("blog"))
        if self.author is not None:
            posts = posts.filter(Exact(Lower("author__username"), slots.text("author")))
        if self.tag is not None:
            tagged = PostTag.objects.filter(tagged_so(slots), content_object=OuterRef("pk"))
            posts = posts.filter(Exists(tagged))
        if self.published_after is not None:
            posts = posts.filter(published_at__gt=slots.time("published_after"))
        if self.published_before is not None:
            posts = posts.filter(published_at__lt=slots.time("published_before"))
        if self.reply_to is not None:
            posts = posts.filter(reply_to=slots.number("reply_to"))
        return posts.filter(_has_status(self.status, slots.time("at"))) if self.status else posts


def _has_status(status: str, at: datetime) -> Q:
    expired = Q(status=PostStatus.LIVE, expire_at__lte=at)
    if status == PostStatus.EXPIRED:
        return expired | Q(status=PostStatus.EXPIRED)
    if status == PostStatus.LIVE:
        return Q(status=PostStatus.LIVE) & ~expired
    return Q(status=status)


def list_posts(
    *,
    viewer: Viewer,
    order: Order,
    limit: int,
    after: tuple | None = None,
    backward: bool = False,
    where: PostFilter = PostFilter(),
    liked: Liked | None = None,
    among: Among | None = None,
) -> ListRead:
    """Up to `limit` + 1 PostCards that follow (going `backward`: precede) the row with the key `after`.

    One query; for the home feed of blogs that post little now and then two.
    """
    at = clock.now()

    def build(slots: Slots, window: Callable | None) -> QuerySet:
        looking = slotted(viewer, slots)
        if window:
            condition = window(looking, slots, limit=limit + 1, backward=backward, starts=after is None)
        elif where.own:
            condition = Q(author=looking.user_id)
        elif where.only_public:
            condition = visibility.public(at=slots.time("at"))
        else:
            condition = visibility.listed(looking, at=slots.time("at"))
        posts = where.narrow(PostCard.objects.filter(condition), slots)
        posts = among(posts, slots) if among else posts
        posts = keyset(posts, order, slots=slots, backward=backward, starts=after is None)
        return spliced(posts, liked, slots).values_list(*POST_COLUMNS, "version", "liked", order.column)[: limit + 1]

    shape = ("posts", viewer_kind(viewer), order, limit, after is None, backward, where.shape, liked, among)
    key, pk = after or (None, None)
    rows = []
    for window in home_windows(viewer, starts=after is None) if where.home else (None,):
        reading = statement((*shape, window), partial(build, window=window))
        rows = reading.rows(at=at, viewer=viewer.user_id, key=key, id=pk, **where.values)
        if len(rows) > limit:
            break
    return ListRead([_post_row(row, at, viewer) for row in rows], rows[0][_VERSION] if rows else None)


def spliced(posts: QuerySet, liked: Liked | None, slots: Slots) -> QuerySet:
    """The posts with the columns `version`, `liked` and `withheld`; what is read for somebody has no version."""
    return posts.annotate(
        version=Value(None, output_field=BigIntegerField()) if liked else version_column(),
        liked=liked(slots) if liked else Value(None, output_field=CharField()),
        withheld=withholding.withheld_likes(slots.time("at")),
    )


def _post_row(row: tuple, at: datetime, viewer: Viewer) -> Row:
    return Row((row[-1], row[0]), card_json(row, at, viewer), row[_EXPIRE_AT])


def card_json(row: tuple, at: datetime, viewer: Viewer) -> str:
    """The JSON text of a PostCard, of a row with version and `liked` after its columns."""
    return _post_members(row, at, viewer) + "}"


def _post_members(row: tuple, at: datetime, viewer: Viewer) -> str:
    _, document, slug, status, expire_at, likes, comments, replies, _, *whose, withheld = row[:_VERSION]
    if status == "live" and expire_at and expire_at <= at:
        status = "expired"
    liked = None if viewer.is_anonymous else bool(row[_VERSION + 1])
    return _members(document, slug, status, likes - (withheld or 0), comments, replies, liked, *whose)


@remembered.of_arguments(most=MEMBERS_REMEMBERED)
def _members(
    document: str,
    slug: str,
    status: str,
    likes: int,
    comments: int,
    replies: int,
    liked: bool | None,
    blog_slug: str,
    blog_title: str,
    blog_avatar: str,
    username: str,
    name: str,
    avatar: str | None,
) -> str:
    author_ref = user_ref_json(username, name, avatar)
    bare_ref = user_ref_json(username, name, None) if avatar else author_ref
    return documents.post_members(
        document=document,
        slug=slug,
        status=status,
        blog_slug=blog_slug,
        blog_ref=documents.blog_ref_json(blog_slug, blog_title, blog_avatar, bare_ref),
        author_ref=author_ref,
        likes=likes,
        comments=comments,
        replies=replies,
        liked=liked,
    )


@dataclass(frozen=True, slots=True)
class PostRead:
    """A post as one viewer sees it: the JSON text of the Post object, and what callers need to know of it."""

    id: int
    json: str
    author_id: int
    good_until: datetime | None
    version: int | None


def read_post(
    *,
    viewer: Viewer,
    id: int | None = None,
    blog: str | None = None,
    slug: str | None = None,
    draft: bool = False,
    liked: Liked | None = None,
) -> PostRead | None:
    """The post with this id, or with this slug in this blog, if the viewer may open it. One query.

    With `draft` its author gets his latest edits instead of what the card shows, at the price of a few more.
    """
    at = clock.now()

    def build(slots: Slots) -> QuerySet:
        condition = visibility.seen(slotted(viewer, slots), at=slots.time("at"))
        place = (
            Q(pk=slots.number("id")) if id is not None else Q(blog__slug=slots.text("blog"), slug=slots.text("slug"))
        )
        posts = PostCard.objects.filter(condition, place).annotate(
            previous=neighbour(slots, "lt", "-"), next=neighbour(slots, "gt", "")
        )
        columns = (*POST_COLUMNS, "version", "liked", "detail", "owner_detail", "previous", "next")
        return spliced(posts, liked, slots).values_list(*columns)[:1]

    shape = ("post", viewer_kind(viewer), id is None, liked)
    rows = statement(shape, build).rows(at=at, viewer=viewer.user_id, id=id, blog=blog, slug=slug)
    if not rows:
        return None
    row = rows[0]
    author_id = row[_AUTHOR]
    if draft and viewer.user_id == author_id:
        latest = documents.render_post(BlogPostPage.objects.get(pk=row[0]).get_latest_revision_as_object())
        row = (
            *row[:_DOCUMENT],
            latest.document,
            *row[_DOCUMENT + 1 : _VERSION + 2],
            latest.detail,
            latest.owner_detail,
            *row[_VERSION + 4 :],
        )
    json = post_json(row, at, viewer)
    # What is linked to may be hidden without anything written: such an answer is made anew each time.
    version = None if page_links.are_in(row[_VERSION + 2]) else row[_VERSION]
    previous, following = row[_VERSION + 4 :]
    ends = [row[_EXPIRE_AT], *(_expiry(ref) for ref in (previous, following) if ref)]
    return PostRead(row[0], json, author_id, min(filter(None, ends), default=None), version)


def post_json(row: Sequence, at: datetime, viewer: Viewer, *, is_shared: bool = True) -> str:
    """The JSON text of a Post, of a row with version, `liked`, both details and both neighbours after its columns.

    Without `is_shared`, what is derived from the rest for sharing it is left out.
    """
    detail, owner_detail, previous, following = row[_VERSION + 2 :]
    blog_slug, username, name, avatar = row[9], *row[12:15]
    is_shown = viewer.is_moderator or viewer.user_id == row[_AUTHOR]
    members = _post_members(row, at, viewer)
    detail = documents.close_detail(detail, user_ref_json(username, name, avatar))
    return (
        f"{members},{sharing.with_sharing(members, detail) if is_shared else detail},"
        f"{owner_detail if is_shown else documents.HIDDEN_OWNER_DETAIL},"
        f'"previous":{documents.post_ref(blog_slug, previous)},"next":{documents.post_ref(blog_slug, following)}}}'
    )


def version_of(row: Sequence) -> int:
    """The version of everything public that a row is of."""
    return row[_VERSION]


def _expiry(ref: dict) -> datetime | None:
    """When a neighbour expires; databases write times into JSON with or without their zone."""
    text = ref["expire_at"]
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def neighbour(slots: Slots, beyond: str, sign: str) -> Subquery:
    """The live post of the same blog next to a post, beyond it (`"lt"` or `"gt"`), as facts of a PostRef."""
    posts = PostCard.objects.filter(visibility.live_now(slots.time("at")), blog=OuterRef("blog"))
    posts = posts.filter(
        Q(**{f"published_at__{beyond}": OuterRef("published_at")}) | Q(**{f"pk__{beyond}": OuterRef("pk")}),
        **{f"published_at__{beyond}e": OuterRef("published_at")},
    )
    posts = posts.order_by(f"{sign}published_at", f"{sign}pk")
    return Subquery(posts.values(ref=JSONObject(id="pk", slug="slug", title="title", expire_at="expire_at"))[:1])
