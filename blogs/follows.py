"""Following blogs: public ones at once, private ones once the owner accepts.

Every change locks the blog's card first, so that it sees the privacy of the moment and counters equal rows.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from accounts.models import User
from accounts.permissions import require_still_active
from blogs import cards, withholding
from blogs.blocked import require_unblocked
from blogs.models import BlogCard, Follow
from core import clock, outbox
from core.errors import Invalid, NotFound


class OwnBlog(Invalid):
    """Nobody follows his own blog."""

    code = "own_blog"
    detail = "You cannot follow your own blog."


@transaction.atomic
def follow_blog(*, actor: User, blog: BlogCard) -> str:
    """Follow a blog, or ask to follow a private one; asking twice is asking once.

    Returns `"following"` or `"requested"`. Raises `OwnBlog`.
    """
    blog = _locked(blog)
    if blog.owner_id == actor.pk:
        raise OwnBlog
    accepted_at = None if blog.is_private else clock.now()
    follow, is_new = Follow.objects.get_or_create(user=actor, blog=blog, defaults={"accepted_at": accepted_at})
    if is_new:
        require_still_active(actor)
        if accepted_at:
            _count(blog, +1)
        kind = "blog.followed" if accepted_at else "follow.requested"
        outbox.record(kind, blog=blog.pk, actor=actor.pk, at=clock.iso(accepted_at))
    return "following" if follow.accepted_at else "requested"


@transaction.atomic
def unfollow_blog(*, actor: User, blog: BlogCard) -> None:
    """Stop following a blog or take back the request; without either, nothing happens."""
    _end(_locked(blog), actor)


@transaction.atomic
def remove_follower(*, blog: BlogCard, user: User) -> None:
    """Take a follower off a blog of the caller's. Raises `NotFound` when the user is none."""
    if not _end(_locked_for_owner(blog), user, accepted_at__isnull=False):
        raise NotFound


@transaction.atomic
def accept_request(*, blog: BlogCard, user: User) -> None:
    """Accept a user's request to follow. Raises `NotFound` when there is none."""
    if not _accept(_locked_for_owner(blog), user=user):
        raise NotFound


@transaction.atomic
def accept_all_requests(*, blog: BlogCard) -> int:
    """Accept every request to follow a blog; returns how many there were."""
    return _accept(_locked_for_owner(blog))


@transaction.atomic
def reject_request(*, blog: BlogCard, user: User) -> None:
    """Reject a user's request to follow; he may ask again. Raises `NotFound` when there is none."""
    if not _reject(_locked_for_owner(blog), user=user):
        raise NotFound


@transaction.atomic
def reject_all_requests(*, blog: BlogCard) -> int:
    """Reject every request to follow a blog; returns how many there were."""
    return _reject(_locked_for_owner(blog))


@transaction.atomic
def accept_requests_to_public(*, blog_id: int) -> None:
    """Accept what was asked of a blog while it was private, if it is private no more."""
    blog = _locked(BlogCard(pk=blog_id))
    if not blog.is_private:
        _accept(blog)


def _locked(blog: BlogCard) -> BlogCard:
    found = BlogCard.objects.select_for_update().filter(pk=blog.pk).first()
    if found is None:
        raise NotFound
    return found


def _locked_for_owner(blog: BlogCard) -> BlogCard:
    """The blog for what its owner does to it, which he may not while it is blocked."""
    blog = _locked(blog)
    require_unblocked(blog)
    return blog


def _accept(blog: BlogCard, **which) -> int:
    requests = Follow.objects.filter(blog=blog, accepted_at__isnull=True, **which)
    users = list(requests.values_list("user_id", flat=True))
    if users:
        at = clock.now()
        requests.update(accepted_at=at)
        _count(blog, len(users))
        locked = User.objects.select_for_update(no_key=True).filter(pk__in=users).order_by("pk")
        withholding.withhold_followers(blog_id=blog.pk, users=[user for user in locked if user.is_blocked(at)])
        outbox.record("follow.accepted", blog=blog.pk, users=users, actor=blog.owner_id, at=clock.iso(at))
    return len(users)


def _reject(blog: BlogCard, **which) -> int:
    requests = Follow.objects.filter(blog=blog, accepted_at__isnull=True, **which)
    users = list(requests.values_list("user_id", flat=True))
    if users:
        requests.delete()
        outbox.record("follow.request_ended", blog=blog.pk, users=users, actor=blog.owner_id)
    return len(users)


def _end(blog: BlogCard, user: User, **which) -> bool:
    follow = Follow.objects.filter(blog=blog, user=user, **which).first()
    if follow is None:
        return False
    follow.delete()
    if follow.accepted_at:
        _count(blog, -1)
        outbox.record("blog.unfollowed", blog=blog.pk, actor=user.pk)
    else:
        outbox.record("follow.request_ended", blog=blog.pk, users=[user.pk], actor=user.pk)
    return True


def _count(blog: BlogCard, step: int) -> None:
    BlogCard.objects.filter(pk=blog.pk).update(follower_count=F("follower_count") + step)
    cards.note_change()
