"""Comments on posts: threads, edits, and stubs for what was deleted but answered.

The counter of a post counts the comments that are not deleted; `reply_count` of a comment counts its direct replies
that are not deleted.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from wagtail.log_actions import log

from accounts.blocks import not_blocked
from accounts.models import User
from accounts.viewers import Viewer
from blogs import cards, visibility
from blogs.blocked import require_unblocked
from blogs.models import PostCard
from blogs.reads.keyset import ListRead, Order, Row, keyset
from core import clock, holes, outbox
from core.errors import Invalid, NotAllowed, NotFound
from core.slots import Slots
from core.statements import statement
from media.documents import user_ref_json
from social.models import Comment

LONGEST_BODY = 10_000
BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols that show nothing: the Hangul fillers and the empty Braille pattern."""
MOST_MARKS = 4
"""How many combining marks may follow one another; more is meant to smear over the lines around."""

ORDERS = {"oldest": Order("created_at", False), "newest": Order("created_at")}


class CommentsClosed(NotAllowed):
    """The post takes no comments."""

    code = "comments_closed"
    detail = "Comments on this post are closed."


def clean_body(body: str) -> str:
    """A comment's text as it is stored. Raises `Invalid` when it is empty to the eye, too long or unprintable."""
    body = unicodedata.normalize("NFC", body.replace("\r\n", "\n")).strip()
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in body):
        raise Invalid("Control characters are not allowed.", attr="body")
    if len(body) > LONGEST_BODY:
        raise Invalid(f"Write at most {LONGEST_BODY} characters.", code="max_length", attr="body")
    if not any(unicodedata.category(c)[0] in "LNPS" and c not in BLANK_LETTERS for c in body):
        raise Invalid("Write something.", code="blank", attr="body")
    return _without_smear(body)


def _without_smear(body: str) -> str:
    kept, marks = [], 0
    for character in body:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


@transaction.atomic
def add_comment(*, author: User, post: PostCard, body: str, parent_id: int | None = None) -> Comment:
    """Comment on a post the author may see, or reply to a comment on it.

    Raises `CommentsClosed`, `Invalid` for a bad text or a parent that is not a comment on this post, or `NotFound` if
    the post was deleted meanwhile.
    """
    if not post.comments_open:
        raise CommentsClosed
    if author.pk == post.author_id:
        require_unblocked(post.blog)
    body = clean_body(body)
    cards.hold_post(post.pk)
    parent = None
    if parent_id is not None:
        parent = Comment.objects.select_for_update().filter(pk=parent_id, post=post, deleted_at__isnull=True).first()
        if parent is None:
            raise Invalid("There is no such comment on this post.", code="does_not_exist", attr="parent")
        Comment.objects.filter(pk=parent.pk).update(reply_count=F("reply_count") + 1)
    comment = Comment.objects.create(post=post, parent=parent, author=author, body=body)
    cards.count(post.pk, comments=+1)
    facts = {"comment": comment.pk, "post": post.pk, "blog": post.blog_id, "actor": author.pk}
    outbox.record("comment.added", **facts, at=clock.iso(comment.created_at))
    return comment


@transaction.atomic
def edit_comment(*, actor: User, comment: Comment, body: str) -> Comment:
    """Change one's own comment. Raises `NotAllowed` for another's, `NotFound` for a deleted one, `Invalid`."""
    comment = _locked(comment)
    if comment.author_id != actor.pk:
        raise NotAllowed
    comment.body, comment.edited_at = clean_body(body), clock.now()
    comment.save(update_fields=["body", "edited_at"])
    return comment


@transaction.atomic
def delete_comment(*, actor: User, comment: Comment, reason: str = "") -> None:
    """Delete one's own comment, one on one's own post, or as a moderator any.

    One that was answered stays as a stub; a stub goes with its last reply.
    """
    cards.hold_post(comment.post_id)
    comment = _locked(comment)
    if actor.pk not in (comment.author_id, comment.post.author_id) and not actor.is_moderator:
        raise NotAllowed
    if actor.pk == comment.post.author_id != comment.author_id:
        require_unblocked(comment.post.blog)
    if actor.pk != comment.author_id:
        log(instance=comment, action="wagtail.delete", user=actor, deleted=True, data={"reason": reason})
    remove_comment(comment)
    outbox.record(
        "comment.deleted",
        comment=comment.pk,
        post=comment.post_id,
        blog=comment.post.blog_id,
        author=comment.author_id,
        actor=actor.pk,
        reason=reason,
    )


