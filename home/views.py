"""Plain pages for readers: they show what the API gives the same viewer, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from urllib.parse import urlencode

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from accounts.viewers import Viewer
from blogs import reads
from blogs.previews import CONTENT_SECURITY_POLICY, shown
from core import clock
from syndication.embedding import discovery_address

NEWEST = reads.POST_ORDERS["newest"]
LATEST_COUNT = 7
PAGE_LENGTH = 20
LARGEST_ID = 2**63 - 1
_ENDS_SCRIPT = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


class MovedForGood(HttpResponsePermanentRedirect):
    """308: the same request, at the new address."""

    status_code = 308


def _for_readers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the view who is looking, and let no shared cache keep what only he may see."""

    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, **place) -> HttpResponse:
        viewer = Viewer.of(request.user)
        response = view(request, viewer=viewer, **place)
        response.headers["Cache-Control"] = "public, no-cache" if viewer.is_anonymous else "private, no-store"
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        patch_vary_headers(response, ("Cookie",))
        return response

    return wrapped


@_for_readers
def landing(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """What this place is, and what was written last."""
    found = reads.list_posts(viewer=viewer, order=NEWEST, limit=LATEST_COUNT, where=reads.PostFilter(only_public=True))
    posts = [shown(json.loads(row.json)) for row in found.rows[:LATEST_COUNT]]
    return render(request, "home/landing.html", {"posts": posts})


@_for_readers
def blog(request: HttpRequest, *, viewer: Viewer, blog: str) -> HttpResponse:
    """A blog with its posts, newest first. One that the viewer may not read is not there."""
    document = _open_blog(viewer, blog)
    if document is None:
        slug = reads.moved_blog(viewer=viewer, slug=blog)
        if slug is None or slug == blog or _open_blog(viewer, slug) is None:
            raise Http404
        return MovedForGood(reverse("blog", args=[slug]))
    where = reads.PostFilter(blog=blog)
    posts = reads.list_posts(viewer=viewer, order=NEWEST, limit=PAGE_LENGTH, after=_place(request), where=where)
    context = {
        "blog": shown(document),
        "posts": [shown(json.loads(row.json)) for row in posts.rows[:PAGE_LENGTH]],
        "older": _older(posts.rows),
        "is_first_page": "after" not in request.GET,
    }
    return render(request, "home/blog.html", context)


@_for_readers
def post(request: HttpRequest, *, viewer: Viewer, blog: str, post: str) -> HttpResponse:
    """A post. One that the viewer may not see is not there; old slugs lead to it."""
    found = reads.read_post(viewer=viewer, blog=blog, slug=post)
    if found is None:
        return _moved_post(viewer, blog, post)
    document = json.loads(found.json)
    context = {
        "post": shown(document),
        "json_ld": _for_script(document["seo"]["json_ld"]),
        "oembed": {kind: discovery_address(document["url"], kind) for kind in ("json", "xml")},
        "is_public": viewer.is_anonymous,
    }
    return render(request, "home/post.html", context)


def _for_script(value: dict) -> str:
    """JSON as the contents of a script element, which nothing in it can end."""
    return mark_safe(json.dumps(value, ensure_ascii=False).translate(_ENDS_SCRIPT))  # noqa: S308


def _open_blog(viewer: Viewer, slug: str) -> dict | None:
    """The blog, unless the viewer would get no more than the shell of it."""
    found = reads.read_blog(viewer=viewer, slug=slug)
    document = json.loads(found.json) if found else None
    return document if document and document["url"] is not None else None


def _moved_post(viewer: Viewer, blog: str, post: str) -> HttpResponse:
    blog_now = reads.moved_blog(viewer=viewer, slug=blog) or blog
    post_now = reads.moved_post(viewer=viewer, blog=blog_now, slug=post) or post
    if (blog_now, post_now) == (blog, post) or not reads.read_post(viewer=viewer, blog=blog_now, slug=post_now):
        raise Http404
    return MovedForGood(reverse("post", args=[blog_now, post_now]))


def _place(request: HttpRequest) -> tuple[datetime, int] | None:
    """After which post the page begins, as `?after=<time>,<id>`."""
    if "after" not in request.GET:
        return None
    moment, _, pk = request.GET["after"].rpartition(",")
    try:
        if not (pk.isascii() and pk.isdigit() and int(pk) <= LARGEST_ID):
            raise ValueError(pk)
        at = datetime.fromisoformat(moment)
        return at.astimezone(clock.now().tzinfo), int(pk)
    except (ValueError, OverflowError):
        raise SuspiciousOperation("a bad place in a list") from None


def _older(rows: list[reads.Row]) -> str | None:
    if len(rows) <= PAGE_LENGTH:
        return None
    moment, pk = rows[PAGE_LENGTH - 1].key
    return "?" + urlencode({"after": f"{_exact(moment)},{pk}"})


def _exact(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
