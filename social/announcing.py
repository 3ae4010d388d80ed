"""From the first publication of a post to a delivery for each follower, in steps that any worker may die between."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import DateTimeField, F, QuerySet, Value
from django.db.models.fields.tuple_lookups import TupleGreaterThan

from accounts.models import MailDigest
from blogs.models import Follow, PostCard
from core import clock, outbox
from social.models import Announcement, Delivery

BATCH = 1_000
NEWS_FOR = timedelta(days=1)
"""A post that its author dates further back than this is no news, and nobody gets mail of it."""
DIGEST_AT = time(6)
"""When the daily digest is due, in UTC."""


@outbox.handles("post.published", background=True)
def announce_post(*, post: int, **facts) -> None:
    """Begin to write deliveries when a post is published for the first time."""
    with transaction.atomic():
        card = PostCard.objects.select_related("post").filter(pk=post, is_live=True).first()
        if card is None:
            return
        announcement, is_new = Announcement.objects.get_or_create(post=card)
        if is_new and card.published_at >= (card.post.last_published_at or announcement.created_at) - NEWS_FOR:
            outbox.record("mails.to_write", announcement=post, after=None)


@outbox.handles("mails.to_write", background=True)
def write_deliveries(*, announcement: int, after: list | None) -> None:
    """Write the deliveries of the next thousand followers, and let another event go on after them."""
    with transaction.atomic():
        found = Announcement.objects.select_related("post").filter(post=announcement, post__is_live=True).first()
        if found is None:
            return
        rows = list(_followers(found, after)[:BATCH])
        Delivery.objects.bulk_create(_deliveries(announcement, rows), ignore_conflicts=True)
        if rows:
            outbox.record("mails.waiting")
        if len(rows) == BATCH:
            accepted_at, pk = rows[-1][:2]
            outbox.record("mails.to_write", announcement=announcement, after=[accepted_at.isoformat(), pk])


def _followers(announcement: Announcement, after: list | None) -> QuerySet:
    """Who followed when the post was announced and may want mail, in the order in which they began to follow."""
    follows = Follow.objects.filter(
        blog=announcement.post.blog_id,
        accepted_at__lte=announcement.created_at,
        user__is_active=True,
        user__email_confirmed_at__isnull=False,
    ).exclude(user__mail_digest=MailDigest.NEVER)
    if after is not None:
        edge = (Value(datetime.fromisoformat(after[0]), output_field=DateTimeField()), after[1])
        follows = follows.filter(TupleGreaterThan((F("accepted_at"), F("pk")), edge))
    return follows.order_by("accepted_at", "pk").values_list("accepted_at", "pk", "user_id", "user__mail_digest")


def _deliveries(post: int, rows: list[tuple]) -> list[Delivery]:
    now = clock.now()
    day = _next_digest(now)
    deliveries = []
    for _, _, user, digest in rows:
        if digest == MailDigest.DAILY:
            due_at = datetime.combine(day, DIGEST_AT, now.tzinfo)
            deliveries.append(Delivery(kind=Delivery.Kind.DIGEST, user_id=user, day=day, due_at=due_at))
        waits = digest == MailDigest.DAILY
        deliveries.append(Delivery(kind=Delivery.Kind.POST, user_id=user, post_id=post, due_at=None if waits else now))
    return deliveries


def _next_digest(now: datetime):
    return now.date() if now.time() < DIGEST_AT else now.date() + timedelta(days=1)


@outbox.handles("follow.requested", background=True)
def mail_request(*, blog: int, actor: int, **facts) -> None:
    """Have the owner told by mail that somebody asked to follow his private blog."""
    follow = Follow.objects.select_related("blog").filter(blog=blog, user=actor, accepted_at=None).first()
    if follow is not None:
        _deliver_once(Delivery.Kind.FOLLOW_REQUEST, follow, follow.blog.owner_id)


@outbox.handles("follow.accepted", background=True)
def mail_acceptances(*, blog: int, users: list[int], **facts) -> None:
    """Have those told by mail who may now follow a private blog."""
    for follow in Follow.objects.filter(blog=blog, user__in=users, accepted_at__isnull=False):
        _deliver_once(Delivery.Kind.FOLLOW_ACCEPTED, follow, follow.user_id)


def _deliver_once(kind: str, follow: Follow, user: int) -> None:
    with transaction.atomic():
        _, is_new = Delivery.objects.get_or_create(kind=kind, follow=follow, defaults={"user_id": user})
        if is_new:
            outbox.record("mails.waiting")
