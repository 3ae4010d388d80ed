"""Users, blogs, posts and what belongs to them as plain facts, from which they can be made anew."""

from __future__ import annotations

import json
import re
from html import escape, unescape

from wagtail.models import PageLogEntry

from accounts.blocks import Blockable
from accounts.models import User
from blogs import cards
from blogs.models import BlogCard, BlogPage, BlogPostPage
from core.clock import iso
from media.models import File, Image
from members.exporting.names import Names
from social.models import Comment

_PAGE_LINK = re.compile(r'<a\b[^>]*\blinktype="page"[^>]*>')
_PAGE_ID = re.compile(r'\bid="(\d{1,18})"')


def user_facts(user: User, *, names: Names) -> dict:
    """What a user is. There is no password, and nothing a password could be guessed from."""
    avatar = getattr(user, "avatar", None)
    return {
        "username": user.username,
        "name": user.name,
        "bio": user.bio,
        "email": user.email,
        "email_confirmed_at": iso(user.email_confirmed_at),
        "mail_digest": user.mail_digest,
        "role": user.role,
        "joined_at": iso(user.date_joined),
        "is_active": user.is_active,
        "avatar": names.picture(avatar.image_id) if avatar else None,
        "block": _block_of(user),
    }


def blog_facts(card: BlogCard, blog: BlogPage, *, names: Names) -> dict:
    """What a blog is, without its posts."""
    return {
        "slug": blog.slug,
        "owner": card.owner.username,
        "title": blog.title,
        "description": blog.description,
        "tags": json.loads(card.tags),
        "is_private": blog.is_private,
        "is_live": blog.live,
        "created_at": iso(card.created_at),
        "avatar": names.picture(blog.avatar_id),
        "old_slugs": list(blog.old_slugs.order_by("pk").values_list("slug", flat=True)),
        "block": _block_of(card),
    }


def post_facts(post: BlogPostPage, *, names: Names) -> dict:
    """What a post is: the version that is shown, and beside it the draft of another one if there is one."""
    latest = post.get_latest_revision_as_object()
    shown = post if post.live else latest
    first = PageLogEntry.objects.filter(page=post.pk, action__startswith="wagtail.publish")
    first = first.exclude(action="wagtail.publish.schedule").order_by("timestamp")
    return {
        "author": post.owner.username if post.owner else None,
        "status": str(cards.status_of(post)),
        "is_in_review": cards.is_in_review(post),
        "published_at": iso(post.first_published_at),
        "first_publication": iso(first.values_list("timestamp", flat=True).first()),
        "updated_at": iso(post.last_published_at),
        "edited_at": iso(post.latest_revision_created_at),
        "old_slugs": list(post.old_slugs.order_by("pk").values_list("slug", flat=True)),
        **version_facts(shown, names=names),
        "draft": _draft_facts(post, latest, names) if post.live and post.has_unpublished_changes else None,
    }


def version_facts(version: BlogPostPage, *, names: Names) -> dict:
    """What one version of a post says."""
    return {
        "title": version.title,
        "slug": version.slug,
        "intro": version.intro,
        "tags": sorted((tag.name for tag in version.tags.all()), key=str.casefold),
        "feature_image": names.picture(version.feature_image_id),
        "comments_open": version.comments_open,
        "reply_to": names.post(version.reply_to_id),
        "seo": {"title": version.seo_title, "description": version.search_description},
        "publish_at": iso(version.go_live_at),
        "expire_at": iso(version.expire_at),
        "body": [block for raw in version.body.raw_data if (block := _block(raw, names))],
    }


def _draft_facts(post: BlogPostPage, latest: BlogPostPage, names: Names) -> dict:
    is_scheduled = post.revisions.filter(approved_go_live_at__isnull=False).exists()
    return {**version_facts(latest, names=names), "is_scheduled": is_scheduled}


def image_facts(image: Image, *, path: str) -> dict:
    """What is known of a picture beside its bytes."""
    focal_point = None
    if image.has_focal_point():
        focal_point = {
            "x": image.focal_point_x,
            "y": image.focal_point_y,
            "width": image.focal_point_width,
            "height": image.focal_point_height,
        }
    return {
        "file": path,
        "title": image.title,
        "alt": image.description,
        "width": image.width,
        "height": image.height,
        "focal_point": focal_point,
        "created_at": iso(image.created_at),
    }


def file_facts(file: File, *, path: str) -> dict:
    """What is known of a personal file beside its bytes."""
    return {
        "file": path,
        "name": file.title,
        "comment": file.comment,
        "size": file.file_size,
        "content_type": file.content_type,
        "created_at": iso(file.created_at),
        "last_downloaded_at": iso(file.last_downloaded_at),
        "share": str(file.share_id) if file.share_id else None,
    }


def comment_facts(comment: Comment, *, number: int, parent: int | None) -> dict:
    """A comment on a post; comments are numbered in the order in which they were written."""
    return {
        "number": number,
        "parent": parent,
        "author": comment.author.username if comment.author else None,
        "body": comment.body,
        "created_at": iso(comment.created_at),
        "edited_at": iso(comment.edited_at),
        "deleted_at": iso(comment.deleted_at),
    }


def _block_of(thing: Blockable) -> dict | None:
    if thing.blocked_at is None:
        return None
    return {
        "at": iso(thing.blocked_at),
        "until": iso(thing.blocked_until),
        "reason": thing.block_reason,
        "by": thing.blocked_by.username if thing.blocked_by else None,
    }


def _block(raw: dict, names: Names) -> dict | None:
    """A stored block with names in place of ids; None for one that shows nothing but pictures that are gone."""
    kind, value = raw["type"], raw["value"]
    if kind == "paragraph":
        value = _PAGE_LINK.sub(lambda link: _named_link(link[0], names), value or "")
    elif kind == "image":
        path = names.picture(value.get("image"))
        if path is None:
            return None
        value = {**value, "image": path}
    elif kind == "gallery":
        items = (item["value"] if isinstance(item, dict) else item for item in value or [])
        value = [path for item in items if (path := names.picture(item))]
        if not value:
            return None
    return {"type": kind, "value": value, "id": raw.get("id")}


def _named_link(tag: str, names: Names) -> str:
    found = _PAGE_ID.search(tag)
    path = names.post(int(found[1])) if found else None
    return f'<a linktype="page" page="{escape(path)}">' if path else "<a>"


def with_page_ids(html: str, ids: dict[str, int]) -> str:
    """Rich text with the ids of the pages that exported links name; links to pages that are not there end."""

    def linked(found: re.Match) -> str:
        page = ids.get(unescape(found[1]))
        return f'<a linktype="page" id="{page}">' if page else "<a>"

    return _NAMED_LINK.sub(linked, html)


def pages_named(html: str) -> list[str]:
    """The posts that links in exported rich text lead to."""
    return [unescape(path) for path in _NAMED_LINK.findall(html)]


_NAMED_LINK = re.compile(r'<a linktype="page" page="([^"]*)">')
