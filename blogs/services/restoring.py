"""Posts, blogs and follows that come from elsewhere, with the times and in the state they had there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import PageLogEntry, Revision

from accounts.models import User
from blogs import cards
from blogs.models import BlogCard, BlogPage, BlogPostPage, Follow, OldBlogSlug, OldPostSlug
from blogs.models.cards import PostStatus
from blogs.services import bodies, pages, tree
from blogs.services.changes import one_change, settle_blog, settle_new_post
from blogs.services.publishing import start_review
from blogs.services.tags import tags_named
from core import clock, outbox


@dataclass(frozen=True)
class PostState:
    """In what state a post was, and since when."""

    status: str
    is_in_review: bool = False
    is_draft_scheduled: bool = False
    published_at: datetime | None = None
    first_publication: datetime | None = None
    updated_at: datetime | None = None
    edited_at: datetime | None = None
    old_slugs: Sequence[str] = field(default_factory=tuple)


def date_back(post: BlogPostPage, *, updated_at: datetime | None) -> None:
    """Let a post that was just published here say when it was changed last; None leaves it as it is."""
    if updated_at is not None:
        BlogPostPage.objects.filter(pk=post.pk).update(last_published_at=updated_at)
        cards.refresh_post(BlogPostPage.objects.get(pk=post.pk))


def restore_blog(
    *,
    owner: User,
    fields: Mapping[str, Any],
    tags: Sequence[str],
    is_live: bool,
    created_at: datetime,
    old_slugs: Sequence[str],
    block: Mapping[str, Any] | None,
) -> BlogPage:
    """A blog as it was: `fields` are those of the page, `block` those of its `BlogCard`. Nobody checks them again."""
    with one_change():
        index = tree.lock_index()
        blog = BlogPage(live=False, owner=owner, locale_id=index.locale_id, **fields)
        blog.tags.set(tags_named(tags))
        blog = pages.add_live_page(index, blog)
        if not is_live:
            UnpublishPageAction(blog, user=owner).execute(skip_permission_checks=True)
        BlogPage.objects.filter(pk=blog.pk).update(first_published_at=created_at)
        blog = BlogPage.objects.get(pk=blog.pk)
        settle_blog(blog, actor_id=owner.pk)
        OldBlogSlug.objects.bulk_create(OldBlogSlug(slug=slug, blog=blog) for slug in old_slugs)
        if block:
            BlogCard.objects.filter(pk=blog.pk).update(**block)
    return blog


def restore_post(
    *,
    blog: BlogPage,
    author: User,
    shown: Mapping[str, Any],
    draft: Mapping[str, Any] | None,
    state: PostState,
) -> BlogPostPage:
    """A post as it was, of facts that nobody checks again: the version that is `shown`, and a `draft` of another.

    A version holds the fields of the page, with `tags` as names and `body` as stored blocks. To tell nobody of it is
    the caller's part.
    """
    with one_change():
        blog = tree.lock_blog(blog)
        post = BlogPostPage(live=False, owner=author, locale_id=blog.locale_id)
        _set_version(post, shown)
        pages.add_page(blog, post)
        revision = post.save_revision(user=author, clean=False)
        if state.status == PostStatus.LIVE:
            post.go_live_at = None  # it went live long ago, whatever the time it was to do so
            pages.PublishVersion(revision, post, actor=author, log_action=False).execute()
        elif state.status == PostStatus.SCHEDULED:
            pages.PublishVersion(revision, post, actor=author, log_action=False).execute()
        if draft is not None:
            _save_draft(post, draft, author=author, is_scheduled=state.is_draft_scheduled)
        if state.is_in_review:
            start_review(BlogPostPage.objects.get(pk=post.pk), author)
        _set_state(post, shown, state, author=author)
        post = BlogPostPage.objects.get(pk=post.pk)
        OldPostSlug.objects.bulk_create(OldPostSlug(blog=blog, slug=slug, post=post) for slug in state.old_slugs)
        settle_new_post(post, blog=blog)
    return post


def relink_post(post: BlogPostPage, *, shown: Mapping[str, Any], draft: Mapping[str, Any] | None) -> None:
    """Set what leads from a restored post to others, `body` and `reply_to_id`, once all of them are there."""
    with one_change():
        post = tree.lock_post(post)
        _relink(post, shown)
        if post.live or draft is None:
            post.save(update_fields=["body", "reply_to"], clean=False)
        content = post.serializable_data()
        for revision in post.revisions.order_by("pk"):
            if draft is not None and revision.pk == post.latest_revision_id:
                latest = revision.as_object()
                _relink(latest, draft)
                content = latest.serializable_data()
            kept = {"body": content["body"], "reply_to": content["reply_to"]}
            Revision.objects.filter(pk=revision.pk).update(content={**revision.content, **kept})
        cards.refresh_post(BlogPostPage.objects.get(pk=post.pk))


def restore_follow(*, blog: BlogCard, user: User, created_at: datetime, accepted_at: datetime | None) -> None:
    """A follow, or a request to follow, as it was; one that is there stays as it is."""
    _, is_new = Follow.objects.get_or_create(
        blog=blog, user=user, defaults={"created_at": created_at, "accepted_at": accepted_at}
    )
    if is_new and accepted_at:
        BlogCard.objects.filter(pk=blog.pk).update(follower_count=F("follower_count") + 1)
        cards.note_change()
        outbox.record("blog.followed", blog=blog.pk, actor=user.pk, at=clock.iso(accepted_at), is_old=True)


def _set_version(post: BlogPostPage, version: Mapping[str, Any]) -> None:
    for name, value in version.items():
        if name == "tags":
            post.tags.set(tags_named(value))
        elif name == "body":
            post.body = bodies.stream(list(value))
        else:
            setattr(post, name, value)
    post.draft_title = post.title


def _save_draft(post: BlogPostPage, draft: Mapping[str, Any], *, author: User, is_scheduled: bool) -> None:
    version = BlogPostPage.objects.get(pk=post.pk)
    _set_version(version, draft)
    revision = version.save_revision(user=author, clean=False)
    if is_scheduled:
        pages.PublishVersion(revision, version, actor=author, log_action=False).execute()


def _set_state(post: BlogPostPage, shown: Mapping[str, Any], state: PostState, *, author: User) -> None:
    """The times, which Wagtail's own actions set to now."""
    BlogPostPage.objects.filter(pk=post.pk).update(
        first_published_at=state.published_at,
        last_published_at=state.updated_at,
        latest_revision_created_at=state.edited_at,
        expired=state.status == PostStatus.EXPIRED,
        **({"go_live_at": shown["go_live_at"]} if state.status == PostStatus.LIVE else {}),
    )
    revisions = list(post.revisions.order_by("pk"))
    Revision.objects.filter(pk=revisions[0].pk).update(created_at=state.updated_at or state.edited_at)
    Revision.objects.filter(pk=revisions[-1].pk).update(created_at=state.edited_at)
    if state.first_publication:
        PageLogEntry.objects.create(
            page_id=post.pk,
            content_type_id=post.content_type_id,
            label=post.title,
            action="wagtail.publish",
            user=author,
            timestamp=state.first_publication,
            content_changed=True,
        )


def _relink(version: BlogPostPage, facts: Mapping[str, Any]) -> None:
    version.body = bodies.stream(list(facts["body"]))
    version.reply_to_id = facts["reply_to_id"]
