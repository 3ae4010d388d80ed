"""The conditions for the home feed's posts, which are found without reading more of the followed blogs than needed.

Where the followed blogs are busy, a page is among the newest posts of all (beyond the cursor), which a short index
scan gives: `recent_window`. Where that gives too few, `home_window` finds the page however dormant the blogs are: n
posts can only come from the n blogs whose newest posts are the newest. On PostgreSQL these are found by one index probe
per followed blog, and n posts of each are merged.

The first page of somebody who follows many blogs spares the probes: his n + 1 blogs are among those of all that posted
last, by `BlogCard.newest_post_at`. That is taken where it is certain to be right: n posts are newer than what any blog
left out may have. It may say too much (of a post that has expired): then the probes follow. It says too little only of
a post that a process of the release before it has published, until `jobs.note_newest_posts` has run.

SQLite has no LATERAL, but merges `IN` along the index well.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from django.db import connection
from django.db.models import BooleanField, DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce

from accounts.viewers import Viewer
from blogs import visibility
from blogs.models import BlogCard, Follow, PostCard
from blogs.reads.keyset import Order, keyset
from core.slots import Slots

NEWEST_FIRST = Order("published_at")

RECENT = 10
"""How many pages of the newest posts are looked through first."""

MANY = 5
"""From how many pages of followed blogs on looking through those that posted last costs less than a probe for each."""

NEWEST = 1_000
"""How many of the blogs that posted last are looked through."""

SPARED_SECONDS = 60
"""For so long the newest posts are not looked through again for who follows too few of them."""

MOST_REMEMBERED = 10_000
_asked_in_vain: dict[int, float] = {}

Window = Callable[..., Q]
"""Called with viewer, slots, `limit`, `backward` and `starts`."""

# IS TRUE and OFFSET 0 keep PostgreSQL from making joins of conditions, which would be asked of every followed blog:
# in order of time they are asked of a page's worth.
_FOLLOWED = "SELECT blog_id FROM blogs_follow WHERE user_id = %s AND accepted_at IS NOT NULL"
_IS_MINE = "({blog} IN ({followed} UNION ALL SELECT blog_id FROM blogs_blogcard WHERE owner_id = %s)) IS TRUE"
_EXISTS = "EXISTS (SELECT 1 FROM ({existing}) blog WHERE blog.blog_id = found.blog_id OFFSET 0)"
_MINE = """
    {followed} UNION ALL SELECT blog_id FROM blogs_blogcard own WHERE owner_id = %s AND NOT EXISTS (
        SELECT 1 FROM blogs_follow WHERE user_id = owner_id AND blog_id = own.blog_id AND accepted_at IS NOT NULL
    )
"""
_PROBED = """
    SELECT post.post_id FROM (
        SELECT blog_id FROM (
            SELECT mine.blog_id, head.published_at, head.post_id FROM mine CROSS JOIN LATERAL (
                SELECT published_at, post_id FROM blogs_postcard
                WHERE blog_id = mine.blog_id AND {live} {beyond} ORDER BY published_at {way}, post_id {way} LIMIT 1
            ) head ORDER BY head.published_at {way}, head.post_id {way} OFFSET 0
        ) found
        WHERE {exists} ORDER BY published_at {way}, post_id {way} LIMIT {limit}
    ) busiest CROSS JOIN LATERAL (
        SELECT published_at, post_id FROM blogs_postcard
        WHERE blog_id = busiest.blog_id AND {live} {beyond} ORDER BY published_at {way}, post_id {way} LIMIT {limit}
    ) post ORDER BY post.published_at {way}, post.post_id {way} LIMIT {limit}
"""
_LATEST = """
    SELECT blog_id, newest_post_at FROM (
        SELECT blog_id, newest_post_at FROM blogs_blogcard
        WHERE newest_post_at IS NOT NULL AND (SELECT COUNT(*) FROM ({followed} LIMIT {many}) followed) = {many}
        ORDER BY newest_post_at DESC, blog_id DESC LIMIT {newest}
    ) found
    WHERE {is_mine} AND {exists}
    ORDER BY newest_post_at DESC, blog_id DESC LIMIT {limit} + 1
"""
_LIKELY = """
    SELECT post.post_id, post.published_at FROM latest CROSS JOIN LATERAL (
        SELECT published_at, post_id FROM blogs_postcard
        WHERE blog_id = latest.blog_id AND {live} AND published_at >= (SELECT MIN(newest_post_at) FROM latest)
        ORDER BY published_at DESC, post_id DESC LIMIT {limit}
    ) post ORDER BY post.published_at DESC, post.post_id DESC LIMIT {limit}
"""
_IS_CERTAIN = """
    SELECT (SELECT COUNT(*) FROM latest) > {limit} AND (SELECT COUNT(*) FROM likely) = {limit}
    AND (SELECT MIN(published_at) FROM likely) > (SELECT MIN(newest_post_at) FROM latest)
