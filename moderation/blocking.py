"""Blocking users and blogs for a time or for good, and lifting that.

A block ends by itself: whoever looks asks the clock. A user's block hides his blogs without a word about it in their
own rows, so lifting it restores exactly what it had hidden, and a blog that is blocked on its own stays blocked.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from accounts.blocks import Blockable
from accounts.models import User
from accounts.permissions import may_act
from accounts.services.roles import lock_admins
from accounts.services.sessions import end_sessions
from accounts.signals import user_changed
from blogs import cards, withholding
from blogs.models import BlogCard
from core import clock, outbox
from core.errors import Invalid, NotAllowed, NotFound
from moderation import audit
from social.models import Like

logger = logging.getLogger(__name__)

LONGEST = timedelta(days=100 * 365)
LONGEST_REASON = 1000


class OwnBlock(NotAllowed):
    """Nobody blocks himself, so that nobody locks himself out."""

    code = "own_block"
    detail = "You cannot block yourself."


def block_user(
    *, actor: User, user: User, until: datetime | None, reason: str = "", at: datetime | None = None
) -> User:
    """Block a user with all his blogs, until a time or (None) for good; a block in force is replaced.

    His sessions end at once. Raises `NotAllowed` for anybody but an admin, `OwnBlock`, or `Invalid` for a bad time.
    """
    at = at or clock.now()
    if not actor.is_admin:
        raise NotAllowed
    if actor.pk == user.pk:
        raise OwnBlock
    _check(until, reason, at)
    with transaction.atomic():
        user = _lock_user(actor, user)
        _block(user, actor=actor, until=until, reason=reason, at=at)
        withhold_reactions(user)
        end_sessions(user=user, at=at)
        user_changed.send(User, user=user)
        audit.record_act(audit.BLOCK, user, actor=actor, reason=reason, until=until)
        outbox.record("user.blocked", user=user.pk, until=clock.iso(until), actor=actor.pk)
    logger.info("user blocked", extra={"user": user.pk, "actor": actor.pk, "until": clock.iso(until)})
    return user


def unblock_user(*, actor: User, user: User, reason: str = "", at: datetime | None = None) -> User:
    """Lift the block of a user; without one, nothing happens. Raises `NotAllowed`."""
    at = at or clock.now()
    if not actor.is_admin:
        raise NotAllowed
    with transaction.atomic():
        user = _lock_user(actor, user)
        if user.is_blocked(at):
            # Its time stays, so that what he was signed in to before it stays ended.
            User.objects.filter(pk=user.pk).update(blocked_until=user.blocked_at, block_reason="", blocked_by=None)
            user.refresh_from_db(fields=["blocked_until", "block_reason", "blocked_by"])
            withholding.release(user_id=user.pk)
            user_changed.send(User, user=user)
            audit.record_act(audit.UNBLOCK, user, actor=actor, reason=reason)
            outbox.record("user.unblocked", user=user.pk, actor=actor.pk)
            logger.info("user unblocked", extra={"user": user.pk, "actor": actor.pk})
    return user


def block_blog(
    *, actor: User, blog: BlogCard, until: datetime | None, reason: str = "", at: datetime | None = None
) -> BlogCard:
    """Block a blog until a time, or (None; admins only) for good; a block in force is replaced.

    The blogs of moderators and admins only admins block. Raises `NotAllowed`, `NotFound` or `Invalid`.
    """
    at = at or clock.now()
    _require_may_block(actor, blog)
    if until is None and not actor.is_admin:
        raise NotAllowed("Only admins block for good.")
    _check(until, reason, at)
    with transaction.atomic():
        blog = _lock_blog(blog)
        _block(blog, actor=actor, until=until, reason=reason, at=at)
        cards.note_change()
        audit.record_act(audit.BLOCK, blog.blog, actor=actor, reason=reason, until=until)
        outbox.record("blog.blocked", blog=blog.pk, owner=blog.owner_id, until=clock.iso(until), actor=actor.pk)
    logger.info("blog blocked", extra={"blog": blog.pk, "actor": actor.pk, "until": clock.iso(until)})
    return blog


def unblock_blog(*, actor: User, blog: BlogCard, reason: str = "", at: datetime | None = None) -> BlogCard:
    """Lift the block of a blog; without one, nothing happens. Raises `NotAllowed` or `NotFound`.

    While its owner is blocked it stays hidden all the same.
    """
    at = at or clock.now()
    _require_may_block(actor, blog)
    with transaction.atomic():
        blog = _lock_blog(blog)
        if blog.is_blocked(at):
            _set(blog, blocked_at=None, blocked_until=None, block_reason="", blocked_by=None)
            cards.note_change()
            audit.record_act(audit.UNBLOCK, blog.blog, actor=actor, reason=reason)
            outbox.record("blog.unblocked", blog=blog.pk, owner=blog.owner_id, at=clock.iso(at), actor=actor.pk)
            logger.info("blog unblocked", extra={"blog": blog.pk, "actor": actor.pk})
    return blog


def may_block(actor: User, blog: BlogCard) -> bool:
    """Whether somebody may block this blog for a time, or lift that."""
    return may_act(actor) and actor.is_moderator and (actor.is_admin or not blog.owner.is_moderator)


def withhold_reactions(user: User) -> None:
    """Take the likes and follows of a blocked user out of the counters until his block ends."""
    likes = Like.objects.filter(user=user).values_list("post_id", flat=True)
    withholding.withhold(user_id=user.pk, posts=likes, until=user.blocked_until)


def _check(until: datetime | None, reason: str, at: datetime) -> None:
    if until is not None and until <= at:
        raise Invalid("This time has passed.", code="in_the_past", attr="until")
    if until is not None and until > at + LONGEST:
        raise Invalid("Give an earlier time, or none to block for good.", code="too_far", attr="until")
    if len(reason) > LONGEST_REASON:
        raise Invalid(f"At most {LONGEST_REASON} characters.", code="max_length", attr="reason")


def _lock_user(actor: User, user: User) -> User:
    """The user as he is now, locked with all admins, so that two of them do not block each other at once."""
    found = {one.pk: one for one in lock_admins(or_user=user)}
    if user.pk not in found:
        raise NotFound
    now = found.get(actor.pk)
    if now is None or not now.is_admin or not may_act(now):
        raise NotAllowed
    return found[user.pk]


def _require_may_block(actor: User, blog: BlogCard) -> None:
    if not may_block(actor, blog):
        raise NotAllowed


def _lock_blog(blog: BlogCard) -> BlogCard:
    found = BlogCard.objects.select_for_update(of=("self",)).select_related("blog").filter(pk=blog.pk).first()
    if found is None:
        raise NotFound
    return found


def _block(thing: Blockable, *, actor: User, until: datetime | None, reason: str, at: datetime) -> None:
    since = thing.blocked_at if thing.is_blocked(at) else at
    _set(thing, blocked_at=since, blocked_until=until, block_reason=reason, blocked_by=actor)


def _set(thing: Blockable, **columns) -> None:
    """Write these columns alone, also into the object at hand."""
    type(thing).objects.filter(pk=thing.pk).update(**columns)
    for name, value in columns.items():
        setattr(thing, name, value)
