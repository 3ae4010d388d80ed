"""Writing, changing and deleting posts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.core.files.base import File
from wagtail.actions.delete_page import DeletePageAction
from wagtail.log_actions import log
from wagtail.models import PageLogEntry

from accounts.models import User
from accounts.permissions import may_act
from accounts.viewers import Viewer
from blogs import cards, visibility
from blogs.models import BlogPage, BlogPostPage
from blogs.models.cards import PostStatus
from blogs.services import bodies, fields, pages, slugs, tree
from blogs.services.changes import one_change, settle_new_post, settle_post
from blogs.services.publishing import go_live_or_submit, take_back
from blogs.services.rules import may_publish, require_author, require_blog_owner
from blogs.services.tags import tags_named
from core import clock
from core.errors import Invalid, NotAllowed, Problems
from media.models import Image
from media.services.images import add_prepared, prepared

DRAFT, LIVE = "draft", "live"


def create_post(
    *,
    author: User,
    blog: BlogPage,
    title: str,
    body: Any = None,
    markdown: str | None = None,
    html: str | None = None,
    intro: str = "",
    slug: str | None = None,
    tags: Iterable[str] = (),
    feature_image: int | None = None,
    comments_open: bool = True,
    seo: Mapping[str, str] | None = None,
    status: str = DRAFT,
    publish_at: datetime | None = None,
    expire_at: datetime | None = None,
    published_at: datetime | None = None,
    reply_to: int | None = None,
    images: Sequence[File] = (),
    is_reviewed: bool = False,
) -> BlogPostPage:
    """Write a post in one's blog: as a draft, or (`status="live"`) published, scheduled or submitted for review.

    The body is given in one of three forms; `images` are added to it, in order. Without a slug, one is made of the
    title. With `is_reviewed` it is published even where posts are reviewed. Raises `NotAllowed` or
    `Invalid`, with everything that is wrong; then nothing of it exists.
    """
    require_blog_owner(author, blog)
    given = {"title": title, "intro": intro, "tags": tags, "feature_image": feature_image, "seo": seo, "slug": slug}
    given |= {"comments_open": comments_open, "publish_at": publish_at, "expire_at": expire_at, "reply_to": reply_to}
    given |= {"published_at": published_at, "body": body, "markdown": markdown, "html": html}
    given = {name: value for name, value in given.items() if value is not None}
    read = _read(author, given, blog_slug=lambda: blog.slug, uploads=images)
    blocks, tag_names, own_slug = read.pop("body", []), read.pop("tags", []), read.pop("slug", None)
    pictures = prepared(owner=author, uploads=images, attr="images") if images else nullcontext([])
    with pictures as pictures, one_change():
        blog = tree.lock_blog(blog)
        post = BlogPostPage(live=False, owner=author, locale_id=blog.locale_id, **read)
        if own_slug:
            post.slug = slugs.take_post_slug(own_slug, blog=blog)
        else:
            post.slug = slugs.free_post_slug(post.title, blog=blog)
        added = [add_prepared(owner=author, picture=picture) for picture in pictures]
        post.body = bodies.stream(bodies.place_uploads(blocks, added))
        post.tags.set(tags_named(tag_names))
        if status == LIVE and (is_reviewed or may_publish(author)):
            post = pages.add_live_page(blog, post)
        else:
            pages.add_page(blog, post)
            revision = post.save_revision(user=author, clean=False)
            if status == LIVE:
                post = go_live_or_submit(post, revision, actor=author)
        settle_new_post(post, blog=blog)
    return post


def update_post(*, actor: User, post: BlogPostPage, **changes: Any) -> BlogPostPage:
    """Change what is given of one's post, building on its latest version.

    What is live or scheduled is published with the change, unless `status` is "draft": then a live post keeps its
    public version, and a scheduled one is taken back. Takes the arguments of `create_post`. Raises `NotAllowed`,
    `NotFound` or `Invalid`.
    """
    status = changes.pop("status", None)
    with one_change():
        post = tree.lock_post(post)
        require_author(actor, post)
        read = _read(actor, changes, blog_slug=lambda: post.get_parent().slug, post=post)
        latest = post.get_latest_revision_as_object()
        _apply(read, latest, post)
        return save_version(post, latest, actor=actor, status=status)


def save_version(
    post: BlogPostPage, version: BlogPostPage, *, actor: User, status: str | None = None, restored=None
) -> BlogPostPage:
    """Save a new version of a (locked) post and, where that is what `status` or the state of the post asks for,
    publish it or submit it for review; within `one_change`."""
    status = status or _status_kept(post, version)
    revision = version.save_revision(user=actor, log_action=True, clean=False, previous_revision=restored)
    published = None
    if status == LIVE:
        published = go_live_or_submit(version, revision, actor=actor)
    elif not post.live:
        take_back(post, actor=actor)
    current = published or BlogPostPage.objects.get(pk=post.pk)
    settle_post(current, actor_id=actor.pk, is_news=current.live_revision_id == revision.pk)
    return current


def _status_kept(post: BlogPostPage, version: BlogPostPage) -> str:
    """Whether a change that says nothing of it is published: where the version before it is, or was going to be."""
    status = cards.status_of(post)
    if status == PostStatus.SCHEDULED:
        return LIVE if version.go_live_at else DRAFT
    if status == PostStatus.LIVE:
        return LIVE if post.expire_at is None or post.expire_at > clock.now() else DRAFT
    return LIVE if status == PostStatus.IN_REVIEW else DRAFT


def add_post_image(*, actor: User, post: BlogPostPage, upload: File, title: str = "", alt: str = "") -> Image:
    """Add a picture to the end of one's post, as `update_post` would. Raises `NotAllowed` or `Invalid`."""
    require_author(actor, post)
    with prepared(owner=actor, uploads=[upload]) as [picture], one_change():
        post = tree.lock_post(post)
        require_author(actor, post)
        image = add_prepared(owner=actor, picture=picture, title=title, alt=alt)
        latest = post.get_latest_revision_as_object()
        latest.body = bodies.stream([*latest.body.raw_data, *bodies.with_ids([bodies.image_block(image)])])
        save_version(post, latest, actor=actor)
    return image


