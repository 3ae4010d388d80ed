"""What is served outside of the API to programs, ready made: feeds, the sitemap, cards for embedding."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from api.hot_pages import Answer, hot_pages, key_of
from api.reading import PRIVATE, PUBLIC
from syndication.models import SyncedPost, SyncMark


@dataclass(frozen=True, slots=True)
class Published(Answer):
    """An answer with its own kind of content, and when it last changed, if that is known."""

    content_type: str = "application/json"
    changed_at: datetime | None = None


def public_answer(request: HttpRequest, make: Callable[[], Published]) -> HttpResponse:
    """The response with what everybody gets: from the hot pages where possible, else made anew; or 304."""
    key = key_of(request.META)
    page = hot_pages.find(key)
    if page is not None:
        return _respond(request, page.answer, page.body, page.etag, PUBLIC)
    made = make()
    body, etag = _seal(made)
    if made.version is not None:
        hot_pages.keep(key, made, body, etag, route=request.resolver_match.route)
    return _respond(request, made, body, etag, PUBLIC)


def private_answer(request: HttpRequest, made: Published) -> HttpResponse:
    """The response with what is for one reader alone; or 304."""
    response = _respond(request, made, *_seal(made), PRIVATE)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def last_change() -> datetime | None:
    """When anything public last changed, as mirrors were told."""
    news = SyncedPost.objects.filter(sequence__isnull=False).order_by("-sequence")
    return news.values_list("at", flat=True).first()


def _seal(made: Published) -> tuple[bytes, str]:
    body = made.body.encode()
    return body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def _respond(request: HttpRequest, made: Published, body: bytes, etag: str, cache_control: str) -> HttpResponse:
    response = HttpResponse(body, content_type=made.content_type)
    response["ETag"] = etag
    response["Cache-Control"] = cache_control
    modified = made.changed_at and int(made.changed_at.timestamp())
    if modified:
        response["Last-Modified"] = http_date(modified)
    if "HTTP_IF_MODIFIED_SINCE" in request.META and "HTTP_IF_NONE_MATCH" not in request.META:
        # A time is less than an ETag: it counts only where every change has been told of.
        modified = None if SyncMark.objects.exists() else modified
    return get_conditional_response(request, etag=etag, last_modified=modified, response=response)
