"""Who sees what: the one place that decides it, for posts, blogs, images and pages of the tree.

A post is *listed* for a viewer when it is live, not expired, neither its blog nor its author is blocked now, and its
blog is public, followed by the viewer, or his own; moderators see it whatever the blog and the blocks are. Beyond that
a viewer may open (*see*) his own posts in every status, and moderators posts in review. Everything that names a post
(lists, details, comments, likes, images, pages, search, feeds, mails) asks here.

`prefix` is the path from the filtered model to the `PostCard`, for example `"post__"` from a comment.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from wagtail.models import Page

from accounts.blocks import not_blocked
from accounts.viewers import Viewer
from blogs.models import BlogCard, BlogIndexPage, BlogPage, BlogPostPage, Follow, PostCard, PostImage
from blogs.models.cards import PostStatus
from core import clock
from media.models import Image


def live_now(at: datetime, prefix: str = "") -> Q:
    """The post is published and has not expired."""
    return Q(**{f"{prefix}is_live": True}) & (
        Q(**{f"{prefix}expire_at__isnull": True}) | Q(**{f"{prefix}expire_at__gt": at})
    )


def _unblocked(at: datetime, blog: str, owner: str) -> Q:
    return not_blocked(at, blog) & not_blocked(at, owner)


def _follows(viewer: Viewer, blog_path: str) -> Exists:
    return Exists(Follow.objects.filter(blog=OuterRef(blog_path), user=viewer.user_id, accepted_at__isnull=False))


def public(*, at: datetime | None = None, prefix: str = "") -> Q:
    """Posts that everybody may see."""
    at = at or clock.now()
    return (
        live_now(at, prefix)
        & Q(**{f"{prefix}is_private": False})
        & _unblocked(at, f"{prefix}blog__", f"{prefix}author__")
    )


def listed(viewer: Viewer, *, at: datetime | None = None, prefix: str = "") -> Q:
    """Posts that belong in lists shown to the viewer."""
    at = at or clock.now()
    if viewer.is_anonymous:
        return public(at=at, prefix=prefix)
    if viewer.is_moderator:
        return live_now(at, prefix)
    audience = Q(**{f"{prefix}is_private": False}) | _follows(viewer, f"{prefix}blog")
    others = audience & _unblocked(at, f"{prefix}blog__", f"{prefix}author__")
    return live_now(at, prefix) & (others | Q(**{f"{prefix}author": viewer.user_id}))


def seen(viewer: Viewer, *, at: datetime | None = None, prefix: str = "") -> Q:
    """Posts the viewer may open: the listed ones, his own in every status, and for moderators those in review."""
    at = at or clock.now()
    condition = listed(viewer, at=at, prefix=prefix)
    if viewer.is_anonymous:
        return condition
    if viewer.is_moderator:
        condition |= Q(**{f"{prefix}status": PostStatus.IN_REVIEW})
    return condition | Q(**{f"{prefix}author": viewer.user_id})


def posts_seen_by(viewer: Viewer, *, at: datetime | None = None) -> QuerySet[PostCard]:
    """The cards of the posts the viewer may open."""
    return PostCard.objects.filter(seen(viewer, at=at))


def blog_exists_for(viewer: Viewer, *, at: datetime | None = None, prefix: str = "") -> Q:
    """Blogs that exist for the viewer, be it as the shell of a private one: `prefix` leads to the `BlogCard`."""
    at = at or clock.now()
    live = Q(**{f"{prefix}is_live": True})
    if viewer.is_moderator:
        return live
    unblocked = live & _unblocked(at, prefix, f"{prefix}owner__")
    if viewer.is_anonymous:
        return unblocked
    return unblocked | Q(**{f"{prefix}owner": viewer.user_id})


def blog_open_to(viewer: Viewer, *, at: datetime | None = None, prefix: str = "") -> Q:
    """Blogs whose posts the viewer may read."""
    exists = blog_exists_for(viewer, at=at, prefix=prefix)
    if viewer.is_moderator:
        return exists
    audience = Q(**{f"{prefix}is_private": False})
    if not viewer.is_anonymous:
        audience |= Q(**{f"{prefix}owner": viewer.user_id}) | _follows(viewer, f"{prefix}pk")
    return exists & audience


def blogs_existing_for(viewer: Viewer, *, at: datetime | None = None) -> QuerySet[BlogCard]:
    """The cards of the blogs that exist for the viewer."""
    return BlogCard.objects.filter(blog_exists_for(viewer, at=at))


def images_visible_to(viewer: Viewer, *, at: datetime | None = None) -> QuerySet[Image]:
    """Images shown in a post that is listed for the viewer, and his own; admins see every one."""
    if viewer.is_admin:
        return Image.objects.all()
    shown = Exists(PostImage.objects.filter(listed(viewer, at=at, prefix="post__"), image=OuterRef("pk")))
    if viewer.is_anonymous:
        return Image.objects.filter(shown)
    return Image.objects.filter(Q(shown) | Q(uploaded_by_user=viewer.user_id))


def pages_visible_to(viewer: Viewer, *, at: datetime | None = None) -> QuerySet[Page]:
    """Pages of the tree for Wagtail's own API: posts and blogs as the kernel says, other live pages for everybody.

    Only posts in their live version are among them, the viewer's own drafts are not: that API shows live content.
    """
    at = at or clock.now()
    post = listed(viewer, at=at, prefix="blogpostpage__card__")
    blog = blog_open_to(viewer, at=at, prefix="blogpage__card__")
    structure = Q(blogpostpage__isnull=True, blogpage__isnull=True)
    return Page.objects.filter(Q(live=True) & (structure | blog | post))


def kind_visible_to(model: type[Page], viewer: Viewer, *, at: datetime | None = None) -> QuerySet[Page]:
    """Like `pages_visible_to`, for one page model and with fewer joins."""
    at = at or clock.now()
    if model is BlogPostPage:
        return model.objects.filter(listed(viewer, at=at, prefix="card__"))
    if model is BlogPage:
        return model.objects.filter(blog_open_to(viewer, at=at, prefix="card__"))
    if model is Page:
        return pages_visible_to(viewer, at=at)
    if model is BlogIndexPage or issubclass(model, Page):
        return model.objects.filter(live=True)
    raise TypeError(f"{model} is no page")
