"""All that one user made, as a zip: sent at once, or for a large account built by a task that mails a link."""

from __future__ import annotations

import logging
import os
import secrets
import tempfile
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.files.base import File as Upload
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from accounts.mails import send_mail
from accounts.models import User
from accounts.viewers import Viewer
from blogs import visibility
from blogs.models import BlogCard, Follow, PostCard
from blogs.urls import blog_url, post_url
from core import clock, outbox
from core.chunks import in_chunks
from core.clock import iso
from core.errors import NotFound
from core.ticker import every
from media import quota
from media.storing import FILES, abandon
from members.exporting import facts
from members.exporting.belongings import blog_entries, file_entries, picture_entries
from members.exporting.names import Names
from members.exporting.packing import Entry, as_zip, of_facts, of_list, of_text
from members.models import AccountExport
from social.models import Comment, Like

logger = logging.getLogger(__name__)

MOST_BYTES_AT_ONCE = 200 * 1024 * 1024
MOST_POSTS_AT_ONCE = 2_000
KEPT = timedelta(days=1)
SALT = "members.exporting"

ABOUT = """\
This is everything that {name} made at {site}, as of {at}.

user.json       the account
images/         the pictures, as they are kept; images.json says more about them
files/          the personal files, as they were uploaded; files.json says more about them
blogs/          the blogs, with each post as Markdown (.md) and as blocks (.json), drafts too
comments.json   the comments, also on the posts of others
likes.json      the posts that were liked
follows.json    the blogs that were followed
"""


def is_large(user: User) -> bool:
    """Whether a user has too much for it to be sent in one answer."""
    if quota.usage(user)["bytes"] > MOST_BYTES_AT_ONCE:
        return True
    return PostCard.objects.filter(author=user).count() > MOST_POSTS_AT_ONCE


def export_account(user: User) -> Iterator[bytes]:
    """The zip with everything a user made, in pieces; nothing of others is in it."""
    return as_zip(account_entries(user))


def account_entries(user: User) -> Iterator[Entry]:
    """The files of a user's export."""
    names = Names(alone=user)
    about = ABOUT.format(name=user.get_full_name(), site=settings.BASE_URL, at=iso(clock.now()))
    yield of_text("README.txt", about)
    yield of_facts("user.json", facts.user_facts(user, names=names))
    yield from picture_entries(user, names=names, home="")
    yield from file_entries(user, names=names)
    for card in in_chunks(BlogCard.objects.filter(owner=user).select_related("owner")):
        yield from blog_entries(card, names=names)
    yield of_list("comments.json", _comments(user))
    yield of_list("likes.json", _likes(user))
    yield of_list("follows.json", _follows(user))


def request_export(user: User) -> None:
    """Have the zip of a large account built, and a link to it mailed. Asking again meanwhile changes nothing."""
    _, is_new = AccountExport.objects.get_or_create(user=user)
    if is_new:
        outbox.record("account.export_requested", user=user.pk)


@outbox.handles("account.export_requested", background=True)
def build_export(*, user: int) -> None:
    """Build the zip that was asked for, and mail the link."""
    export = AccountExport.objects.filter(user=user, user__is_active=True).select_related("user").first()
    if export is None:
        return
    if export.ready_at is None:
        _build(export)
    token = signing.dumps(export.pk, salt=SALT)
    url = f"{settings.BASE_URL}/exports/{token}/"
    send_mail("export_ready", to=export.user.email, subject=_("Your data is ready"), user=export.user, url=url)


def find_export(token: str) -> AccountExport:
    """The finished export that a mailed link leads to. Raises `NotFound` for a bad link or one that is too old."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        raise NotFound from None
    found = AccountExport.objects.filter(pk=pk, ready_at__isnull=False, user__is_active=True).select_related("user")
    export = found.first()
    if export is None or export.user.is_blocked(clock.now()):
        raise NotFound
    return export


@every(seconds=3600)
def forget_exports() -> None:
    """Remove zips a day after they were built, and requests that came to nothing."""
    long_ago = clock.now() - KEPT
    for export in AccountExport.objects.filter(Q(ready_at__lt=long_ago) | Q(requested_at__lt=long_ago - KEPT)):
        with transaction.atomic():
            export.delete()


@receiver(post_delete, sender=AccountExport)
def _remove_bytes(*, instance: AccountExport, **facts) -> None:
    abandon(alias=FILES, keys=[instance.key])


def _build(export: AccountExport) -> None:
    with tempfile.TemporaryFile(prefix="export-") as file:
        for piece in export_account(export.user):
            file.write(piece)
        file.seek(0)
        key = f"exports/{secrets.token_urlsafe(24)}.zip"
        export.key = storages[FILES].save(key, _zip_of(file))
    export.ready_at = clock.now()
    export.save(update_fields=["key", "ready_at"])
    logger.info("account exported", extra={"user": export.user_id})


def _zip_of(file) -> Upload:
    upload = Upload(file)
    upload.size = os.fstat(file.fileno()).st_size
    upload.content_type = "application/zip"
    return upload


def _comments(user: User) -> Iterator[dict]:
    """The user's comments. Of posts that he may not see any more, only that there is one."""
    seen = visibility.posts_seen_by(Viewer.of(user))
    for comment in in_chunks(Comment.objects.filter(author=user, deleted_at=None).select_related("post__blog")):
        post = comment.post
        is_seen = post.author_id == user.pk or seen.filter(pk=post.pk).exists()
        yield {
            "post": f"{post.blog.slug}/{post.slug}" if is_seen else None,
            "url": post_url(post.blog.slug, post.slug) if is_seen else None,
            "is_reply": comment.parent_id is not None,
            "body": comment.body,
            "created_at": iso(comment.created_at),
            "edited_at": iso(comment.edited_at),
        }


def _likes(user: User) -> Iterator[dict]:
    seen = visibility.posts_seen_by(Viewer.of(user))
    for like in in_chunks(Like.objects.filter(user=user, post__in=seen).select_related("post__blog")):
        post = like.post
        yield {
            "post": f"{post.blog.slug}/{post.slug}",
            "url": post_url(post.blog.slug, post.slug),
            "created_at": iso(like.created_at),
        }


def _follows(user: User) -> Iterator[dict]:
    existing = visibility.blogs_existing_for(Viewer.of(user))
    for follow in in_chunks(Follow.objects.filter(user=user, blog__in=existing).select_related("blog")):
        yield {
            "blog": follow.blog.slug,
            "url": blog_url(follow.blog.slug),
            "created_at": iso(follow.created_at),
            "accepted_at": iso(follow.accepted_at),
        }
