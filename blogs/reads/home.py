"""The ids of the home feed's posts, found without reading more of the followed blogs than needed.

A page of n posts can only come from the n blogs whose newest posts (beyond the cursor) are the newest. On PostgreSQL
these are found by one index probe per followed blog, then n posts of each are merged: some 1,000 probes for 1,000
blogs, however busy or dormant they are. SQLite has no LATERAL, but merges `IN` along the index well.
"""

from __future__ import annotations

from django.db import connections
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.viewers import Viewer
from blogs import visibility
from blogs.models import BlogCard, Follow, PostCard
from blogs.reads.keyset import Order, keyset
from core.statements import Slots

_LATERAL = """
WITH mine AS MATERIALIZED ({blogs})
SELECT post.post_id FROM (
    SELECT mine.blog_id FROM mine CROSS JOIN LATERAL (
        SELECT published_at, post_id FROM blogs_postcard
        WHERE blog_id = mine.blog_id AND {live} {beyond} ORDER BY published_at {way}, post_id {way} LIMIT 1
    ) head ORDER BY head.published_at {way}, head.post_id {way} LIMIT {limit}
) busiest CROSS JOIN LATERAL (
    SELECT published_at, post_id FROM blogs_postcard
    WHERE blog_id = busiest.blog_id AND {live} {beyond} ORDER BY published_at {way}, post_id {way} LIMIT {limit}
) post ORDER BY post.published_at {way}, post.post_id {way} LIMIT {limit}
"""
_LIVE = "is_live AND (expire_at IS NULL OR expire_at > %s)"


def home_window(viewer: Viewer, slots: Slots, *, limit: int, backward: bool, starts: bool, using: str = "default"):
    """The ids of up to `limit` posts of the blogs the viewer follows or owns, after the key in the slots."""
    blogs = followed_blogs(viewer, slots)
    if connections[using].vendor != "postgresql":
        posts = PostCard.objects.filter(visibility.live_now(slots.time("at")), blog__in=blogs.values("pk"))
        newest = Order("published_at")
        posts = keyset(posts, newest, slots=slots, backward=backward, starts=starts)
        return posts.values("pk")[:limit]
    blogs_sql, blogs_params = blogs.values("blog_id").query.get_compiler(using=using).as_sql()
    sign, way = (">", "ASC") if backward else ("<", "DESC")
    beyond = "" if starts else f"AND (published_at, post_id) {sign} (%s, %s)"
    sql = _LATERAL.format(blogs=blogs_sql, live=_LIVE, beyond=beyond, way=way, limit=limit)
    edge = [] if starts else [slots.time("key"), slots.number("id")]
    params = [*blogs_params, *([slots.time("at"), *edge] * 2)]
    return RawSQL(sql, params)  # noqa: S611  (no value is in the text, only what is formatted above)


def followed_blogs(viewer: Viewer, slots: Slots) -> QuerySet[BlogCard]:
    """The blogs the viewer follows or owns, but for those that do not exist for him now."""
    follows = Follow.objects.filter(blog=OuterRef("pk"), user=viewer.user_id, accepted_at__isnull=False)
    exists = visibility.blog_exists_for(viewer, at=slots.time("at"))
    return BlogCard.objects.filter(exists, Q(Exists(follows)) | Q(owner=viewer.user_id))
