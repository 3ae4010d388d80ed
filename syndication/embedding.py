"""The card of a post for other sites, as oEmbed describes it: a quotation in plain HTML, without scripts or frames."""

from __future__ import annotations

import json
from html import escape
from urllib.parse import unquote, urlencode, urlsplit
from xml.sax.saxutils import escape as escape_xml

from django.conf import settings

from accounts.viewers import ANONYMOUS
from blogs import reads
from blogs.urls import blog_url, site_url
from core import holes
from syndication.feeds import clean

WIDTH, HEIGHT = 600, 200
CACHE_SECONDS = 3600
LONGEST_TEXT = 300


def find_post(address: str) -> dict | None:
    """The Post that everybody sees at this address of ours, or what leads there; None for any other address."""
    try:
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
    except ValueError:
        return None
    path = next((path for base in (site_url(), settings.BASE_URL) if (path := _below(base, origin, parts.path))), None)
    if path is None:
        return None
    blog, slug = path
    found = reads.read_post(viewer=ANONYMOUS, blog=blog, slug=slug)
    if found is None:
        blog = reads.moved_blog(viewer=ANONYMOUS, slug=blog) or blog
        slug = reads.moved_post(viewer=ANONYMOUS, blog=blog, slug=slug) or slug
        found = reads.read_post(viewer=ANONYMOUS, blog=blog, slug=slug)
    return json.loads(found.json) if found else None


def _below(base: str, origin: str, path: str) -> tuple[str, str] | None:
    """The slugs of blog and post in a path below the base of readers' addresses."""
    own = urlsplit(base)
    if origin != f"{own.scheme}://{own.netloc}".lower() or not path.startswith(f"{own.path}/"):
        return None
    slugs = [unquote(part) for part in path.removeprefix(f"{own.path}/").rstrip("/").split("/")]
    is_sane = len(slugs) == 2 and all(slug and slug.isprintable() for slug in slugs)
    return (slugs[0], slugs[1]) if is_sane else None


def embedding_of(post: dict, *, max_width: int | None = None, max_height: int | None = None) -> dict:
    """What oEmbed says of a post, no larger than asked for."""
    blog, author = post["blog"], post["author"]["name"] or post["author"]["username"]
    width, height = min(WIDTH, max_width or WIDTH), min(HEIGHT, max_height or HEIGHT)
    embedding = {
        "version": "1.0",
        "type": "rich",
        "title": post["title"],
        "url": post["url"],
        "author_name": author,
        "author_url": blog_url(blog["slug"]),
        "provider_name": settings.WAGTAIL_SITE_NAME,
        "provider_url": f"{site_url()}/",
        "cache_age": CACHE_SECONDS,
        "width": width,
        "height": height,
        "html": _quotation(post, author, width),
    }
    return embedding | _thumbnail(post["feature_image"], max_width, max_height)


def _quotation(post: dict, author: str, width: int) -> str:
    url = escape(post["url"])
    intro = post["intro"] if len(post["intro"]) <= LONGEST_TEXT else f"{post['intro'][: LONGEST_TEXT - 1]}…"
    text = f"<p>{escape(intro)}</p>" if intro else ""
    return (
        f'<blockquote class="inktree-post" cite="{url}" style="max-width:{width}px">'
        f'<p><a href="{url}"><strong>{escape(post["title"])}</strong></a></p>{text}'
        f"<footer>{escape(author)} · {escape(post['blog']['title'])}</footer></blockquote>"
    )


def _thumbnail(image: dict | None, max_width: int | None, max_height: int | None) -> dict:
    """The largest size of a picture that fits, if any does."""
    sizes = sorted(image["renditions"].values(), key=lambda size: -size["width"]) if image else []
    for size in sizes:
        if size["width"] <= (max_width or size["width"]) and size["height"] <= (max_height or size["height"]):
            return {
                "thumbnail_url": size["url"],
                "thumbnail_width": size["width"],
                "thumbnail_height": size["height"],
            }
    return {}


def discovery_address(post_address: str, kind: str) -> str:
    """Where the card of the post at this address is found."""
    query = urlencode({"url": post_address, "format": kind})
    return f"{settings.BASE_URL}/oembed/?{query}"


def as_json(embedding: dict) -> str:
    """The card as JSON."""
    return holes.dumps(embedding)


def as_xml(embedding: dict) -> str:
    """The card as XML."""
    members = "".join(f"<{name}>{escape_xml(clean(str(value)))}</{name}>" for name, value in embedding.items())
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>{members}</oembed>\n'
