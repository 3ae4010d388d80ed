"""The end that every change of a post or blog comes to, whichever door it came through: old slug, card and event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction
from django.db.models import QuerySet

from blogs import cards, follows
from blogs.models import BlogCard, BlogPage, BlogPostPage, OldBlogSlug, OldPostSlug, PostCard
from core import clock, outbox

_is_ours: ContextVar[bool] = ContextVar("a service is changing pages", default=False)


@contextmanager
def one_change() -> Iterator[None]:
    """A transaction in which a service settles itself what it changed, once, and not at each of Wagtail's signals."""
    token = _is_ours.set(True)
    try:
        with transaction.atomic():
            yield
    finally:
        _is_ours.reset(token)


def is_settled_by_service() -> bool:
    """Whether a service is at work that settles what it changes."""
    return _is_ours.get()


def settle_new_post(post: BlogPostPage, *, blog: BlogPage) -> None:
    """Write down what a post that was just added to the blog is."""
    cards.refresh_post(post)
    if post.live:
        facts = _public_facts(post, blog_is_live=blog.live)
        outbox.record("post.published", post=post.pk, blog=blog.pk, actor=post.owner_id, **facts)


def settle_post(post: BlogPostPage, *, actor_id: int | None, is_news: bool = True) -> None:
    """Write down what a post that was changed now is; `post` holds its row, not a draft of it.

    With `is_news` false what readers see of it stayed the same: only a draft of it changed.
    """
    before = PostCard.objects.filter(pk=post.pk).values("slug", "is_live", "blog_id", "blog__is_live").first()
    if before and before["slug"] != post.slug and post.first_published_at:
        _keep_post_slug(post, before)
    cards.refresh_post(post)
    if is_news and (kind := _kind_of_news(was_live=bool(before and before["is_live"]), is_live=post.live)):
        blog_id = before["blog_id"] if before else post.get_parent().pk
        facts = _public_facts(post, blog_is_live=before is None or before["blog__is_live"])
        outbox.record(kind, post=post.pk, blog=blog_id, actor=actor_id, **facts)


def settle_blog(blog: BlogPage, *, actor_id: int | None) -> None:
    """Write down what a blog that was changed now is."""
    before = BlogCard.objects.filter(pk=blog.pk).values("slug", "is_live", "is_private").first()
    if before and before["slug"] != blog.slug:
        OldBlogSlug.objects.filter(slug=blog.slug, blog=blog).delete()
        OldBlogSlug.objects.get_or_create(slug=before["slug"], defaults={"blog": blog})
    cards.refresh_blog(blog)
    if before:
        follows.accept_requests_to_public(blog_id=blog.pk)
    facts = {"slug": blog.slug, "owner": blog.owner_id, "is_live": blog.live}
    outbox.record("blog.updated" if before else "blog.created", blog=blog.pk, actor=actor_id, **facts)
    posts = BlogPostPage.objects.child_of(blog).filter(live=True)
    if before and before["is_live"] != blog.live:
        _tell_of(posts, blog)
    elif before and before["is_private"] != blog.is_private:
        _tell_of(posts.filter(reply_to__isnull=False), blog)  # they count as replies, or no longer


def _tell_of(posts: QuerySet[BlogPostPage], blog: BlogPage) -> None:
    """Tell of posts for which the change of their blog changes what is counted."""
    for post in posts:
        kind = "post.updated" if blog.live else "post.unpublished"
        outbox.record(kind, post=post.pk, blog=blog.pk, actor=None, **_public_facts(post, blog_is_live=blog.live))


def _public_facts(post: BlogPostPage, *, blog_is_live: bool) -> dict:
    """What the statistics are told of a post."""
    replies = PostCard.objects.filter(cards.REPLIES, pk=post.pk).values_list("reply_to", "reply_to__blog")
    reply_to, reply_blog = (post.reply_to_id and replies.first()) or (None, None)
    return {
        "is_live": post.live and blog_is_live,
        "published_at": clock.iso(post.first_published_at),
        "reply_to": reply_to,
        "reply_blog": reply_blog,
    }


def _kind_of_news(*, was_live: bool, is_live: bool) -> str | None:
    if is_live:
        return "post.updated" if was_live else "post.published"
    return "post.unpublished" if was_live else None


def _keep_post_slug(post: BlogPostPage, before: dict) -> None:
    """Let the slug the post had lead to it, and the one it has to nothing else."""
    OldPostSlug.objects.filter(blog=before["blog_id"], slug__in=(before["slug"], post.slug)).delete()
    OldPostSlug.objects.create(blog_id=before["blog_id"], slug=before["slug"], post=post)