def delete_post(*, actor: User, post: BlogPostPage, reason: str = "") -> None:
    """Delete a post: its author may, and moderators, whose reason goes to the audit log. Raises `NotAllowed`."""
    with one_change():
        post = tree.lock_post(post)
        if not actor.is_moderator:
            require_author(actor, post)
        elif not may_act(actor):
            raise NotAllowed
        remove_page(post, actor=actor, reason=reason)


def remove_page(page: BlogPage | BlogPostPage, *, actor: User, reason: str = "") -> None:
    """Delete a page, with the reason in Wagtail's log; whether the actor may is decided before."""
    _DeleteWithReason(page, user=actor, reason=reason).execute(skip_permission_checks=True)


class _DeleteWithReason(DeletePageAction):
    """Wagtail's deletion, with the reason in its log."""

    def __init__(self, page, *, user, reason: str):
        super().__init__(page, user=user)
        self.reason = reason

    def log_deletion(self, page):
        data = {"reason": self.reason} if self.reason else None
        log(instance=page, action="wagtail.delete", user=self.user, deleted=True, data=data)


def _read(
    author: User,
    given: Mapping,
    *,
    blog_slug: Callable[[], str],
    post: BlogPostPage | None = None,
    uploads: Sequence[File] = (),
) -> dict:
    """The given fields as a page holds them, but `body` as blocks and `tags` as names. Raises `Invalid`."""
    problems = Problems()
    read: dict[str, Any] = {}
    if "title" in given:
        read["title"] = fields.read_title(given["title"], problems)
    if given.get("slug"):
        read["slug"] = slugs.read_slug(given["slug"], problems)
    if "intro" in given:
        read["intro"] = fields.read_text(given["intro"], "intro", problems, fields.INTRO_LENGTH)
    if "tags" in given:
        read["tags"] = fields.read_tags(given["tags"], problems)
    if "comments_open" in given:
        read["comments_open"] = given["comments_open"]
    read |= _read_seo(given.get("seo") or {}, problems)
    read |= _read_times(given, post, problems)
    if "feature_image" in given:
        image = given["feature_image"]
        if image is not None and not bodies.own_images(author, {image}):
            problems.add("feature_image", "Not an image of yours.", "does_not_exist")
        read["feature_image_id"] = image
    if "reply_to" in given:
        read["reply_to_id"] = _read_reply(author, given["reply_to"], post, problems)
    try:
        blocks = bodies.read_body(author, given, blog_slug=blog_slug, uploads=uploads)
    except Invalid as error:
        problems.found += error.problems
    else:
        if blocks is not None:
            read["body"] = blocks
    problems.raise_any()
    return read


