"""The sitemap: an index, and files of the public blogs and posts whose ids lie in one range each.

A range never has more than `PART` addresses, and finding it is a probe of an index, however many posts there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from django.core.files.storage import storages
from django.db import connection
from django.db.models import F, OuterRef, Subquery

from accounts.viewers import ANONYMOUS
from blogs import visibility
from blogs.models import BlogCard, PostCard, PostImage
from blogs.urls import blog_url, post_url, site_url
from core import clock
from core.clock import iso
from media.storing import IMAGES
from syndication.models import PART, SyncedPost

IMAGES_EACH = 10
"""How many pictures of a post are named, so that no file grows beyond 50 MB."""
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_IMAGES = "http://www.google.com/schemas/sitemap-image/1.1"

_NONE = 2**31 - 1
_PARTS = f"""
WITH RECURSIVE parts (part) AS (
    SELECT 0
    UNION ALL
    SELECT NULLIF({{least}}(
        COALESCE((
            SELECT MIN(told.part) FROM {SyncedPost._meta.db_table} told WHERE told.is_public AND told.part > parts.part
        ), {_NONE}),
        COALESCE((
            SELECT MIN(blog_id) FROM {BlogCard._meta.db_table}
            WHERE is_live AND NOT is_private AND blog_id >= (parts.part + 1) * {PART}
        ) / {PART}, {_NONE})
    ), {_NONE}) FROM parts WHERE parts.part IS NOT NULL
)
SELECT part, (
    SELECT MAX(told.at) FROM {SyncedPost._meta.db_table} told WHERE told.is_public AND told.part = parts.part
) FROM parts WHERE part IS NOT NULL
"""  # noqa: S608  (made of constants)


def write_index(address: Callable[[int], str]) -> str:
    """The index; `address` makes the address of a part of its number. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTS.format(least="LEAST" if connection.vendor == "postgresql" else "MIN"))
        parts = cursor.fetchall()
    written = "".join(
        f"<sitemap><loc>{escape(address(part))}</loc>{_lastmod(_time(at))}</sitemap>\n" for part, at in parts
    )
    return f'{_HEAD}<sitemapindex xmlns="{_SITEMAPS}">\n{written}</sitemapindex>\n'


def write_part(number: int) -> str | None:
    """The addresses of one range of ids; None where there are none. Three queries."""
    first, last = number * PART, (number + 1) * PART - 1
    entries = "".join([*_of_pages(first), *_of_blogs(first, last), *_of_posts(first, last)])
    if not entries:
        return None
    return f'{_HEAD}<urlset xmlns="{_SITEMAPS}" xmlns:image="{_IMAGES}">\n{entries}</urlset>\n'


def _of_pages(first: int) -> list[str]:
    return [_url(f"{site_url()}/", None)] if first == 0 else []


def _of_blogs(first: int, last: int) -> Iterator[str]:
    blogs = BlogCard.objects.filter(visibility.blog_open_to(ANONYMOUS), pk__gte=first, pk__lte=last).order_by("pk")
    posts = PostCard.objects.filter(visibility.live_now(clock.now()), blog=OuterRef("pk")).order_by("-published_at")
    newest = Subquery(posts.values("published_at")[:1])
    for slug, at in blogs.annotate(at=newest).values_list("slug", "at"):
        yield _url(blog_url(slug), at)


def _of_posts(first: int, last: int) -> Iterator[str]:
    pictures = defaultdict(list)
    shown = PostImage.objects.filter(visibility.public(prefix="post__"), post__gte=first, post__lte=last).order_by("pk")
    url = storages[IMAGES].url
    for post, file in shown.values_list("post", "image__file"):
        if len(pictures[post]) < IMAGES_EACH:
            pictures[post].append(url(file))
    posts = PostCard.objects.filter(visibility.public(), pk__gte=first, pk__lte=last).order_by("pk")
    columns = ("pk", "slug", "blog__slug", "at")
    for pk, slug, blog, at in posts.annotate(at=F("post__last_published_at")).values_list(*columns):
        yield _url(post_url(blog, slug), at, pictures.get(pk, ()))


def _url(address: str, at: datetime | None, pictures=()) -> str:
    images = "".join(f"<image:image><image:loc>{escape(one)}</image:loc></image:image>" for one in pictures)
    return f"<url><loc>{escape(address)}</loc>{_lastmod(at)}{images}</url>\n"


def _lastmod(at: datetime | None) -> str:
    return f"<lastmod>{iso(at)}</lastmod>" if at else ""


def _time(at: datetime | str | None) -> datetime | None:
    """A time from a plain query; SQLite gives it as a text, in UTC."""
    return datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at
