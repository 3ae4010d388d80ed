"""What moderation tells those concerned, in the app: the reporter what became of his report, the author what was done
to his things, both with the reason. A notice names no moderator; reporters are named to nobody but moderators.
"""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver
from wagtail.models import PageLogEntry, TaskState
from wagtail.signals import workflow_approved, workflow_rejected

from accounts.models import User
from blogs.models import BlogCard, BlogPostPage, PostCard
from core import outbox
from moderation.models import Report, ReportStatus
from social.models import Kind
from social.notifications import tell

LONGEST_SUBJECT = 255


def _tell(recipient: int | None, act: str, key: str, *, by: int | None, **about) -> None:
    """Tell somebody of an act, unless he did it himself or is gone."""
    if recipient is None or recipient == by or not User.objects.filter(pk=recipient, is_active=True).exists():
        return
    about["subject"] = about.get("subject", "")[:LONGEST_SUBJECT]
    tell(recipient=recipient, kind=Kind.MODERATION, key=f"{act}:{key}", act=act, **about)


@outbox.handles("report.handled", background=True)
def report_is_handled(*, report: int, status: str, actor: int | None, **facts) -> None:
    """Tell the reporter of the decision, and the author of the thing if it went against him."""
    found = Report.objects.select_related("post", "comment").filter(pk=report, status=status).first()
    if found is None:
        return
    key = f"{report}:{found.handled_at:%Y%m%d%H%M%S%f}"
    about = {"subject": found.post.title if found.post else "", "reason": found.handled_note}
    _tell(found.reporter_id, f"report_{status}", key, by=actor, **about)
    is_there = found.post is not None or (found.comment is not None and found.comment.deleted_at is None)
    if status == ReportStatus.RESOLVED and is_there:  # of a deletion the author is told by itself
        reason = found.handled_note or found.get_reason_display()
        place = {"post_id": found.post_id or found.comment.post_id, "comment_id": found.comment_id}
        _tell(
            found.author_id,
            "reported",
            f"{found.about}:{found.handled_at:%Y%m%d%H%M}",
            by=actor,
            **about | place | {"reason": reason},
        )


@outbox.handles("post.deleted", background=True)
def post_is_deleted(*, post: int, blog: int, author: int | None = None, **facts) -> None:
    """Tell an author that somebody else deleted his post."""
    if PageLogEntry.objects.filter(page=blog, action="wagtail.delete").exists():
        return  # with its whole blog: he is told of that
    _tell_of_deletion("post_deleted", post, author)


@outbox.handles("blog.deleted", background=True)
def blog_is_deleted(*, blog: int, owner: int | None = None, **facts) -> None:
    """Tell an author that somebody else deleted his blog."""
    _tell_of_deletion("blog_deleted", blog, owner)


def _tell_of_deletion(act: str, page: int, author: int | None) -> None:
    entry = PageLogEntry.objects.filter(page=page, action="wagtail.delete").order_by("-timestamp").first()
    if entry is not None and entry.user_id is not None:
        reason = entry.data.get("reason", "")
        _tell(author, act, str(page), by=entry.user_id, subject=entry.label, reason=reason)


@outbox.handles("comment.deleted", background=True)
def comment_is_deleted(
    *, comment: int, post: int, actor: int | None = None, author: int | None = None, reason: str = "", **facts
) -> None:
    """Tell who commented that a moderator deleted it; what the post's own author deletes is between the two."""
    card = PostCard.objects.filter(pk=post).first()
    if card is not None and actor not in (None, card.author_id):
        about = {"post_id": post, "subject": card.title, "reason": reason}
        _tell(author, "comment_deleted", str(comment), by=actor, **about)


@outbox.handles("blog.blocked", background=True)
def blog_is_blocked(*, blog: int, actor: int, **facts) -> None:
    """Tell the owner of a blog that it is blocked; the blog itself says until when."""
    card = BlogCard.objects.filter(pk=blog, blocked_at__isnull=False).first()
    if card is not None:
        about = {"blog_id": blog, "subject": card.title, "reason": card.block_reason}
        _tell(
            card.owner_id,
            "blog_blocked",
            f"{blog}:{_moment(card.blocked_at)}:{_moment(card.blocked_until)}",
            by=actor,
            **about,
        )


@outbox.handles("blog.unblocked", background=True)
def blog_is_unblocked(*, blog: int, at: str, actor: int, **facts) -> None:
    """Tell the owner of a blog that its block was lifted."""
    card = BlogCard.objects.filter(pk=blog).first()
    if card is not None:
        _tell(card.owner_id, "blog_unblocked", f"{blog}:{at}", by=actor, blog_id=blog, subject=card.title)


@receiver([workflow_approved, workflow_rejected])
def review_is_over(instance, user=None, **facts) -> None:
    """Tell the author of a post what the review came to, and what the moderator said to it."""
    post = BlogPostPage.objects.filter(pk=instance.object_id).first()  # `content_object` is a plain page
    if post is None:
        return
    state = TaskState.objects.filter(workflow_state=instance).order_by("-finished_at", "-pk").first()
    is_approved = instance.status == instance.STATUS_APPROVED
    about = {"post_id": post.pk, "subject": post.title, "reason": state.comment if state else ""}
    key = f"{instance.pk}:{state.pk if state else 0}"
    _tell(post.owner_id, "post_approved" if is_approved else "post_rejected", key, by=user and user.pk, **about)


def _moment(at: datetime | None) -> str:
    return f"{at:%Y%m%d%H%M%S}" if at else "-"
