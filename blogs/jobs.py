"""What the ticker does for blogs and posts."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q, Subquery

from blogs import cards, preview_tokens
from blogs.models import BlogCard, PostCard, VisibleChange
from core import clock
from core.ticker import every

CHANGES_KEPT = timedelta(minutes=1)
BATCH = 2_000
NOTED_LATE = timedelta(hours=1)


@every(seconds=60)
def prune_changes() -> None:
    """Keep the table small that every read looks at."""
    newest = VisibleChange.objects.order_by("-pk").values("pk")[:1]  # while it is there, no version comes again
    VisibleChange.objects.filter(created_at__lt=clock.now() - CHANGES_KEPT, pk__lt=Subquery(newest)).delete()


@every(seconds=10)
def note_newest_posts() -> None:
    """Note the newest posts of blogs that do not know theirs: a process of a release that noted none published them."""
    posts = PostCard.objects.filter(is_live=True, published_at__gt=clock.now() - NOTED_LATE)
    unnoted = Q(blog__newest_post_at=None) | Q(blog__newest_post_at__lt=F("published_at"))
    for blog in set(posts.filter(unnoted).values_list("blog", flat=True)):
        cards.recount_blog(blog)


@every(seconds=600)
def prune_previews() -> None:
    """Forget the previews that no token leads to any more."""
    preview_tokens.prune()


@every(seconds=24 * 3600)
def score_popularity() -> None:
    """Give posts and blogs the score that `order=popular` sorts by; posts that nobody reacted to keep 0 untouched."""
    now, last = clock.now(), 0
    reacted = Q(like_count__gt=0) | Q(comment_count__gt=0) | Q(reply_count__gt=0) | ~Q(popularity=0)
    posts = PostCard.objects.filter(reacted, is_live=True).order_by("pk")
    posts = posts.only("published_at", "like_count", "comment_count", "reply_count", "popularity")
    while batch := list(posts.filter(pk__gt=last)[:BATCH]):
        for post in batch:
            post.popularity = popularity(post, at=now)
        PostCard.objects.bulk_update(batch, ["popularity"])
        last = batch[-1].pk
    BlogCard.objects.exclude(popularity=F("follower_count")).update(popularity=F("follower_count"))
    cards.note_change()


def popularity(post: PostCard, *, at: datetime) -> int:
    """`1000 · (likes + 2 · comments + 3 · replies) / (days since publication + 2)^1.5`, as Hacker News ranks."""
    days = max((at - post.published_at).total_seconds(), 0) / 86_400
    reactions = post.like_count + 2 * post.comment_count + 3 * post.reply_count
    return int(1000 * reactions / (days + 2) ** 1.5)
