"""Secret addresses of private blogs' feeds, for feed readers, which cannot sign in."""

from __future__ import annotations

import base64
import hashlib
import uuid

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from accounts.blocks import not_blocked
from accounts.models import User
from accounts.viewers import Viewer
from blogs import visibility
from blogs.models import BlogCard, Follow
from core import clock
from core.errors import Invalid, NotAllowed
from syndication.models import FeedLink


class FollowersOnly(NotAllowed):
    """Only accepted followers of a private blog, and its owner, get an address for its feed."""

    detail = "Follow this blog first; its owner has to accept you."


class BlogIsPublic(Invalid):
    """A public blog needs no secret address."""

    code = "blog_is_public"
    detail = "This blog is public, and so is its feed."


@transaction.atomic
def give_feed_link(*, user: User, blog: BlogCard) -> str:
    """The address of a private blog's feed for a reader; the same each time, until it is taken away or he unfollows.

    Raises `FollowersOnly` or `BlogIsPublic`.
    """
    follow = Follow.objects.select_for_update().filter(user=user, blog=blog, accepted_at__isnull=False).first()
    if follow is None and blog.owner_id != user.pk:
        raise FollowersOnly
    if not blog.is_private:
        raise BlogIsPublic
    link = FeedLink.objects.select_for_update().filter(user=user, blog=blog).first()
    if link is None or _digest(token_of(link.seed)) != link.digest:  # made with another secret key
        seed = uuid.uuid4()
        fields = {"follow": follow, "seed": seed, "digest": _digest(token_of(seed)), "created_at": clock.now()}
        link, _ = FeedLink.objects.update_or_create(user=user, blog=blog, defaults=fields)
    path = reverse("private-feed", kwargs={"token": token_of(link.seed), "kind": "rss"})
    return f"{settings.BASE_URL}{path}"


def take_feed_link(*, user: User, blog: BlogCard) -> None:
    """Make a reader's address of the feed open nothing any more; without one, nothing happens."""
    FeedLink.objects.filter(user=user, blog=blog).delete()


def reader_of(token: str) -> tuple[Viewer, BlogCard] | None:
    """Who reads which blog by this address; None where it opens nothing (any more, or at the moment)."""
    now = clock.now()
    link = (
        FeedLink.objects.filter(not_blocked(now, "user__"), digest=_digest(token), user__is_active=True)
        .select_related("user", "blog")
        .first()
    )
    if link is None:
        return None
    reader = Viewer(link.user_id)  # as a reader: what a moderator may see besides is no matter of this address
    if not BlogCard.objects.filter(visibility.blog_open_to(reader, at=now), pk=link.blog_id).exists():
        return None
    return reader, link.blog


def token_of(seed: uuid.UUID) -> str:
    """The secret part of the address."""
    secret = salted_hmac("syndication.feed-link", seed.hex, algorithm="sha256").digest()[:24]
    return base64.urlsafe_b64encode(secret).decode()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
