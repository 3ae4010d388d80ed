"""The ids of the home feed's posts, found without reading more of the followed blogs than needed.

Where the followed blogs are busy, a page is among the newest posts of all (beyond the cursor), which one short index
scan gives. Else a page of n posts can only come from the n blogs whose newest posts are the newest: on PostgreSQL these
are found by one index probe per followed blog, then n posts of each are merged, however dormant they are. SQLite has
no LATERAL, but merges `IN` along the index well.
"""

from __future__ import annotations

from django.db import connections
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from accounts.viewers import Viewer
from blogs import visibility
from blogs.models import BlogCard, Follow, PostCard
from blogs.reads.keyset import Order, keyset
from core.statements import Slots

NEWEST = 1_000
"""How many of the newest posts are looked through first."""

# IS TRUE and OFFSET 0 keep PostgreSQL from making joins of conditions, which would be asked of every followed blog:
# in order of time they are asked of a page's worth.
_HOME = """
WITH mine AS MATERIALIZED (
    SELECT blog_id FROM blogs_follow WHERE user_id = %s AND accepted_at IS NOT NULL
    UNION SELECT blog_id FROM blogs_blogcard WHERE owner_id = %s
), recent AS MATERIALIZED (
    SELECT post_id FROM (
        SELECT post_id, blog_id, published_at FROM blogs_postcard
        WHERE {live} {beyond} ORDER BY published_at {way}, post_id {way} LIMIT {newest}
    ) found
    WHERE (blog_id IN (SELECT blog_id FROM mine)) IS TRUE
        AND EXISTS (SELECT 1 FROM ({existing}) blog WHERE blog.blog_id = found.blog_id OFFSET 0)
    ORDER BY published_at {way}, post_id {way} LIMIT {limit}
)
SELECT post_id FROM recent WHERE (SELECT COUNT(*) FROM recent) = {limit}
UNION ALL
SELECT post_id FROM (
    SELECT post.post_id FROM (
        SELECT blog_id FROM (
            SELECT mine.blog_id, head.published_at, head.post_id FROM mine CROSS JOIN LATERAL (
                SELECT published_at, post_id FROM blogs_postcard
                WHERE blog_id = mine.blog_id AND {live} {beyond} ORDER BY published_at {way}, post_id {way} LIMIT 1
            ) head ORDER BY head.published_at {way}, head.post_id {way} OFFSET 0
        ) found
        WHERE EXISTS (SELECT 1 FROM ({existing}) blog WHERE blog.blog_id = found.blog_id OFFSET 0)
        ORDER BY published_at {way}, post_id {way} LIMIT {limit}
    ) busiest CROSS JOIN LATERAL (
        SELECT published_at, post_id FROM blogs_postcard
        WHERE blog_id = busiest.blog_id AND {live} {beyond} ORDER BY published_at {way}, post_id {way} LIMIT {limit}
    ) post ORDER BY post.published_at {way}, post.post_id {way} LIMIT {limit}
) merged WHERE (SELECT COUNT(*) FROM recent) < {limit}
"""
_LIVE = "is_live AND (expire_at IS NULL OR expire_at > %s)"


def home_window(viewer: Viewer, slots: Slots, *, limit: int, backward: bool, starts: bool, using: str = "default"):
    """The ids of up to `limit` posts of the blogs the viewer follows or owns, after the key in the slots."""
    existing = BlogCard.objects.filter(visibility.blog_exists_for(viewer, at=slots.time("at")))
    if connections[using].vendor != "postgresql":
        follows = Follow.objects.filter(blog=OuterRef("pk"), user=viewer.user_id, accepted_at__isnull=False)
        blogs = existing.filter(Q(Exists(follows)) | Q(owner=viewer.user_id))
        posts = PostCard.objects.filter(visibility.live_now(slots.time("at")), blog__in=blogs.values("pk"))
        newest = Order("published_at")
        posts = keyset(posts, newest, slots=slots, backward=backward, starts=starts)
        return posts.values("pk")[:limit]
    blog, of_blog = existing.values("blog_id").query.get_compiler(using=using).as_sql()
    sign, way = (">", "ASC") if backward else ("<", "DESC")
    beyond = "" if starts else f"AND (published_at, post_id) {sign} (%s, %s)"
    of_post = [slots.time("at"), *([] if starts else [slots.time("key"), slots.number("id")])]
    sql = _HOME.format(existing=blog, live=_LIVE, beyond=beyond, way=way, limit=limit, newest=NEWEST)
    params = [viewer.user_id, viewer.user_id, *of_post, *of_blog, *of_post, *of_blog, *of_post]
    return RawSQL(sql, params)  # noqa: S611  (no value is in the text, only what is formatted above)
