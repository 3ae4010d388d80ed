"""Publishing posts, now and later, taking them back, and sending them to review."""

from __future__ import annotations

from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import Page, Revision

from accounts.models import User
from blogs import cards
from blogs.models import BlogCard, BlogPostPage
from blogs.services import tree
from blogs.services.changes import one_change, settle_post
from blogs.services.pages import PublishVersion
from blogs.services.rules import may_publish, require_author
from core import clock
from core.errors import Conflict, Invalid


class AlreadyInReview(Conflict):
    """The post was submitted before, and nobody has decided on it yet."""

    code = "already_in_review"
    detail = "This post is in review."


class NothingToReview(Conflict):
    """The post is live as it is, without changes that could be reviewed."""

    code = "nothing_to_review"
    detail = "This post has no unpublished changes."


def publish_post(*, actor: User, post: BlogPostPage) -> BlogPostPage:
    """Publish the latest version of one's post now, or submit it where posts are reviewed.

    A time at which it was to be published, and one at which it expired, are forgotten. Raises `NotAllowed`.
    """
    with one_change():
        post = tree.lock_post(post)
        require_author(actor, post)
        version = post.get_latest_revision_as_object()
        now = clock.now()
        is_clean = post.live and not post.has_unpublished_changes
        if is_clean and (post.expire_at is None or post.expire_at > now):
            return post
        revision = post.latest_revision
        is_later = version.go_live_at is not None and version.go_live_at > now
        is_over = version.expire_at is not None and version.expire_at <= now
        if is_later or is_over or revision is None:
            version.go_live_at = None if is_later else version.go_live_at
            version.expire_at = None if is_over else version.expire_at
            revision = version.save_revision(user=actor, clean=False)
        published = go_live_or_submit(version, revision, actor=actor)
        settle_post(published, actor_id=actor.pk, is_news=published.live_revision_id == revision.pk)
    return published


def unpublish_post(*, actor: User, post: BlogPostPage) -> BlogPostPage:
    """Make one's post a draft again, whether it is live, scheduled or in review. Raises `NotAllowed`."""
    with one_change():
        post = tree.lock_post(post)
        require_author(actor, post)
        take_back(post, actor=actor)
        settle_post(post, actor_id=actor.pk)
    return post


def submit_post(*, actor: User, post: BlogPostPage) -> BlogPostPage:
    """Send the latest version of one's post to review.

    Raises `NotAllowed`, `AlreadyInReview` or `NothingToReview`.
    """
    with one_change():
        post = tree.lock_post(post)
        require_author(actor, post)
        if cards.is_in_review(post):
            raise AlreadyInReview
        if post.live and not post.has_unpublished_changes:
            raise NothingToReview
        start_review(post, actor)
        settle_post(post, actor_id=actor.pk, is_news=False)
    return post


def go_live_or_submit(version: BlogPostPage, revision: Revision, *, actor: User) -> BlogPostPage:
    """Publish (or schedule) the newly saved version of a post, or submit it where its author may not publish.

    Gives the post as it then is; within `one_change`.
    """
    now = clock.now()
    if version.expire_at and version.expire_at <= now:
        raise Invalid("This time has passed.", code="in_the_past", attr="expire_at")
    if not may_publish(actor):
        start_review(BlogPostPage.objects.get(pk=version.pk), actor)
        return BlogPostPage.objects.get(pk=version.pk)
    published = PublishVersion(revision, version, actor=actor).execute()
    is_of_later = version.go_live_at is not None and version.go_live_at > now
    return BlogPostPage.objects.get(pk=version.pk) if is_of_later else published


def take_back(post: BlogPostPage, *, actor: User) -> None:
    """Make a (locked) post a draft: unpublish it, cancel its schedule and its review."""
    if state := post.current_workflow_state:
        state.cancel(user=actor)
    for revision in post.revisions.filter(approved_go_live_at__isnull=False):
        revision.approved_go_live_at = None
        revision.save(user=actor, update_fields=["approved_go_live_at"])
    UnpublishPageAction(post, user=actor).execute(skip_permission_checks=True)


def publish_due() -> int:
    """Publish what was scheduled until now; returns how many.

    May run in any number of processes at once: each post is published by one of them. What belongs to a blocked blog
    or author waits until the block ends.
    """
    due = Revision.page_revisions.filter(approved_go_live_at__lte=clock.now()).order_by("approved_go_live_at")
    return sum(_publish_if_due(pk) for pk in list(due.values_list("pk", flat=True)))


def expire_due() -> int:
    """Unpublish what has expired until now; returns how many. May run in any number of processes at once."""
    due = Page.objects.filter(live=True, expire_at__lte=clock.now()).order_by("expire_at")
    return sum(_expire_if_due(pk) for pk in list(due.values_list("pk", flat=True)))


def _publish_if_due(pk: int) -> bool:
    with one_change():
        found = Revision.objects.filter(pk=pk).first()
        page = found and Page.objects.filter(pk=found.object_id).first()
        if page is None:
            return False
        page = page.specific
        if isinstance(page, BlogPostPage):
            page = tree.lock_post(page)
        now = clock.now()
        revision = Revision.objects.select_for_update().filter(pk=pk, approved_go_live_at__lte=now).first()
        if revision is None:
            return False
        if not isinstance(page, BlogPostPage):
            revision.publish(log_action="wagtail.publish.scheduled")
            return True
        blog = BlogCard.objects.select_related("owner").get(posts=page.pk)
        if blog.is_blocked(now) or blog.owner.is_blocked(now) or not blog.owner.is_active:
            return False
        action = PublishPageRevisionAction(revision, user=None, log_action="wagtail.publish.scheduled")
        action.execute(skip_permission_checks=True)
        settle_post(action.object, actor_id=None)
        return True


def _expire_if_due(pk: int) -> bool:
    with one_change():
        page = Page.objects.filter(pk=pk).first()
        if page is None:
            return False
        page = page.specific
        if isinstance(page, BlogPostPage):
            page = tree.lock_post(page)
        if not page.live or page.expire_at is None or page.expire_at > clock.now():
            return False
        page.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
        if isinstance(page, BlogPostPage):
            settle_post(page, actor_id=None)
        return True


def start_review(post: BlogPostPage, actor: User) -> None:
    """Send the latest version of a (locked) post to review, in place of one that was sent before."""
    workflow = post.get_workflow()
    if workflow is None:
        raise Conflict("There is nobody who reviews posts.", code="no_workflow")
    if state := post.current_workflow_state:  # of an earlier version, or one that was sent back
        state.cancel(user=actor)
    workflow.start(post, actor)
