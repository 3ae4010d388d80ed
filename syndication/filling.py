"""Tells mirrors at once of very many posts, without looking at each: for posts that were written past the services."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Max

from accounts.models import User
from blogs.models import BlogCard, PostCard
from core import clock
from syndication.models import PART, SyncedPost
from syndication.settling import lock

_MISSING = f"""
INSERT INTO {SyncedPost._meta.db_table}
    (post, sequence, at, is_public, part, digest, reference, previous, next, check_at)
SELECT post_id, %s + ROW_NUMBER() OVER (ORDER BY published_at, post_id), %s, TRUE, post_id / {PART}, '', '',
    previous, next, expire_at
FROM (
    SELECT card.post_id, card.published_at, card.expire_at,
        LAG(card.post_id) OVER beside AS previous, LEAD(card.post_id) OVER beside AS next
    FROM {PostCard._meta.db_table} card
    JOIN {BlogCard._meta.db_table} blog ON blog.blog_id = card.blog_id
    JOIN {User._meta.db_table} author ON author.id = card.author_id
    WHERE card.is_live AND NOT card.is_private AND (card.expire_at IS NULL OR card.expire_at > %s)
        AND (blog.blocked_at IS NULL OR blog.blocked_until <= %s)
        AND (author.blocked_at IS NULL OR author.blocked_until <= %s)
    WINDOW beside AS (PARTITION BY card.blog_id ORDER BY card.published_at, card.post_id)
) card
WHERE NOT EXISTS (SELECT 1 FROM {SyncedPost._meta.db_table} told WHERE told.post = card.post_id)
"""  # noqa: S608  (made of constants)


@transaction.atomic
def tell_missing() -> int:
    """Tell of all public posts that were never told; returns how many. What they hold counts as not known."""
    lock()
    last = SyncedPost.objects.aggregate(last=Max("sequence"))["last"] or 0
    at = connection.ops.adapt_datetimefield_value(clock.now())
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [last, at, at, at, at])
        return cursor.rowcount
