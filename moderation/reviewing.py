"""Review: what waits for a moderator's decision, and the decision."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from wagtail.models import Page, TaskState, WorkflowState

from accounts.models import User
from accounts.permissions import may_act
from blogs.models import BlogPostPage, PostCard
from blogs.services import tree
from core.errors import Conflict, Invalid, NotAllowed

LONGEST_REASON = 2000


class NotInReview(Conflict):
    """Somebody else has decided, or the author took the post back."""

    code = "not_in_review"
    detail = "This post does not wait for a decision."


def waiting(posts: QuerySet[PostCard] | None = None) -> QuerySet[TaskState]:
    """The reviews that wait for a decision, of these posts or of all."""
    states = TaskState.objects.filter(
        status=TaskState.STATUS_IN_PROGRESS,
        workflow_state__status=WorkflowState.STATUS_IN_PROGRESS,
        workflow_state__base_content_type=ContentType.objects.get_for_model(Page),
        workflow_state__content_type=ContentType.objects.get_for_model(BlogPostPage),
    )
    if posts is None:
        return states
    return states.filter(workflow_state__object_id__in=posts.order_by().values(key=Cast("pk", CharField())))


def approve_post(*, actor: User, post: BlogPostPage, note: str = "") -> None:
    """Publish what was submitted of a post. Raises `NotAllowed`, `NotFound` or `NotInReview`."""
    _decide(actor, post, "approve", note)


def send_back_post(*, actor: User, post: BlogPostPage, reason: str) -> None:
    """Give a submitted post back to its author, who is told why. Raises `NotAllowed`, `Invalid`, `NotFound` or
    `NotInReview`."""
    if not reason.strip():
        raise Invalid("Say why.", code="blank", attr="reason")
    _decide(actor, post, "reject", reason)


def _decide(actor: User, post: BlogPostPage, decision: str, comment: str) -> None:
    if not (may_act(actor) and actor.is_moderator):
        raise NotAllowed
    if len(comment) > LONGEST_REASON:
        raise Invalid(f"Write at most {LONGEST_REASON} characters.", code="max_length", attr="reason")
    with transaction.atomic():
        post = tree.lock_post(post)
        state = post.current_workflow_task_state
        if state is None or state.status != TaskState.STATUS_IN_PROGRESS:
            raise NotInReview
        task = state.task.specific
        if decision not in {action for action, *_rest in task.get_actions(post, actor)}:
            raise NotAllowed
        task.on_action(state, actor, decision, comment=comment.strip())