def remove_comment(comment: Comment) -> None:
    """Turn a comment into a stub, or remove it when nobody answered it. The caller holds the post and the comment."""
    parent = Comment.objects.select_for_update().filter(pk=comment.parent_id).first()
    if Comment.objects.filter(parent=comment).exists():
        Comment.objects.filter(pk=comment.pk).update(body="", author=None, deleted_at=clock.now())
    else:
        Comment.objects.filter(pk=comment.pk).delete()
    if parent:
        Comment.objects.filter(pk=parent.pk).update(reply_count=F("reply_count") - 1)
    cards.count(comment.post_id, comments=-1)
    while parent and parent.deleted_at and not Comment.objects.filter(parent=parent).exists():
        Comment.objects.filter(pk=parent.pk).delete()
        parent = Comment.objects.select_for_update().filter(pk=parent.parent_id).first()


def _locked(comment: Comment) -> Comment:
    found = Comment.objects.select_for_update(of=("self",)).select_related("post").filter(pk=comment.pk).first()
    if found is None or found.deleted_at:
        raise NotFound
    return found


def comments_shown_to(viewer: Viewer, *, at: datetime | None = None) -> QuerySet[Comment]:
    """Like `comments_seen_by`, without those that the viewer finds as stubs, because their authors are blocked."""
    seen = comments_seen_by(viewer).select_related("post")
    return seen if viewer.is_moderator else seen.filter(not_blocked(at or clock.now(), "author__"))


def comments_seen_by(viewer: Viewer) -> QuerySet[Comment]:
    """The comments, deleted ones left out, on the posts the viewer may open."""
    return Comment.objects.filter(visibility.seen(viewer, prefix="post__"), deleted_at__isnull=True)


@dataclass(frozen=True, slots=True)
class CommentFacts:
    """What the Comment object shows."""

    id: int
    post: int
    parent: int | None
    body: str
    created_at: datetime
    edited_at: datetime | None
    is_deleted: bool
    reply_count: int
    author_ref: str


def comment_json(facts: CommentFacts) -> str:
    """The JSON text of a Comment; a deleted one, or one whose author is blocked, is an empty stub."""
    hidden = facts.is_deleted
    return (
        f'{{"id":{facts.id},"post":{facts.post},"parent":{holes.dumps(facts.parent)},'
        f'"author":{"null" if hidden else facts.author_ref},"body":{holes.dumps("" if hidden else facts.body)},'
        f'"created_at":"{clock.iso(facts.created_at)}","edited_at":{holes.dumps(clock.iso(facts.edited_at))},'
        f'"is_deleted":{"true" if hidden else "false"},"reply_count":{facts.reply_count}}}'
    )


_COLUMNS = (
    "pk",
    "post_id",
    "parent_id",
    "body",
    "created_at",
    "edited_at",
    "is_hidden",
    "reply_count",
    "author__username",
    "author__name",
    "author__avatar__document",
)


def list_comments(
    *,
    post_id: int,
    order: Order,
    limit: int,
    after: tuple | None = None,
    backward: bool = False,
    viewer: Viewer | None = None,
) -> ListRead:
    """Up to `limit` + 1 comments on a post, which the caller has made sure may be seen. One query."""

    def build(slots: Slots) -> QuerySet:
        comments = Comment.objects.filter(post=slots.number("post"))
        comments = keyset(comments, order, slots=slots, backward=backward, starts=after is None)
        return _shown(comments, slots.time("at")).values_list(*_COLUMNS)[: limit + 1]

    key, pk = after or (None, None)
    shape = ("comments", order, limit, after is None, backward)
    rows = statement(shape, build).rows(post=post_id, key=key, id=pk, at=clock.now())
    return ListRead([Row((row[4], row[0]), comment_json(_facts(row))) for row in rows], None)


def read_comment(comment: Comment) -> str:
    """The JSON text of one comment."""
    row = _shown(Comment.objects.filter(pk=comment.pk), clock.now()).values_list(*_COLUMNS).get()
    return comment_json(_facts(row))


def _shown(comments: QuerySet, at: datetime) -> QuerySet:
    shown = Q(deleted_at__isnull=True, author__isnull=False) & not_blocked(at, "author__")
    no, yes = (Cast(Value(value), BooleanField()) for value in (False, True))  # a prepared statement knows no types
    hidden = Case(When(shown, then=no), default=yes, output_field=BooleanField())
    return comments.annotate(is_hidden=hidden)


def _facts(row: tuple) -> CommentFacts:
    username, name, avatar = row[8:]
    author_ref = "null" if username is None else user_ref_json(username, name, avatar)
    return CommentFacts(*row[:6], bool(row[6]), row[7], author_ref)
