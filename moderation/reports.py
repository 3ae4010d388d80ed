"""Reports: made by users about posts and comments, handled by moderators one by one or for a thing as a whole."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from wagtail.models import PageLogEntry

from accounts.models import User
from accounts.permissions import may_act
from blogs import services
from blogs.models import BlogCard, PostCard
from core import clock, outbox
from core.errors import Invalid, NotAllowed, NotFound
from moderation import audit, blocking
from moderation.models import Reason, Report, ReportStatus
from social import comments
from social.models import Comment

logger = logging.getLogger(__name__)

LONGEST_NOTE = 2000
DECISIONS = (ReportStatus.RESOLVED, ReportStatus.DISMISSED)


def report_post(*, actor: User, post: PostCard, reason: str, note: str = "") -> Report:
    """Report a post the actor may see. Doing so again changes what he said; there is one report per user and thing.

    A decision on it stands until the thing is changed: then reporting it again opens the report anew.
    """
    author = post.blog.owner_id
    return _report(actor, f"post:{post.pk}", reason, note, changed_at=post.edited_at, post=post, author_id=author)


def report_comment(*, actor: User, comment: Comment, reason: str, note: str = "") -> Report:
    """Report a comment the actor may see, as `report_post` does."""
    changed_at = comment.edited_at or comment.created_at
    about = {"comment": comment, "author_id": comment.author_id}
    return _report(actor, f"comment:{comment.pk}", reason, note, changed_at=changed_at, **about)


def handle_report(*, actor: User, report: Report, status: str, note: str = "") -> Report:
    """Resolve or dismiss one report. Moderators may, and may decide anew. Raises `NotAllowed` or `Invalid`."""
    with transaction.atomic():
        [report] = _locked(actor, Report.objects.filter(pk=report.pk))
        _decide([report], actor=actor, status=status, note=note)
    return report


def handle_thing(*, actor: User, report: Report, status: str, note: str = "") -> int:
    """Resolve or dismiss all open reports of the thing that this one is about; returns how many there were."""
    with transaction.atomic():
        found = _locked(actor, open_reports(report.about), may_be_none=True)
        _decide(found, actor=actor, status=status, note=note)
    return len(found)


def dismiss_thing(*, actor: User, report: Report, note: str = "") -> int:
    """Dismiss all open reports of a thing, which stays as it is. Raises `NotAllowed`."""
    return handle_thing(actor=actor, report=report, status=ReportStatus.DISMISSED, note=note)


def delete_thing(*, actor: User, report: Report, note: str = "") -> None:
    """Delete what was reported, with the note as reason, and resolve its open reports.

    Raises `NotAllowed`, or `NotFound` if the thing is gone.
    """
    with transaction.atomic():
        handle_thing(actor=actor, report=report, status=ReportStatus.RESOLVED, note=note)
        if report.comment is not None:
            comments.delete_comment(actor=actor, comment=report.comment, reason=note)
        elif report.post is not None:
            services.delete_post(actor=actor, post=report.post.post, reason=note)
        else:
            raise NotFound


def block_blog_of(*, actor: User, report: Report, until: datetime | None, note: str = "") -> BlogCard:
    """Block the blog of a reported post, with the note as reason, and resolve the open reports of the post.

    Raises `NotAllowed`, `Invalid`, or `NotFound` if the post is gone or the report is about a comment.
    """
    if report.post is None:
        raise NotFound
    with transaction.atomic():
        blog = blocking.block_blog(actor=actor, blog=report.post.blog, until=until, reason=note)
        handle_thing(actor=actor, report=report, status=ReportStatus.RESOLVED, note=note)
    return blog


def block_author_of(*, actor: User, report: Report, until: datetime | None, note: str = "") -> User:
    """Block the author of a reported thing, with the note as reason, and resolve the open reports of the thing.

    Admins may. Raises `NotAllowed`, `Invalid`, or `NotFound` if the author is gone.
    """
    if report.author is None:
        raise NotFound
    with transaction.atomic():
        user = blocking.block_user(actor=actor, user=report.author, until=until, reason=note)
        handle_thing(actor=actor, report=report, status=ReportStatus.RESOLVED, note=note)
    return user


def open_reports(about: str) -> QuerySet[Report]:
    """The reports of a thing that wait for a decision."""
    return Report.objects.filter(about=about, status=ReportStatus.OPEN)


def one_per_thing(reports: QuerySet[Report]) -> QuerySet[Report]:
    """The newest of these reports for each thing and status, with `times`: how many of that status there are."""
    same = Report.objects.filter(about=OuterRef("about"), status=OuterRef("status")).order_by()
    newest = same.values("about").annotate(newest=Max("pk")).values("newest")
    times = same.values("about").annotate(times=Count("pk")).values("times")
    return reports.annotate(times=Subquery(times)).filter(pk=Subquery(newest))


def _report(actor: User, about: str, reason: str, note: str, *, changed_at: datetime, **thing) -> Report:
    if not may_act(actor):
        raise NotAllowed
    if reason not in Reason.values:
        raise Invalid(f"Choose one of: {', '.join(Reason.values)}.", code="invalid_choice", attr="reason")
    _check_note(note)
    said = {"reason": reason, "note": note}
    with transaction.atomic():
        found, is_new = Report.objects.get_or_create(about=about, reporter=actor, defaults={**said, **thing})
        if is_new:
            outbox.record("report.made", report=found.pk, actor=actor.pk)
            logger.info("reported", extra={"about": about, "reason": reason, "actor": actor.pk})
            return found
        found = Report.objects.select_for_update().get(pk=found.pk)
        if found.status != ReportStatus.OPEN:
            if changed_at <= found.handled_at:
                return found
            found.status, found.created_at = ReportStatus.OPEN, clock.now()
            found.handled_by, found.handled_at, found.handled_note = None, None, ""
            outbox.record("report.made", report=found.pk, actor=actor.pk)
        for name, value in said.items():
            setattr(found, name, value)
        found.save()
    return found


def _locked(actor: User, found: QuerySet[Report], *, may_be_none: bool = False) -> list[Report]:
    if not (may_act(actor) and actor.is_moderator):
        raise NotAllowed
    reports = list(found.select_for_update(of=("self",)).select_related("post", "comment", "reporter").order_by("pk"))
    if not reports and not may_be_none:
        raise NotFound
    return reports


def _decide(reports: Iterable[Report], *, actor: User, status: str, note: str) -> None:
    if status not in DECISIONS:
        raise Invalid("Choose one of: resolved, dismissed.", code="invalid_choice", attr="status")
    _check_note(note)
    at = clock.now()
    action = audit.RESOLVE if status == ReportStatus.RESOLVED else audit.DISMISS
    for report in reports:
        report.status, report.handled_by, report.handled_at, report.handled_note = status, actor, at, note
        report.save(update_fields=["status", "handled_by", "handled_at", "handled_note"])
        about = {"report": report.pk, "about": report.about, "reported_as": report.reason}
        audit.record_act(action, _thing_of(report), actor=actor, reason=note, **about)
        outbox.record("report.handled", report=report.pk, status=status, actor=actor.pk)
        logger.info("report handled", extra={"report": report.pk, "status": status, "actor": actor.pk})


def _thing_of(report: Report):
    """What the audit log files an act under: the reported thing, or the report when that is gone."""
    if report.comment is not None:
        return report.comment
    return report.post.post if report.post is not None else report


def _check_note(note: str) -> None:
    if len(note) > LONGEST_NOTE:
        raise Invalid(f"At most {LONGEST_NOTE} characters.", code="max_length", attr="note")


@outbox.handles("post.deleted")
def post_is_gone(*, post: int, **facts) -> None:
    """Nobody has to decide on a post any more that was deleted."""
    entry = PageLogEntry.objects.filter(page=post, action="wagtail.delete").order_by("-timestamp").first()
    _close(f"post:{post}", by=entry and entry.user_id, note=entry.data.get("reason", "") if entry else "")


@outbox.handles("comment.deleted")
def comment_is_gone(*, comment: int, actor: int | None = None, reason: str = "", **facts) -> None:
    """Nobody has to decide on a comment any more that was deleted."""
    _close(f"comment:{comment}", by=actor, note=reason)


def _close(about: str, *, by: int | None, note: str) -> None:
    by_moderator = User.objects.filter(pk=by).first() if by else None
    if by_moderator is not None and not by_moderator.is_moderator:
        by_moderator = None  # its author deleted it himself
    with transaction.atomic():
        for report in open_reports(about).select_for_update():
            report.status, report.handled_at = ReportStatus.RESOLVED, clock.now()
            report.handled_by, report.handled_note = by_moderator, note[:LONGEST_NOTE] if by_moderator else ""
            report.save(update_fields=["status", "handled_by", "handled_at", "handled_note"])
            outbox.record("report.handled", report=report.pk, status=report.status, actor=by_moderator and by)