def _read_seo(seo: Mapping[str, str], problems: Problems) -> dict:
    read = {}
    if "title" in seo:
        read["seo_title"] = fields.read_line(seo["title"], "seo.title", problems, fields.SEO_TITLE_LENGTH)
    if "description" in seo:
        read["search_description"] = fields.read_text(
            seo["description"], "seo.description", problems, fields.SEO_DESCRIPTION_LENGTH
        )
    return read


def _read_times(given: Mapping, post: BlogPostPage | None, problems: Problems) -> dict:
    read = {}
    if "publish_at" in given:
        read["go_live_at"] = given["publish_at"]
        if post is None or given["publish_at"] != post.go_live_at:  # as it was given, it may come back
            fields.check_future(given["publish_at"], "publish_at", problems)
    if "expire_at" in given:
        read["expire_at"] = given["expire_at"]
        if post is None or given["expire_at"] != post.expire_at:
            fields.check_future(given["expire_at"], "expire_at", problems)
    if given.get("published_at"):
        latest = first_publication(post) if post else None
        fields.check_past(given["published_at"], "published_at", problems, latest=latest)
        read["first_published_at"] = given["published_at"]
    publish_at = read.get("go_live_at", post.go_live_at if post else None)
    if publish_at and publish_at > clock.now():
        fields.check_expiry(read.get("expire_at", post.expire_at if post else None), publish_at, problems)
    return read


def first_publication(post: BlogPostPage) -> datetime | None:
    """When the post really was published first, whatever its author says; None if it never was."""
    entries = PageLogEntry.objects.filter(page=post.pk, action__startswith="wagtail.publish")
    entries = entries.exclude(action="wagtail.publish.schedule").order_by("timestamp")
    return entries.values_list("timestamp", flat=True).first()


def _read_reply(author: User, reply_to: int | None, post: BlogPostPage | None, problems: Problems) -> int | None:
    if reply_to is None or (post and post.reply_to_id == reply_to):
        return reply_to
    found = visibility.posts_seen_by(Viewer.of(author)).filter(visibility.live_now(clock.now()), pk=reply_to)
    if (post and post.pk == reply_to) or not found.exists():
        problems.add("reply_to", "There is no such post.", "does_not_exist")
    return reply_to


def _apply(read: dict, version: BlogPostPage, post: BlogPostPage) -> None:
    """Set what was read on the latest version of a post."""
    if "body" in read:
        version.body = bodies.stream(read.pop("body"))
    if "tags" in read:
        version.tags.set(tags_named(read.pop("tags")))
    slug = read.pop("slug", None)
    for name, value in read.items():
        setattr(version, name, value)
    if slug and slug != version.slug:
        version.slug = slugs.take_post_slug(slug, blog=post.get_parent().specific, post=post)
        if not post.live:  # a draft's slug is its own at once; a live post's changes when that version is published
            post.slug = slug
            post.save(update_fields=["slug", "url_path"], clean=False)
