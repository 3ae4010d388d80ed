"""Views of posts: one per reader, post and day, without anything kept by which a reader could be known.

A reader is told from others by a digest of where he comes from, with a secret of the day. Both are thrown away when
the day (in UTC) is over. Programs that say of themselves that they crawl the web are left out.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import ua_parser
from django.db import connection, transaction
from django.db.models import F

from blogs.models import PostCard
from core import clock, statistics
from core.statistics import Message, Source
from core.ticker import every
from social.models import PostViews, Reading, Salt

LONGEST_AGENT = 500
DIGEST_BYTES = 16
TELL_AFTER = timedelta(seconds=20)
DAYS_SALTED = 3
CRAWLER = "Spider"
AUTOMATED = {"HeadlessChrome", "PhantomJS"}

_salts: dict[date, bytes] = {}
_counted: dict[bytes, None] = {}
MOST_REMEMBERED = 50_000


def view_post(*, post: PostCard, reader: str, user_agent: str, at: datetime | None = None) -> bool:
    """Count that a reader views a post, once a day; returns whether it counted.

    `reader` is whatever tells him from others; it is not kept.
    """
    if is_crawler(user_agent[:LONGEST_AGENT]):
        return False
    day = (at or clock.now()).astimezone(UTC).date()
    text = f"{post.pk}\n{reader}\n{user_agent[:LONGEST_AGENT]}".encode()
    digest = hashlib.blake2b(text, key=_salt_of(day), digest_size=DIGEST_BYTES).digest()
    if digest in _counted:
        return False
    with transaction.atomic():
        is_new = _note(digest, day)
        if is_new:
            _count(post.pk, day)
    _remember(digest)
    return is_new


@lru_cache(maxsize=2000)
def is_crawler(user_agent: str) -> bool:
    """Whether this is a program that crawls, or a browser that nobody looks at."""
    found = ua_parser.parse(user_agent)
    if found.device and found.device.family == CRAWLER:
        return True
    return bool(found.user_agent and found.user_agent.family in AUTOMATED)


@every(seconds=600)
def forget_readers() -> None:
    """Throw away what told readers apart on days that are over."""
    today = clock.now().date()
    Reading.objects.filter(day__lt=today).delete()
    Salt.objects.filter(day__lt=today).delete()


def _salt_of(day: date) -> bytes:
    """The secret of the day, the same in all processes."""
    if day not in _salts:
        Salt.objects.bulk_create([Salt(day=day, value=secrets.token_bytes(32))], ignore_conflicts=True)
        if len(_salts) > DAYS_SALTED:
            forget_remembered()
        _salts[day] = bytes(Salt.objects.get(day=day).value)
    return _salts[day]


def _note(digest: bytes, day: date) -> bool:
    table = connection.ops.quote_name(Reading._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (digest, day) VALUES (%s, %s) ON CONFLICT DO NOTHING",  # noqa: S608 - our own name
            [digest, day],
        )
        return cursor.rowcount == 1


def _count(post_id: int, day: date) -> None:
    tell_at = clock.now() + TELL_AFTER
    counted = PostViews.objects.filter(post=post_id, day=day)
    if not counted.update(count=F("count") + 1, tell_at=tell_at):
        PostViews.objects.bulk_create([PostViews(post_id=post_id, day=day)], ignore_conflicts=True)
        counted.update(count=F("count") + 1, tell_at=tell_at)
    pk = counted.values_list("pk", flat=True).get()
    transaction.on_commit(lambda: statistics.tell_soon(VIEWS, pk))


def _remember(digest: bytes) -> None:
    """Keep it in this process for a while: who looks again and again costs the database nothing."""
    while len(_counted) >= MOST_REMEMBERED:
        _counted.pop(next(iter(_counted), b""), None)
    _counted[digest] = None


def forget_remembered() -> None:
    """Forget what this process remembers of readers and secrets."""
    _counted.clear()
    _salts.clear()


def _waiting(pks: Sequence[int] | None, due: datetime | None, limit: int) -> list[PostViews]:
    rows = (
        PostViews.objects.filter(count__gt=F("told_count"))
        .select_related("post")
        .only("day", "count", "tell_at", "post__blog")
    )
    if pks is not None:
        rows = rows.filter(pk__in=pks)
    if due is not None:
        rows = rows.filter(tell_at__lte=due)
    return list(rows.order_by("tell_at", "pk")[:limit])


def message_of(views: PostViews) -> Message:
    """What the statistics are told: how many there are now. That may be said again, and in any order."""
    payload = {"post": views.post_id, "blog": views.post.blog_id, "day": views.day.isoformat(), "count": views.count}
    at = datetime.combine(views.day, time(), UTC)
    return statistics.message("post.viewed", id=uuid.uuid4(), sequence=views.count, at=at, payload=payload)


def _told(rows: list[PostViews]) -> None:
    for views in rows:
        PostViews.objects.filter(pk=views.pk, told_count__lt=views.count).update(told_count=views.count)


VIEWS = Source("views", _waiting, message_of, _told)
statistics.add_source(VIEWS)
