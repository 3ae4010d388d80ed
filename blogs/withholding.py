"""Likes and follows of blocked users leave the counters for as long as the block lasts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, F, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from blogs.models import Follow
from blogs.models.withheld import WithheldFollow, WithheldLike
from core import clock
from core.ticker import every

BATCH = 1_000


def withhold(*, user_id: int, posts: Iterable[int], until: datetime | None) -> None:
    """Stop counting a user's likes of these posts, and his follows, until then (None: until `release`)."""
    blogs = Follow.objects.filter(user=user_id, accepted_at__isnull=False).values_list("blog_id", flat=True)
    _write(WithheldLike, "post", (WithheldLike(user_id=user_id, post_id=pk, until=until) for pk in posts))
    _write(WithheldFollow, "blog", (WithheldFollow(user_id=user_id, blog_id=pk, until=until) for pk in blogs))


def withhold_followers(*, blog_id: int, users: Iterable) -> None:
    """Do not count these blocked users, who have just become followers of the blog, while they are blocked."""
    rows = (WithheldFollow(user_id=user.pk, blog_id=blog_id, until=user.blocked_until) for user in users)
    _write(WithheldFollow, "blog", rows)


def release(*, user_id: int) -> None:
    """Count again all that was withheld of a user."""
    for model in (WithheldLike, WithheldFollow):
        model.objects.filter(user=user_id).delete()


def forget(*, user_id: int, post: int | None = None, blog: int | None = None) -> None:
    """Forget what was withheld of a like of this post or a follow of this blog that is being removed."""
    if post is not None:
        WithheldLike.objects.filter(user=user_id, post=post).delete()
    if blog is not None:
        WithheldFollow.objects.filter(user=user_id, blog=blog).delete()


def withheld_likes(at) -> Subquery:
    """How many likes of a `PostCard` do not count at that time (null: none); for the querysets of cards."""
    return _withheld(WithheldLike, "post", at)


def withheld_follows(at) -> Subquery:
    """How many follows of a `BlogCard` do not count at that time (null: none); for the querysets of cards."""
    return _withheld(WithheldFollow, "blog", at)


def with_likes_now(posts: QuerySet) -> QuerySet:
    """These `PostCard`s, each with the likes that count now as `likes_now`."""
    return posts.annotate(likes_now=F("like_count") - Coalesce(withheld_likes(clock.now()), 0))


def with_followers_now(blogs: QuerySet) -> QuerySet:
    """These `BlogCard`s, each with the followers that count now as `followers_now`."""
    return blogs.annotate(followers_now=F("follower_count") - Coalesce(withheld_follows(clock.now()), 0))


@every(seconds=3600)
def forget_ended() -> None:
    """Remove the rows of blocks that have ended."""
    now = clock.now()
    for model in (WithheldLike, WithheldFollow):
        model.objects.filter(until__lte=now).delete()


def _withheld(model: type[Model], of: str, at) -> Subquery:
    rows = model.objects.filter(Q(until__isnull=True) | Q(until__gt=at), **{of: OuterRef("pk")})
    return Subquery(rows.order_by().values(group=Value(1)).annotate(many=Count("pk")).values("many"))


def _write(model: type[Model], of: str, rows: Iterable[Model]) -> None:
    conflict = {"update_conflicts": True, "unique_fields": [of, "user"], "update_fields": ["until"]}
    model.objects.bulk_create(rows, batch_size=BATCH, **conflict)
