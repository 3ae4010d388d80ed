"""Turns marks into news for mirrors: looks at each marked post as it is now, and tells what differs from what was told.

One transaction at a time does this, behind a lock that no writer of posts takes, and gives the next sequences. So they
become visible in their order, without gaps, however transactions that change posts overlap: a mark is visible no
sooner than its change, and is looked at after that.

What is compared is the Post itself. So it does no harm to look at a post in vain, and nothing here has to know what a
Post depends on, but for its neighbours and those that link to it: their marks are derived from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Max, Q
from wagtail.models import Page, ReferenceIndex

from blogs.models import PostCard
from blogs.reads.whole import MOST, WholePost, public_posts
from blogs.visibility import public
from core import clock
from syndication.models import PART, SyncedPost, SyncMark

BATCH = MOST
LOCK = int.from_bytes(hashlib.sha256(b"inktree:sync").digest()[:8], "big", signed=True)
DIRECT, MANY, DERIVED = SyncMark.Rank.DIRECT, SyncMark.Rank.MANY, SyncMark.Rank.DERIVED
FIELDS = ("sequence", "at", "is_public", "part", "digest", "reference", "previous", "next", "check_at")

_ALL_POSTS = f"""
INSERT INTO {SyncMark._meta.db_table} (post, rank)
SELECT card.post_id, {DERIVED.value} FROM {PostCard._meta.db_table} card
LEFT JOIN {SyncedPost._meta.db_table} told ON told.post = card.post_id
WHERE card.{{column}} = %s AND (card.is_live OR told.is_public)
ORDER BY card.published_at, card.post_id
"""  # noqa: S608  (made of constants)


def settle(*, most: int) -> int:
    """Settle some `most` marks, the direct ones first, in transactions of up to `BATCH`; returns how many it was."""
    settled = 0
    while settled < most and (number := _settle_batch()):
        settled += number
    return settled


@transaction.atomic
def _settle_batch() -> int:
    lock()
    marks = list(SyncMark.objects.order_by("rank", "pk")[:BATCH])
    if not marks:
        return 0
    for mark in marks:
        if mark.post is None:
            _mark_all(mark)
    ranks: dict[int, int] = {}
    for mark in marks:
        if mark.post is not None:
            ranks[mark.post] = min(mark.rank, ranks.get(mark.post, mark.rank))
    _look_at(ranks)
    SyncMark.objects.filter(pk__in=[mark.pk for mark in marks]).delete()
    return len(marks)


def lock() -> None:
    """Wait until this transaction alone gives sequences. On SQLite every transaction is alone."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _mark_all(mark: SyncMark) -> None:
    """Mark each post of a blog or an author: those that are live, and those that mirrors still have."""
    column, value = ("blog_id", mark.blog) if mark.blog is not None else ("author_id", mark.author)
    with connection.cursor() as cursor:
        cursor.execute(_ALL_POSTS.format(column=column), [value])
    if mark.blog is not None:
        _derive(_linking_to([mark.blog]))


def _look_at(ranks: dict[int, int]) -> None:
    now = clock.now()
    posts = public_posts(ranks)
    told = SyncedPost.objects.in_bulk(list(ranks))
    checks = _block_ends([pk for pk in ranks if pk not in posts], now)
    sequence = SyncedPost.objects.aggregate(last=Max("sequence"))["last"] or 0
    written, moved, news, neighbours = [], [], [], set()
    for pk, rank in ranks.items():
        before, post = told.get(pk), posts.get(pk)
        after = _fresh(pk, post, check_at=post.expire_at if post else checks.get(pk))
        is_placed = _is_placed_anew(before, after, is_direct=rank == DIRECT)
        if is_placed:
            moved.append(pk)
            neighbours |= {after.previous, after.next}
        if _is_news(before, after):
            sequence += 1
            after.sequence, after.at = sequence, now
            news.append(pk)
        elif before is not None:
            after.sequence, after.at = before.sequence, before.at
        elif after.check_at is None:
            continue
        if before is None or any(getattr(before, name) != getattr(after, name) for name in FIELDS):
            written.append(after)
    SyncedPost.objects.bulk_create(written, update_conflicts=True, unique_fields=["post"], update_fields=FIELDS)
    _derive((neighbours | _referring_to(moved) | _linking_to(news)) - {None} - ranks.keys())


