"""The list for mirrors, read page by page."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db import OperationalError
from django.db.models import QuerySet

from blogs.reads.whole import public_posts
from core.clock import iso
from core.slots import Slots
from core.statements import statement
from syndication.models import SyncedPost, SyncMark
from syndication.settling import settle

logger = logging.getLogger(__name__)

SETTLED_AT_ONCE = 300
"""How many marks one reader settles at most, so that he reads his own writes; the ticker does the rest."""


@dataclass(frozen=True, slots=True)
class SyncPage:
    """Some news as JSON texts, the sequence of the last of them, and whether there are more."""

    items: list[str]
    last: int
    has_more: bool


def read_news(*, since: int, limit: int) -> SyncPage:
    """Up to `limit` pieces of news after a sequence: each post once as it is now, or that it is public no more."""
    _catch_up()

    def build(slots: Slots) -> QuerySet:
        news = SyncedPost.objects.filter(sequence__gt=slots.number("since")).order_by("sequence")
        return news.values_list("sequence", "post", "is_public", "at")[: limit + 1]

    news = statement(("news", limit), build).rows(since=since)
    shown, has_more = news[:limit], len(news) > limit
    posts = public_posts([post for _, post, is_public, _ in shown if is_public])
    items = []
    for _, pk, is_public, at in shown:
        post = posts.get(pk) if is_public else None  # one that vanished a moment ago will be told of again
        items.append(
            f'{{"id":{pk},"type":"post","deleted":{"false" if post else "true"},"at":"{iso(at)}",'
            f'"post":{post.json if post else "null"}}}'
        )
    return SyncPage(items, shown[-1][0] if shown else since, has_more)


def _catch_up() -> None:
    """Settle what was marked before, unless the database is too busy for that: the ticker will."""
    try:
        if SyncMark.objects.exists():
            settle(most=SETTLED_AT_ONCE)
    except OperationalError as error:
        logger.warning("marks left to the ticker", extra={"error": str(error)})
