"""The comments on an imported post, in the order in which they were written, with their threads."""

from __future__ import annotations

import unicodedata

from django.db import transaction

from blogs.models import PostCard
from core.errors import DomainError
from members.importing.memory import Memory
from members.importing.people import People
from members.importing.report import Report
from members.importing.things import Comment, Post
from social.comments import LONGEST_BODY, clean_body
from social.models import Comment as CommentRow
from social.restoring import restore_comment

BATCH = 100


class Conversation:
    """Brings comments in, a batch in a transaction, and goes on where it was cut off."""

    def __init__(self, *, memory: Memory, people: People, report: Report, is_dry: bool):
        self._memory, self._people, self._report, self._is_dry = memory, people, report, is_dry

    def bring(self, post: Post, card: PostCard | None) -> None:
        """Add the comments that are not there yet; `card` is None when nothing is to be written."""
        if not post.comments:
            return
        comments = sorted(post.comments, key=lambda comment: (comment.created_at, comment.key))
        known: dict[str, int | None] = {}
        for start in range(0, len(comments), 500):
            keys = [comment.key for comment in comments[start : start + 500]]
            known |= self._memory.find_all("comment", keys)
        waiting = _answers_last([comment for comment in comments if comment.key not in known])
        for start in range(0, len(waiting), BATCH):
            with transaction.atomic():
                for comment in waiting[start : start + BATCH]:
                    known[comment.key] = self._add(comment, post, card, known)

    def _add(self, comment: Comment, post: Post, card: PostCard | None, known: dict[str, int | None]) -> int | None:
        where = f"{post.where}, comment of {comment.created_at:%Y-%m-%d} by {comment.guest_name or comment.author}"
        parent = known.get(comment.parent) if comment.parent else None
        if comment.parent and comment.parent not in known:
            self._report.lose(where, "the comment it answers is not there, so it stands alone")
        try:
            body = self._body(comment, where)
        except DomainError as error:
            self._report.lose(where, f"comment not carried: {error.problems[0].detail}")
            if not self._is_dry:
                self._memory.note("comment", comment.key, None)
            return None
        author = self._people.commenter(
            author=comment.author, guest_name=comment.guest_name, guest_key=comment.guest_key
        )
        self._report.count("comments")
        if self._is_dry or card is None:
            return 0
        if parent is not None and not CommentRow.objects.filter(pk=parent, post=card).exists():
            parent = None
        if author is None:
            self._report.lose(where, "comment not carried: its author's account was deleted here")
            self._memory.note("comment", comment.key, None)
            return None
        added = restore_comment(post=card, author_id=author, body=body, created_at=comment.created_at, parent_id=parent)
        self._memory.note("comment", comment.key, added.pk)
        return added.pk

    def _body(self, comment: Comment, where: str) -> str:
        body = "".join(c for c in comment.body if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
        if len(body) > LONGEST_BODY:
            self._report.lose(where, f"comment cut off after {LONGEST_BODY} of {len(body)} characters")
            body = body[: LONGEST_BODY - 1].rstrip() + "…"
        return clean_body(body)


def _answers_last(comments: list[Comment]) -> list[Comment]:
    """The comments so that none comes before the one it answers; otherwise in their order."""
    here = {comment.key: comment for comment in comments}
    ordered: dict[str, Comment] = {}
    for comment in comments:
        chain = []
        while comment and comment.key not in ordered and comment not in chain:
            chain.append(comment)
            comment = here.get(comment.parent or "")
        ordered |= {link.key: link for link in reversed(chain)}
    return list(ordered.values())
