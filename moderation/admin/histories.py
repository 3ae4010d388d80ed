"""What the audit logs say of users, blogs and what is in them, as far as moderators may read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from wagtail.models import BaseLogEntry, ModelLogEntry, PageLogEntry

from accounts.models import Role, User
from accounts.viewers import Viewer
from blogs.models import BlogCard, PostCard
from blogs.urls import post_url
from blogs.visibility import posts_seen_by
from moderation import audit
from moderation.admin.addresses import blog_page, user_page

KEPT_ORDER = (Role.MODERATOR, Role.ADMIN)
BLOCKS = (audit.BLOCK, audit.UNBLOCK)
ACTS = (*BLOCKS, audit.RESOLVE, audit.DISMISS, "accounts.role", "wagtail.delete", "inktree.delete_all_images")
DECISIONS = ("wagtail.workflow.approve", "wagtail.workflow.reject")
ORDER = (*ACTS, *DECISIONS)
"""Whatever keeps order."""
SEEN = ("wagtail.publish", "wagtail.unpublish", *DECISIONS)
"""What moderators read of posts that they see. Entries of edits name the titles of drafts."""


@dataclass(frozen=True)
class Told:
    """An entry of a log, in words."""

    at: datetime
    who: str
    who_url: str | None
    about: str
    about_url: str | None
    what: str
    why: str


def model_entries(user: User) -> QuerySet[ModelLogEntry]:
    """The entries about users, comments and the like that a moderator may read: what was done to keep order."""
    entries = ModelLogEntry.objects.all()
    return entries if user.is_admin else entries.filter(action__in=ACTS)


def page_entries(user: User) -> QuerySet[PageLogEntry]:
    """The entries about pages that a moderator may read: of what is to be seen, and of acts of those who keep order.

    What an author deleted or drafts stays his own.
    """
    entries = PageLogEntry.objects.all()
    if user.is_admin:
        return entries
    blogs = Q(page__in=BlogCard.objects.filter(is_live=True).values("pk"))
    posts = Q(page__in=posts_seen_by(Viewer.of(user)).values("pk"))
    by_moderators = Q(action__in=ACTS, user__in=User.objects.filter(role__in=KEPT_ORDER).values("pk"))
    return entries.filter(by_moderators | (Q(action__in=SEEN) & (blogs | posts)))


def of_user(reader: User, user: User) -> list[QuerySet]:
    """The entries about a user and his blogs."""
    kind = ContentType.objects.get_for_model(User)
    blogs = BlogCard.objects.filter(owner=user).values("pk")
    return [
        model_entries(reader).filter(content_type=kind, object_id=str(user.pk)),
        page_entries(reader).filter(page__in=blogs),
    ]


def of_blog(reader: User, blog: BlogCard) -> list[QuerySet]:
    """The entries about a blog and the posts that are in it."""
    posts = PostCard.objects.filter(blog=blog).values("pk")
    return [page_entries(reader).filter(Q(page=blog.pk) | Q(page__in=posts))]


def newest(entries: Iterable[QuerySet], *, most: int, only: Iterable[str] | None = None) -> list[BaseLogEntry]:
    """The newest of all these entries, by default of whatever was done."""
    found: list[BaseLogEntry] = []
    for some in entries:
        some = some if only is None else some.filter(action__in=only)
        found += some.select_related("user", "content_type").order_by("-timestamp", "-pk")[:most]
    return sorted(found, key=lambda entry: entry.timestamp, reverse=True)[:most]


def told(entries: Iterable[BaseLogEntry], *, reader: User) -> list[Told]:
    """Entries in words, with the ways that lead to what they are about."""
    entries = list(entries)
    links = _Links(entries, reader)
    return [
        Told(
            at=entry.timestamp,
            who=str(entry.user_display_name),
            who_url=user_page(entry.user_id) if entry.user else None,
            about=entry.label,
            about_url=links.of(entry),
            what=str(entry.message),
            why=str(entry.comment or ""),
        )
        for entry in entries
    ]


class _Links:
    """Where the things of some entries are shown, found in as many queries as there are kinds of things."""

    def __init__(self, entries: list[BaseLogEntry], reader: User):
        pages = {entry.page_id for entry in entries if isinstance(entry, PageLogEntry)}
        users = {entry.object_id for entry in entries if _is_of(entry, User)}
        self.blogs = set(BlogCard.objects.filter(pk__in=pages).values_list("pk", flat=True)) if pages else set()
        posts = posts_seen_by(Viewer.of(reader)).filter(pk__in=pages - self.blogs) if pages - self.blogs else ()
        self.posts = {pk: post_url(blog, slug) for pk, blog, slug in _addresses(posts)}
        self.users = {str(pk) for pk in User.objects.filter(pk__in=users).values_list("pk", flat=True)}

    def of(self, entry: BaseLogEntry) -> str | None:
        if isinstance(entry, PageLogEntry):
            return blog_page(entry.page_id) if entry.page_id in self.blogs else self.posts.get(entry.page_id)
        return user_page(int(entry.object_id)) if _is_of(entry, User) and entry.object_id in self.users else None


def _addresses(posts):
    return posts.values_list("pk", "blog__slug", "slug") if posts else ()


def _is_of(entry: BaseLogEntry, model: type) -> bool:
    return not isinstance(entry, PageLogEntry) and entry.content_type == ContentType.objects.get_for_model(model)
