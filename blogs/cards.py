"""Keeps the read models true: each function runs in the transaction that changes what the cards show.

What a post's card depends on: its own live version (or latest one), its blog (privacy, publication), and the images it
shows. The blog's slug, title and avatar and the author's name and avatar are joined in when it is read.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Field, Model, OuterRef, Q, Subquery
from wagtail.models import Page, WorkflowState

from blogs.documents import PostFragments, render_post, updated_at
from blogs.models import BlogCard, BlogPage, BlogPostPage, PostCard, PostImage, VisibleChange
from blogs.models.cards import PostStatus
from blogs.signals import blog_changed, post_changed
from core import clock, holes
from core.errors import NotFound
from media.documents import image_document

COUNTERS = {"likes": "like_count", "comments": "comment_count", "replies": "reply_count"}


def note_change() -> None:
    """Tell all processes, with the commit of this transaction, that something public reads differently now."""
    VisibleChange.objects.create()


@transaction.atomic(savepoint=False)
def refresh_post(post: BlogPostPage, *, shown: BlogPostPage | None = None) -> None:
    """Write the card of a post anew, keeping its counters.

    `shown` is the version to show; by default the post itself when live, else its latest revision.
    """
    card, fragments = _post_card(post, shown)
    before = PostCard.objects.select_for_update().filter(pk=post.pk).values("is_live", "blog_id", "reply_to_id").first()
    _upsert(card, key="post")
    _show_images(card, fragments, is_new=before is None)
    _move_counts(before, card)
    if card.is_live or (before and before["is_live"]):
        note_change()
        post_changed.send(PostCard, post=post.pk)


def _post_card(post: BlogPostPage, shown: BlogPostPage | None = None) -> tuple[PostCard, PostFragments]:
    if shown is None:
        shown = post if post.live else post.get_latest_revision_as_object()
    blog = BlogCard.objects.get(blog__path=post.path[: -BlogPostPage.steplen])
    fragments = render_post(shown)
    card = PostCard(
        post_id=post.pk,
        blog_id=blog.pk,
        author_id=post.owner_id or blog.owner_id,
        reply_to_id=shown.reply_to_id,
        slug=shown.slug,
        title=shown.title,
        status=status_of(post),
        is_live=post.live and blog.is_live,
        is_private=blog.is_private,
        comments_open=shown.comments_open,
        published_at=shown.first_published_at,
        expire_at=shown.expire_at,
        edited_at=post.latest_revision_created_at or updated_at(post) or clock.now(),
        document=fragments.document,
        detail=fragments.detail,
        owner_detail=fragments.owner_detail,
    )
    return card, fragments


def is_in_review(post: BlogPostPage) -> bool:
    """Whether a moderator has to decide on the post; one that was sent back to its author is not."""
    state = post.current_workflow_state
    return state is not None and state.status == WorkflowState.STATUS_IN_PROGRESS


def status_of(post: BlogPostPage) -> PostStatus:
    """Where the post stands now, leaving out an expiry that has not been carried out yet."""
    if post.live:
        return PostStatus.LIVE
    if is_in_review(post):
        return PostStatus.IN_REVIEW
    if post.revisions.filter(approved_go_live_at__isnull=False).exists():
        return PostStatus.SCHEDULED
    return PostStatus.EXPIRED if post.expired else PostStatus.DRAFT


@transaction.atomic(savepoint=False)
def refresh_blog(blog: BlogPage) -> None:
    """Write the card of a blog anew, keeping its counters and its block, and pass its privacy on to its posts."""
    card = _blog_card(blog)
    before = BlogCard.objects.select_for_update().filter(pk=blog.pk).values("is_live", "is_private").first()
    _upsert(card, key="blog")
    if before and (before["is_live"], before["is_private"]) != (card.is_live, card.is_private):
        page_is_live = Page.objects.filter(pk=OuterRef("pk")).values("live")
        PostCard.objects.filter(blog=card).update(
            is_private=card.is_private, is_live=Subquery(page_is_live) if card.is_live else False
        )
        recount_blog(blog.pk)
    note_change()
    blog_changed.send(BlogCard, blog=blog.pk)


def _blog_card(blog: BlogPage) -> BlogCard:
    return BlogCard(
        blog_id=blog.pk,
        owner_id=blog.owner_id,
        slug=blog.slug,
        title=blog.title,
        is_live=blog.live,
        is_private=blog.is_private,
        created_at=blog.first_published_at or blog.latest_revision_created_at or clock.now(),
        description=blog.description,
        tags=holes.dumps(sorted((tag.name for tag in blog.tags.all()), key=str.casefold)),
        avatar_document=holes.store(image_document(blog.avatar, owner=holes.OWNER)) if blog.avatar else "",
    )


def is_true(page: BlogPage | BlogPostPage) -> bool:
    """Whether the stored card of a blog or post says what a fresh one would."""
    fresh = _blog_card(page) if isinstance(page, BlogPage) else _post_card(page)[0]
    stored = type(fresh).objects.filter(pk=page.pk).first()
    return stored is not None and all(
        getattr(stored, field.attname) == getattr(fresh, field.attname) for field in _own_fields(fresh)
    )


def forget_post(card: PostCard) -> None:
    """Take a post that is about to be deleted out of the counters it is part of."""
    if card.is_live:
        _count_post(card.blog_id, -1)
        _count_reply(card.reply_to_id, -1)
        note_change()
    post_changed.send(PostCard, post=card.pk)


def forget_blog(card: BlogCard) -> None:
    """Make it known that a blog is about to be deleted."""
    if card.is_live:
        note_change()


def refresh_posts(ids: Iterable[int]) -> None:
    """Write the cards of these posts anew, each in a transaction of its own; posts that are gone are passed over."""
    for post in BlogPostPage.objects.filter(pk__in=list(ids)):
        refresh_post(post)


def posts_showing(image_ids: Iterable[int]) -> list[int]:
    """The ids of the posts whose cards show one of these images."""
    return list(PostImage.objects.filter(image__in=list(image_ids)).values_list("post_id", flat=True).distinct())


def blogs_showing(image_ids: Iterable[int]) -> list[int]:
    """The ids of the blogs that have one of these images as avatar."""
    return list(BlogPage.objects.filter(avatar__in=list(image_ids)).values_list("pk", flat=True))


def hold_post(post_id: int) -> None:
    """Lock the card of a post for this transaction, first of all, where what hangs on it is written or removed; a
    deletion does so too. Raises `NotFound` if the post is gone."""
    if not PostCard.objects.select_for_update(no_key=True).filter(pk=post_id).values_list("pk").first():
        raise NotFound


def count(post_id: int, **by: int) -> None:
    """Move the counters `likes`, `comments` or `replies` of a post, exactly also under concurrency."""
    PostCard.objects.filter(pk=post_id).update(
        **{COUNTERS[name]: F(COUNTERS[name]) + step for name, step in by.items()}
    )
    note_change()


def _own_fields(card: Model) -> list[Field]:
    """The fields that follow from the page; the others have their home on the card."""
    kept = {*COUNTERS.values(), "post_count", "follower_count", "popularity"}
    kept |= {"blocked_at", "blocked_until", "block_reason", "blocked_by"}
    return [field for field in card._meta.concrete_fields if field.name not in kept and not field.primary_key]


def _upsert(card: Model, *, key: str) -> None:
    fields = [field.name for field in _own_fields(card)]
    type(card).objects.bulk_create([card], update_conflicts=True, unique_fields=[key], update_fields=fields)


def _show_images(card: PostCard, fragments: PostFragments, *, is_new: bool) -> None:
    wanted = set(fragments.image_ids)
    present = set() if is_new else set(PostImage.objects.filter(post=card).values_list("image_id", flat=True))
    if gone := present - wanted:
        PostImage.objects.filter(post=card, image__in=gone).delete()
    if new := wanted - present:
        PostImage.objects.bulk_create([PostImage(post=card, image_id=pk) for pk in new], ignore_conflicts=True)


def _move_counts(before: dict | None, card: PostCard) -> None:
    was_live = bool(before and before["is_live"])
    if was_live and (not card.is_live or before["blog_id"] != card.blog_id):
        _count_post(before["blog_id"], -1)
    if card.is_live and (not was_live or before["blog_id"] != card.blog_id):
        _count_post(card.blog_id, +1)
    if was_live and (not card.is_live or before["reply_to_id"] != card.reply_to_id):
        _count_reply(before["reply_to_id"], -1)
    if card.is_live and (not was_live or before["reply_to_id"] != card.reply_to_id):
        _count_reply(card.reply_to_id, +1)


def _count_post(blog_id: int, step: int) -> None:
    BlogCard.objects.filter(pk=blog_id).update(post_count=F("post_count") + step)


def _count_reply(post_id: int | None, step: int) -> None:
    if post_id:
        PostCard.objects.filter(pk=post_id).update(reply_count=F("reply_count") + step)


def recount_blog(blog_id: int) -> None:
    """Set a blog's number of posts from its rows, after many of them changed at once."""
    live = PostCard.objects.filter(Q(blog=blog_id, is_live=True)).count()
    BlogCard.objects.filter(pk=blog_id).update(post_count=live)