"""
_FIRST_PAGE = """
WITH mine AS MATERIALIZED ({mine}), latest AS MATERIALIZED ({latest}), likely AS MATERIALIZED ({likely}),
certain (yes) AS MATERIALIZED ({is_certain})
SELECT post_id FROM likely WHERE (SELECT yes FROM certain)
UNION ALL SELECT post_id FROM ({probed}) probed WHERE (SELECT yes FROM certain) IS NOT TRUE
"""
_OTHER_PAGE = "WITH mine AS MATERIALIZED ({mine}) {probed}"
_LIVE = "is_live AND (expire_at IS NULL OR expire_at > %s)"


def home_windows(viewer: Viewer, *, starts: bool) -> Iterator[Window]:
    """What gives the condition for the posts of a page, to be asked in this order until one finds enough."""
    now = time.monotonic()
    if connection.vendor == "postgresql" and not (starts and _asked_in_vain.get(viewer.user_id, 0) > now):
        yield recent_window
        if starts:  # and it did not find enough, or nobody would have come back for more
            _note_vain(viewer.user_id, until=now + SPARED_SECONDS)
    yield home_window


def _note_vain(user_id: int, *, until: float) -> None:
    while len(_asked_in_vain) >= MOST_REMEMBERED:
        _asked_in_vain.pop(next(iter(_asked_in_vain)), None)
    _asked_in_vain[user_id] = until


def recent_window(viewer: Viewer, slots: Slots, *, limit: int, backward: bool, starts: bool) -> Q:
    """Those of `home_window` that are among the newest posts of all; on PostgreSQL."""
    at = slots.time("at")
    posts = keyset(
        PostCard.objects.filter(visibility.live_now(at)), NEWEST_FIRST, slots=slots, backward=backward, starts=starts
    )
    last = Subquery(posts.values("published_at")[RECENT * limit - 1 : RECENT * limit])
    end = Cast(Value("infinity" if backward else "-infinity"), DateTimeField())  # where there are fewer
    within = {f"published_at__{'lte' if backward else 'gte'}": Coalesce(last, end)}
    is_mine = _IS_MINE.format(blog='"blogs_postcard"."blog_id"', followed=_FOLLOWED)
    mine = RawSQL(is_mine, [viewer.user_id, viewer.user_id], output_field=BooleanField())  # noqa: S611
    return Q(mine, **within) & visibility.live_now(at) & visibility.blog_exists_for(viewer, at=at, prefix="blog__")


def home_window(viewer: Viewer, slots: Slots, *, limit: int, backward: bool, starts: bool) -> Q:
    """The first `limit` posts of the blogs the viewer follows or owns, after the key in the slots."""
    ids = _ids(viewer, slots, limit=limit, backward=backward, starts=starts)
    return Q(pk__in=ids) & visibility.live_now(slots.time("at"))


def _ids(viewer: Viewer, slots: Slots, *, limit: int, backward: bool, starts: bool) -> QuerySet | RawSQL:
    if connection.vendor != "postgresql":
        follows = Follow.objects.filter(blog=OuterRef("pk"), user=viewer.user_id, accepted_at__isnull=False)
        blogs = _existing(viewer, slots).filter(Q(Exists(follows)) | Q(owner=viewer.user_id))
        posts = PostCard.objects.filter(visibility.live_now(slots.time("at")), blog__in=blogs.values("pk"))
        posts = keyset(posts, NEWEST_FIRST, slots=slots, backward=backward, starts=starts)
        return posts.values("pk")[:limit]
    parts, of_post, of_blog = _parts(viewer, slots, limit=limit, backward=backward, starts=starts)
    of_viewer, of_probed = [viewer.user_id, viewer.user_id], [*of_post, *of_blog, *of_post]
    mine, probed = _MINE.format(**parts), _PROBED.format(**parts)
    if not starts:
        return RawSQL(_OTHER_PAGE.format(mine=mine, probed=probed), [*of_viewer, *of_probed])  # noqa: S611
    sql = _FIRST_PAGE.format(
        mine=mine,
        latest=_LATEST.format(**parts, is_mine=_IS_MINE.format(**parts, blog="blog_id")),
        likely=_LIKELY.format(**parts),
        is_certain=_IS_CERTAIN.format(**parts),
        probed=probed,
    )
    of_latest = [viewer.user_id, *of_viewer, *of_blog]
    return RawSQL(sql, [*of_viewer, *of_latest, *of_post, *of_probed])  # noqa: S611


def _existing(viewer: Viewer, slots: Slots) -> QuerySet[BlogCard]:
    return BlogCard.objects.filter(visibility.blog_exists_for(viewer, at=slots.time("at")))


def _parts(viewer: Viewer, slots: Slots, *, limit: int, backward: bool, starts: bool) -> tuple[dict, list, list]:
    """What the texts above are filled with (never with a value), and the parameters of a post's and a blog's part."""
    existing = _existing(viewer, slots).values("blog_id").query
    blog, of_blog = existing.get_compiler(using="default").as_sql()
    sign, way = (">", "ASC") if backward else ("<", "DESC")
    beyond = "" if starts else f"AND (published_at, post_id) {sign} (%s, %s)"
    of_post = [slots.time("at"), *([] if starts else [slots.time("key"), slots.number("id")])]
    parts = {"exists": _EXISTS.format(existing=blog), "live": _LIVE, "beyond": beyond, "way": way}
    parts |= {"followed": _FOLLOWED, "limit": limit, "many": MANY * limit, "newest": NEWEST}
    return parts, of_post, list(of_blog)
