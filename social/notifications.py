"""What users are told of in the app: written from events, shown only while they may see what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet

from accounts.blocks import not_blocked
from accounts.viewers import Viewer
from blogs import visibility
from blogs.models import BlogCard, Follow, PostCard
from core import clock, outbox
from core.ticker import every
from social.models import Comment, Kind, Like, Notification

KEPT_DAYS = 180


def notifications_of(viewer: Viewer) -> QuerySet[Notification]:
    """What a user is told of, without what he may not see any more, and what the blocked did."""
    at = clock.now()
    return Notification.objects.filter(
        Q(post=None) | visibility.seen(viewer, at=at, prefix="post__"),
        Q(blog=None) | visibility.blog_exists_for(viewer, at=at, prefix="blog__"),
        Q(actor=None) | (not_blocked(at, "actor__") & Q(actor__is_active=True)),
        Q(comment=None) | Q(comment__deleted_at=None),
        recipient=viewer.user_id,
    )


def mark_read(*, viewer: Viewer, ids: Iterable[int] | None = None) -> None:
    """Mark notifications as read, by default all of them; those of others are passed over."""
    unread = Notification.objects.filter(recipient=viewer.user_id, read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    unread.update(read_at=clock.now())


def tell(*, recipient: int, kind: Kind, key: str, **about) -> None:
    """Notify a user once of what `key` names. `about` may name `actor_id`, `post_id`, `comment_id`, `blog_id`."""
    if about.get("actor_id") != recipient:
        Notification.objects.get_or_create(recipient_id=recipient, key=key, defaults={"kind": kind, **about})


@outbox.handles("blog.followed", background=True)
def blog_is_followed(*, blog: int, actor: int, is_old: bool = False, **facts) -> None:
    """Tell a blog's owner of a new follower."""
    if is_old:
        return
    _tell_owner(Kind.FOLLOW, blog, actor, is_accepted=True)


@outbox.handles("follow.requested", background=True)
def follow_is_requested(*, blog: int, actor: int, **facts) -> None:
    """Tell a blog's owner that he has to decide on a request."""
    _tell_owner(Kind.FOLLOW_REQUEST, blog, actor, is_accepted=False)


@outbox.handles("blog.unfollowed", background=True)
def blog_is_unfollowed(*, blog: int, actor: int, **facts) -> None:
    """Of a follower who is gone, nobody need know."""
    if not Follow.objects.filter(blog=blog, user=actor, accepted_at__isnull=False).exists():
        Notification.objects.filter(kind=Kind.FOLLOW, blog=blog, actor=actor).delete()


@outbox.handles("follow.request_ended", background=True)
def requests_have_ended(*, blog: int, users: list[int], **facts) -> None:
    """Nobody has to decide on these requests any more."""
    pending = Follow.objects.filter(blog=blog, user__in=users, accepted_at=None).values("user")
    ended = Notification.objects.filter(kind=Kind.FOLLOW_REQUEST, blog=blog, actor__in=users)
    ended.exclude(actor__in=pending).delete()


@outbox.handles("follow.accepted", background=True)
def requests_are_accepted(*, blog: int, users: list[int], **facts) -> None:
    """Tell those who asked that they may follow now."""
    owner = BlogCard.objects.filter(pk=blog).values_list("owner", flat=True).first()
    for user in Follow.objects.filter(blog=blog, user__in=users, accepted_at__isnull=False).values_list(
        "user", flat=True
    ):
        tell(recipient=user, kind=Kind.FOLLOW_ACCEPTED, key=f"accepted:{blog}", actor_id=owner, blog_id=blog)
    Notification.objects.filter(kind=Kind.FOLLOW_REQUEST, blog=blog, actor__in=users).delete()


def _tell_owner(kind: Kind, blog: int, user: int, *, is_accepted: bool) -> None:
    follow = Follow.objects.select_related("blog").filter(blog=blog, user=user, accepted_at__isnull=not is_accepted)
    if found := follow.first():
        tell(recipient=found.blog.owner_id, kind=kind, key=f"{kind}:{blog}:{user}", actor_id=user, blog_id=blog)


@outbox.handles("comment.added", background=True)
def comment_is_added(*, comment: int, is_old: bool = False, **facts) -> None:
    """Tell whom a comment answers, else the post's author; nobody of an old one that was brought from elsewhere."""
    if is_old:
        return
    found = Comment.objects.filter(pk=comment, deleted_at=None).select_related("post", "parent").first()
    if found is None or found.author_id is None:
        return
    about = {"actor_id": found.author_id, "post_id": found.post_id, "comment_id": comment, "key": f"comment:{comment}"}
    answered = found.parent.author_id if found.parent else None
    if answered and _may_see(answered, found.post_id):
        tell(recipient=answered, kind=Kind.REPLY, **about)
    if found.post.author_id != answered:
        tell(recipient=found.post.author_id, kind=Kind.COMMENT, **about)


@outbox.handles("post.published", background=True)
def post_is_published(*, post: int, **facts) -> None:
    """Tell the author of a post that it was answered by another post, if he may read that."""
    card = PostCard.objects.filter(pk=post, is_live=True, reply_to__isnull=False).select_related("reply_to").first()
    if card is not None and _may_see(card.reply_to.author_id, post):
        about = {"actor_id": card.author_id, "post_id": post, "blog_id": card.blog_id}
        tell(recipient=card.reply_to.author_id, kind=Kind.REPLY, key=f"post:{post}", **about)


@outbox.handles("post.liked", background=True)
@outbox.handles("post.unliked", background=True)
@transaction.atomic
def likes_have_changed(*, post: int, is_old: bool = False, **facts) -> None:
    """Count anew the likes since the author last looked: one notification stands for all of them."""
    if is_old:
        return
    card = PostCard.objects.select_for_update().filter(pk=post).first()
    if card is None:
        return
    told = Notification.objects.filter(recipient=card.author_id, post=post, kind=Kind.LIKE)
    last_read = told.filter(read_at__isnull=False).order_by("-created_at").first()
    key = f"like:{post}:{last_read.pk if last_read else 0}"
    likes = Like.objects.filter(not_blocked(clock.now(), "user__"), post=post).exclude(user=card.author_id)
    if last_read:
        likes = likes.filter(created_at__gt=last_read.created_at)
    counted = likes.aggregate(count=Count("pk"), latest=Max("created_at"))
    if not counted["count"]:
        told.filter(key=key, read_at=None).delete()
        return
    actor = likes.order_by("-created_at", "-pk").values_list("user", flat=True).first()
    about = {"kind": Kind.LIKE, "post_id": post, "actor_id": actor}
    about |= {"count": counted["count"], "created_at": counted["latest"]}
    Notification.objects.update_or_create(recipient_id=card.author_id, key=key, defaults=about)


def _may_see(user: int, post: int) -> bool:
    """Whether a user, as one without office, may read a post."""
    return PostCard.objects.filter(visibility.listed(Viewer(user, "user")), pk=post).exists()


@every(seconds=24 * 3600)
def forget_old() -> None:
    """Remove notifications read half a year ago."""
    before = clock.now() - timedelta(days=KEPT_DAYS)
    Notification.objects.filter(read_at__lt=before).delete()
