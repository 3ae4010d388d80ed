"""Leaving: an account and everything that belongs to it.

The account is closed in one short transaction: from then on it and its blogs are gone for everybody. Its things are
then removed piece by piece, each in a transaction of its own, so that nobody waits for long; a process that dies on
the way is followed by another one, which goes on with what is left (the event is delivered again).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

from django.db import transaction
from django.db.models import Model, QuerySet
from wagtail.log_actions import log

from accounts.models import User
from accounts.services.roles import keep_an_admin
from accounts.services.sessions import end_sessions
from accounts.signals import user_changed
from blogs import cards, follows, withholding
from blogs.models import BlogPage, BlogPostPage, Follow
from blogs.services import tree
from blogs.services.changes import one_change
from blogs.services.posts import remove_page
from core import clock, outbox
from core.errors import NotAllowed, NotFound
from media.models import File, Image
from social import comments, likes
from social.models import Comment, Like

logger = logging.getLogger(__name__)

CHUNK = 100


class OwnAccount(NotAllowed):
    """An admin leaves like everybody else: with his password."""

    code = "own_account"
    detail = "Delete your own account with POST me/delete/."


def delete_user(*, actor: User, user: User, reason: str = "") -> None:
    """Delete another's account. Raises `NotAllowed`, `OwnAccount` or `LastAdmin`."""
    if not actor.is_admin:
        raise NotAllowed
    if actor.pk == user.pk:
        raise OwnAccount
    with transaction.atomic():
        delete_account(user=user)
        log(instance=user, action="wagtail.delete", user=actor, deleted=True, data={"reason": reason})
    logger.info("account deleted by an admin", extra={"actor": actor.pk, "user": user.pk})


def delete_account(*, user: User) -> None:
    """Close an account and remove it with its blogs, posts, images, files, likes, follows and comments.

    A comment that was answered stays as a stub. Raises `LastAdmin`.
    """
    with transaction.atomic():
        if user.is_admin:
            keep_an_admin(without=user)
        User.objects.filter(pk=user.pk).update(is_active=False, blocked_at=clock.now(), blocked_until=None)
        end_sessions(user=user)
        user_changed.send(User, user=user)
        outbox.record("account.closed", user=user.pk)


@outbox.handles("account.closed")
def remove_closed_account(*, user: int) -> None:
    """Remove what is left of a closed account; does nothing for one that is gone."""
    found = User.objects.filter(pk=user, is_active=False).first()
    if found is None:
        return
    written = Comment.objects.filter(author=found, deleted_at=None)
    _each(written.select_related("post").only("author", "post", "post__blog"), _remove_comment)
    _each(Like.objects.filter(user=found).select_related("post", "user"), _remove_like)
    _each(Follow.objects.filter(user=found).select_related("blog", "user"), _remove_follow)
    for blog in BlogPage.objects.filter(owner=found):
        _each(BlogPostPage.objects.child_of(blog), _remove_post)
        _remove_blog(blog)
    _each(BlogPostPage.objects.filter(owner=found), _remove_post)
    _each(Image.objects.filter(uploaded_by_user=found), _remove_row)
    _each(File.objects.filter(uploaded_by_user=found), _remove_row)
    found.delete()


def _each(queryset: QuerySet, remove: Callable[[Model], None]) -> None:
    """Call `remove` for every row, never holding more than a chunk of them."""
    last = 0
    while chunk := list(queryset.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = chunk[-1].pk  # which a deleted row no longer knows
        for row in chunk:
            remove(row)


def _remove_comment(comment: Comment) -> None:
    with suppress(NotFound), transaction.atomic():
        cards.hold_post(comment.post_id)
        locked = Comment.objects.select_for_update().filter(pk=comment.pk, deleted_at=None).first()
        if locked:
            author = comment.author_id
            comments.remove_comment(locked)
            facts = {"comment": comment.pk, "post": comment.post_id, "blog": comment.post.blog_id, "actor": author}
            outbox.record("comment.deleted", **facts)


def _remove_like(like: Like) -> None:
    with suppress(NotFound), transaction.atomic():
        likes.unlike_post(actor=like.user, post=like.post)
        withholding.forget(user_id=like.user_id, post=like.post_id)


def _remove_follow(follow: Follow) -> None:
    with suppress(NotFound), transaction.atomic():
        follows.unfollow_blog(actor=follow.user, blog=follow.blog)
        withholding.forget(user_id=follow.user_id, blog=follow.blog_id)


def _remove_post(post: BlogPostPage) -> None:
    with suppress(NotFound), one_change():
        blog = tree.lock_blog(post.get_parent())
        remove_page(tree.lock_post(post), actor=None)
        outbox.record("post.deleted", post=post.pk, blog=blog.pk, actor=post.owner_id)


def _remove_blog(blog: BlogPage) -> None:
    with suppress(NotFound), one_change():
        tree.lock_index()
        remove_page(tree.lock_blog(blog), actor=None)
        outbox.record("blog.deleted", blog=blog.pk, actor=blog.owner_id)


@transaction.atomic
def _remove_row(row: Model) -> None:
    row.delete()
