"""RSS, Atom and JSON Feed: of all public blogs, of one, of a tag; and by a secret address, of a private one."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.viewers import ANONYMOUS, Viewer
from api.public_pages import Published, last_change, private_answer, public_answer
from api.redirects import PermanentRedirect
from blogs import reads
from blogs.reads.whole import WholeList, newest_posts
from blogs.urls import site_url
from core.errors import Invalid
from syndication import links
from syndication.feeds import CONTENT_TYPES, LENGTH, Feed, write_feed

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
KINDS = "|".join(CONTENT_TYPES)
LONGEST_TAG = 100


@require_safe
def latest(request: HttpRequest, kind: str) -> HttpResponse:
    """The latest posts of all public blogs."""

    def make() -> Published:
        posts = newest_posts(viewer=ANONYMOUS, where=reads.PostFilter(only_public=True), limit=LENGTH)
        name = settings.WAGTAIL_SITE_NAME
        feed = Feed(f"{settings.BASE_URL}/", name, f"The latest posts on {name}", f"{site_url()}/",
                    _address(request), BEGINNING)  # fmt: skip
        return _published(request, kind, feed, posts)

    return public_answer(request, make)


@require_safe
def of_blog(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The latest posts of a public blog; an old slug leads to the feed it has now."""

    def make() -> Published | None:
        blog = _open_blog(ANONYMOUS, slug)
        if blog is None or blog["is_private"]:
            return None
        posts = newest_posts(viewer=ANONYMOUS, where=reads.PostFilter(blog=slug, only_public=True), limit=LENGTH)
        return _published(request, kind, _feed_of_blog(blog, _address(request)), posts)

    try:
        return public_answer(request, lambda: make() or _missing())
    except Http404:
        now = reads.moved_blog(viewer=ANONYMOUS, slug=slug)
        blog = _open_blog(ANONYMOUS, now) if now and now != slug else None
        if blog is None or blog["is_private"]:
            raise
        query = request.META.get("QUERY_STRING")
        path = reverse("blog-feed", kwargs={"slug": now, "kind": kind})
        return PermanentRedirect(f"{path}?{query}" if query else path)


@require_safe
def of_tag(request: HttpRequest, tag: str, kind: str) -> HttpResponse:
    """The latest public posts with a tag; one that no such post has is not there."""
    if len(tag) > LONGEST_TAG or not tag.isprintable():
        raise Http404

    def make() -> Published:
        posts = newest_posts(viewer=ANONYMOUS, where=reads.PostFilter(tag=tag, only_public=True), limit=LENGTH)
        if not posts.posts:
            raise Http404
        name = settings.WAGTAIL_SITE_NAME
        feed = Feed(_address(request), f"{tag} · {name}", f"The latest posts on {name} about {tag}", f"{site_url()}/",
                    _address(request), BEGINNING)  # fmt: skip
        return _published(request, kind, feed, posts)

    return public_answer(request, make)


@require_safe
def private(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """The latest posts of a private blog, for whoever holds the address that a follower got."""
    found = links.reader_of(token)
    if found is None:
        raise Http404
    reader, card = found
    blog = _open_blog(reader, card.slug)
    if blog is None:
        raise Http404
    posts = newest_posts(viewer=reader, where=reads.PostFilter(blog=card.slug), limit=LENGTH)
    return private_answer(request, _published(request, kind, _feed_of_blog(blog, _address(request)), posts))


def _open_blog(viewer: Viewer, slug: str) -> dict | None:
    """The Blog, unless the viewer would get no more than the shell of it."""
    found = reads.read_blog(viewer=viewer, slug=slug)
    blog = json.loads(found.json) if found else None
    return blog if blog and blog["url"] is not None else None


def _feed_of_blog(blog: dict, address: str) -> Feed:
    return Feed(
        id=f"{settings.BASE_URL}/api/v2/pages/{blog['id']}/",
        title=blog["title"],
        description=blog["description"],
        home=blog["url"],
        address=address,
        since=datetime.fromisoformat(blog["created_at"]),
        icon=blog["avatar"] and blog["avatar"]["renditions"]["thumbnail"]["url"],
        author=blog["owner"],
    )


def _published(request: HttpRequest, kind: str, feed: Feed, posts: WholeList) -> Published:
    content = request.GET.get("content", "full")
    if content not in ("full", "intro"):
        raise Invalid("Choose one of: full, intro.", attr="content")
    body = write_feed(kind, feed, posts.posts, is_whole=content == "full")
    return Published(body, posts.good_until, posts.version, CONTENT_TYPES[kind], last_change())


def _address(request: HttpRequest) -> str:
    return f"{settings.BASE_URL}{request.get_full_path()}"


def _missing() -> Published:
    raise Http404