def _fresh(pk: int, post: WholePost | None, *, check_at: datetime | None) -> SyncedPost:
    """What is to be told of a post now; sequence and time are still open."""
    now = clock.now()
    if post is None:
        return SyncedPost(post=pk, at=now, part=pk // PART, check_at=check_at)
    return SyncedPost(
        post=pk,
        at=now,
        is_public=True,
        part=pk // PART,
        digest=_digest(post.uncounted, 16),
        reference=_digest(f"{post.slug} {post.title}", 8),
        previous=post.previous,
        next=post.next,
        check_at=check_at,
    )


def _is_news(before: SyncedPost | None, after: SyncedPost) -> bool:
    if before is None:
        return after.is_public
    return before.is_public != after.is_public or before.digest != after.digest


def _is_placed_anew(before: SyncedPost | None, after: SyncedPost, *, is_direct: bool) -> bool:
    """Whether other posts may have to name this one as neighbour, or no longer, or by another title."""
    if before is None or before.is_public != after.is_public:
        return after.is_public or is_direct or before is not None
    if (before.previous, before.next) != (after.previous, after.next):
        return True
    return before.reference != after.reference if before.reference else is_direct


def _referring_to(posts: Collection[int]) -> set[int]:
    """The posts that were told with one of these as neighbour."""
    if not posts:
        return set()
    refers = Q(previous__in=posts) | Q(next__in=posts)
    return set(SyncedPost.objects.filter(refers, is_public=True).values_list("post", flat=True))


def _linking_to(pages: Collection[int]) -> set[int]:
    """The posts whose texts link to one of these pages, and show its address, or none while it is hidden."""
    if not pages:
        return set()
    page = ContentType.objects.get_for_model(Page)
    links = ReferenceIndex.objects.filter(
        base_content_type=page, to_content_type=page, to_object_id__in=[str(pk) for pk in pages]
    )
    return set(map(int, links.values_list("object_id", flat=True)))


def _derive(posts: Iterable[int]) -> None:
    SyncMark.objects.bulk_create([SyncMark(post=post, rank=DERIVED) for post in sorted(posts)])


def _block_ends(posts: Collection[int], now: datetime) -> dict[int, datetime]:
    """When those of the posts may be public again that are hidden by nothing but blocks with an end."""
    if not posts:
        return {}
    cards = PostCard.objects.filter(pk__in=posts, is_live=True, is_private=False).select_related("blog", "author")
    blocks = (f"{thing}__{column}" for thing in ("blog", "author") for column in ("blocked_at", "blocked_until"))
    cards = cards.only("blog", "author", *blocks)
    ends = {}
    for card in cards:
        blocks = [thing.blocked_until for thing in (card.blog, card.author) if thing.is_blocked(now)]
        if blocks and None not in blocks:
            ends[card.pk] = max(blocks)
    return ends


def _digest(text: str, size: int) -> str:
    return hashlib.blake2b(text.encode(), digest_size=size).hexdigest()


def untrue() -> Iterator[tuple[int, str]]:
    """The posts of which mirrors were told something that is not so, and what; marked ones are settled first."""
    while settle(most=BATCH):
        pass
    told, last = SyncedPost.objects.order_by("pk"), 0
    while batch := list(told.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        posts = public_posts([row.post for row in batch])
        for row in batch:
            fresh = _fresh(row.post, posts.get(row.post), check_at=row.check_at)
            if fresh.is_public != row.is_public:
                yield row.post, "is public" if fresh.is_public else "is not public"
            elif row.digest and (fresh.digest, fresh.previous, fresh.next) != (row.digest, row.previous, row.next):
                yield row.post, "reads differently"
    never = PostCard.objects.filter(public()).exclude(pk__in=SyncedPost.objects.filter(is_public=True).values("pk"))
    for pk in never.order_by("pk").values_list("pk", flat=True).iterator(1000):
        yield pk, "was never told"
