"""History told anew: the rows of the CMS as facts for an empty store of the statistics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from accounts.models import User
from api.statistics import store
from blogs.models import BlogCard, Follow, OldBlogSlug, PostCard
from core import clock, statistics
from core.models import Event
from social.models import Comment, Like, PostViews
from social.views import message_of
from stats.counting import take_facts
from stats.events import read_event
from stats.facts import Fact, State, facts_of, slug_key

CHUNK = 2_000


def rebuild() -> Iterator[int]:
    """Empty the store and count everything that is there; yields how many rows were counted since the last time.

    What happens meanwhile is counted as always. Raises `StoreDown`.
    """
    floor = _last_event()
    found = store()
    found.create()
    found.clear(floor=floor)
    facts = chain(_blogs(floor), _blocks(floor), _posts(floor), _follows(floor), _likes(floor), _comments(floor))
    facts = chain(facts, _views())
    while chunk := list(islice(facts, CHUNK)):
        take_facts(found, chunk, is_history=True)
        yield len(chunk)


def _last_event() -> int:
    """The number of the last event of all that are written: whatever is under way is waited for."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")  # nobody who writes waits longer than that for us
                cursor.execute(f"LOCK TABLE {connection.ops.quote_name(Event._meta.db_table)} IN SHARE MODE")
        return Event.objects.aggregate(last=Max("pk"))["last"] or 0


def _blogs(floor: int) -> Iterator[Fact]:
    for slug, blog in _rows(OldBlogSlug.objects.values_list("slug", "blog_id")):
        yield Fact(slug_key(slug), State(floor, {"blog": blog}))
    for pk, slug, owner, is_live in _rows(BlogCard.objects.values_list("pk", "slug", "owner_id", "is_live")):
        yield from _told("blog.updated", floor, blog=pk, slug=slug, owner=owner, is_live=is_live)


def _blocks(floor: int) -> Iterator[Fact]:
    for model, name in ((User, "user"), (BlogCard, "blog")):
        for pk, until in _rows(model.objects.exclude(blocked_at=None).values_list("pk", "blocked_until")):
            yield from _told(f"{name}.blocked", floor, **{name: pk}, until=clock.iso(until))


def _posts(floor: int) -> Iterator[Fact]:
    fields = ("pk", "blog_id", "published_at", "reply_to_id", "reply_to__blog_id", "is_private")
    for pk, blog, published_at, reply_to, reply_blog, is_private in _rows(
        PostCard.objects.filter(is_live=True).values_list(*fields)
    ):
        if is_private and blog != reply_blog:
            reply_to = reply_blog = None  # see `cards.REPLIES`
        facts = {"is_live": True, "published_at": clock.iso(published_at)}
        yield from _told("post.updated", floor, post=pk, blog=blog, reply_to=reply_to, reply_blog=reply_blog, **facts)


def _follows(floor: int) -> Iterator[Fact]:
    follows = Follow.objects.filter(accepted_at__isnull=False).values_list("blog_id", "user_id", "accepted_at")
    for blog, user, at in _rows(follows):
        yield from _told("blog.followed", floor, at, blog=blog, actor=user)


def _likes(floor: int) -> Iterator[Fact]:
    for post, blog, user, at in _rows(Like.objects.values_list("post_id", "post__blog_id", "user_id", "created_at")):
        yield from _told("post.liked", floor, at, post=post, blog=blog, actor=user)


def _comments(floor: int) -> Iterator[Fact]:
    comments = Comment.objects.filter(deleted_at=None).values_list("pk", "post_id", "post__blog_id", "created_at")
    for pk, post, blog, at in _rows(comments):
        yield from _told("comment.added", floor, at, comment=pk, post=post, blog=blog)


def _views() -> Iterator[Fact]:
    views = PostViews.objects.select_related("post").only("day", "count", "post__blog")
    for row in views.filter(count__gt=0).order_by("pk").iterator(chunk_size=CHUNK):
        yield from facts_of(read_event(message_of(row)))


def _told(kind: str, floor: int, at: datetime | None = None, **payload) -> Iterator[Fact]:
    at = at or clock.now()
    id = "00000000-0000-0000-0000-000000000000"
    yield from facts_of(read_event(statistics.message(kind, id=id, sequence=floor, at=at, payload=payload)))


def _rows(rows: QuerySet) -> Iterable[tuple]:
    return rows.order_by("pk").iterator(chunk_size=CHUNK)
