"""Beginning, changing and deleting blogs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.base import File

from accounts.models import User
from accounts.permissions import may_act
from blogs.models import BlogPage
from blogs.services import fields, pages, slugs, tree
from blogs.services.changes import one_change, settle_blog
from blogs.services.posts import remove_page
from blogs.services.rules import require_blog_owner
from blogs.services.tags import tags_named
from core.errors import NotAllowed, Problems
from media.services.images import add_prepared, prepared


def create_blog(
    *,
    owner: User,
    title: str,
    slug: str | None = None,
    description: str = "",
    tags: Iterable[str] = (),
    is_private: bool = False,
) -> BlogPage:
    """Begin a blog. Without a slug, one is made of the title. Raises `NotAllowed` or `Invalid`."""
    if not may_act(owner):
        raise NotAllowed
    read = _read({"title": title, "slug": slug, "description": description, "tags": tags, "is_private": is_private})
    tag_names, own_slug = read.pop("tags"), read.pop("slug", None)
    with one_change():
        index = tree.lock_index()
        blog = BlogPage(live=False, owner=owner, locale_id=index.locale_id, **read)
        if own_slug:
            blog.slug = slugs.take_blog_slug(own_slug, index=index)
        else:
            blog.slug = slugs.free_blog_slug(blog.title, index=index)
        blog.tags.set(tags_named(tag_names))
        blog = pages.add_live_page(index, blog)
        settle_blog(blog, actor_id=owner.pk)
    return blog


def update_blog(*, actor: User, blog: BlogPage, **changes: Any) -> BlogPage:
    """Change slug, title, description, tags or privacy of one's blog. Raises `NotAllowed`, `NotFound` or `Invalid`.

    Its old slug stays reserved for it and leads to it.
    """
    require_blog_owner(actor, blog)
    read = _read(changes)
    slug = read.pop("slug", None)
    with one_change():
        if slug:
            index = tree.lock_index()
        blog = tree.lock_blog(blog)
        require_blog_owner(actor, blog)
        if slug and slug != blog.slug:
            blog.slug = slugs.take_blog_slug(slug, index=index, blog=blog)
        if "tags" in read:
            blog.tags.set(tags_named(read.pop("tags")))
        for name, value in read.items():
            setattr(blog, name, value)
        blog = _publish(blog, actor)
        settle_blog(blog, actor_id=actor.pk)
    return blog


def delete_blog(*, actor: User, blog: BlogPage, reason: str = "") -> None:
    """Delete a blog with all its posts: its owner may, and admins. Raises `NotAllowed` or `NotFound`."""
    with one_change():
        tree.lock_index()
        blog = tree.lock_blog(blog)
        if not actor.is_admin:
            require_blog_owner(actor, blog)
        elif not may_act(actor):
            raise NotAllowed
        remove_page(blog, actor=actor, reason=reason)


def set_blog_avatar(*, actor: User, blog: BlogPage, upload: File) -> BlogPage:
    """Give one's blog a picture. Raises `NotAllowed` or `Invalid`. To be called outside of any transaction."""
    require_blog_owner(actor, blog)
    with prepared(owner=actor, uploads=[upload]) as [picture], one_change():
        blog = tree.lock_blog(blog)
        require_blog_owner(actor, blog)
        before = blog.avatar
        blog.avatar = add_prepared(owner=actor, picture=picture, title=blog.title)
        blog = _publish(blog, actor)
        settle_blog(blog, actor_id=actor.pk)
        if before is not None:
            before.delete()
    return blog


def remove_blog_avatar(*, actor: User, blog: BlogPage) -> BlogPage:
    """Take the picture of one's blog away and delete it; without one, nothing happens. Raises `NotAllowed`."""
    require_blog_owner(actor, blog)
    with one_change():
        blog = tree.lock_blog(blog)
        before = blog.avatar
        if before is not None:
            blog.avatar = None
            blog = _publish(blog, actor)
            settle_blog(blog, actor_id=actor.pk)
            before.delete()
    return blog


def _read(given: dict) -> dict:
    problems = Problems()
    read: dict[str, Any] = {}
    if "title" in given:
        read["title"] = fields.read_title(given["title"], problems)
    if given.get("slug"):
        read["slug"] = slugs.read_slug(given["slug"], problems)
    if "description" in given:
        read["description"] = fields.read_text(given["description"], "description", problems, fields.DESCRIPTION_LENGTH)
    if "tags" in given:
        read["tags"] = fields.read_tags(given["tags"], problems)
    if "is_private" in given:
        read["is_private"] = given["is_private"]
    problems.raise_any()
    return read


def _publish(blog: BlogPage, actor: User) -> BlogPage:
    """Publish a blog as it is: blogs have no drafts in the API."""
    return pages.PublishVersion(blog.save_revision(user=actor, clean=False), blog, actor=actor).execute()
