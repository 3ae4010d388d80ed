"""The way out of mails to readers: links that work for good, from one blog or from all."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction

from accounts.models import MailDigest, User
from blogs.models import BlogCard
from core import clock
from core.errors import NotFound
from social.models import Muting

_signer = Signer(salt="social.unsubscribing", sep=".")
LONGEST = 200


@dataclass(frozen=True)
class Subscription:
    """Whose mails a link ends, and those about which blog; without one, all."""

    user: User
    blog: BlogCard | None


def url_for(*, user: int, blog: int | None = None) -> str:
    """The address that ends a user's mails about a blog, or all of them."""
    return f"{settings.BASE_URL}/unsubscribe/{_signer.sign(f'{user}-{blog or 0}')}/"


def find_subscription(token: str) -> Subscription:
    """What a link is about. Raises `NotFound` for one we never made, and when the user or blog is gone."""
    try:
        user, blog = map(int, _signer.unsign(token[:LONGEST]).split("-"))
    except (BadSignature, ValueError):
        raise NotFound from None
    found = User.objects.filter(pk=user, is_active=True).first()
    card = BlogCard.objects.filter(pk=blog).first() if blog else None
    if found is None or (blog and card is None):
        raise NotFound
    return Subscription(found, card)


@transaction.atomic
def unsubscribe(subscription: Subscription, *, from_all: bool = False) -> None:
    """End the mails about the blog of a link, or all. Doing so twice is doing it once."""
    if from_all or subscription.blog is None:
        User.objects.filter(pk=subscription.user.pk).update(mail_digest=MailDigest.NEVER)
    else:
        Muting.objects.update_or_create(
            user=subscription.user, blog=subscription.blog, defaults={"created_at": clock.now()}
        )
