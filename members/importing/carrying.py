"""The import itself: what a source yields, made real through the services everybody uses.

Each author, picture, post and batch of comments is a transaction of its own, which also notes what was brought. So an
import can be cut off anywhere and go on when it is started again, and one that is complete changes nothing any more.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from blogs.body import from_blocks
from blogs.models import BlogPostPage, PostCard
from blogs.services import create_post
from blogs.services.fields import (
    INTRO_LENGTH,
    MOST_TAGS,
    SEO_DESCRIPTION_LENGTH,
    SEO_TITLE_LENGTH,
    TAG_LENGTH,
    TITLE_LENGTH,
)
from blogs.services.restoring import date_back
from blogs.services.slugs import make_slug
from core import clock
from core.errors import DomainError
from members.importing.bodies import blocks_of
from members.importing.conversation import Conversation
from members.importing.memory import Memory
from members.importing.people import People, Writer
from members.importing.pictures import Pictures
from members.importing.redirects import lead_to
from members.importing.report import Report
from members.importing.things import DRAFT, LIVE, Post, Source
from social.restoring import keep_quiet

UNTITLED = "Untitled"


class Import:
    """Brings what a source holds into this site. With `is_dry`, nothing is written: the report says what would be."""

    def __init__(
        self,
        source: Source,
        *,
        report: Report,
        mapping: dict[str, str] | None = None,
        fetches: bool = True,
        is_dry: bool = False,
    ):
        self.report = report
        self._source, self._is_dry = source, is_dry
        self._memory = Memory(source.name)
        known = {"memory": self._memory, "report": report, "is_dry": is_dry}
        self._people = People(source, mapping=mapping or {}, **known)
        self._pictures = Pictures(source, fetches=fetches, **known)
        self._conversation = Conversation(people=self._people, **known)

    def steps(self) -> Iterator[str]:
        """Bring one post after another, naming each when it is done."""
        for post in self._source.posts(self.report):
            try:
                self._bring(post)
            except DomainError as error:
                self.report.fail(post.where, "not carried: " + "; ".join(str(p.detail) for p in error.problems))
            except RecursionError:
                self.report.fail(post.where, "not carried: its text is nested too deeply")
            yield post.where
        self._people.finish()
        brought = {key.partition(" ")[2] for key in self._memory.keys("picture")}
        self._source.finish(self.report, brought)

    def _bring(self, post: Post) -> None:
        noted = self._memory.find("post", post.key)
        if noted is not None:
            self.report.count("posts that were there already")
            card = PostCard.objects.select_related("blog").filter(pk=noted.object_id).first()
            if card is not None:
                self._conversation.bring(post, card)
            return
        writer = self._people.writer(post.author)
        if writer is None:
            self.report.fail(post.where, "not carried: its author's account was deleted here")
            return
        card = self._write(post, writer)
        self._conversation.bring(post, card)

    def _write(self, post: Post, writer: Writer) -> PostCard | None:
        owner = writer.user

        def bring(url: str, alt: str) -> int | None:
            return self._pictures.bring(url, owner=owner, post=post, alt=alt)

        post.prepare()
        blocks = blocks_of(post, bring=bring, report=self.report)
        feature = bring(post.feature_image, post.feature_alt) if post.feature_image else None
        fields = self._fields(post)
        kind = "drafts" if fields["status"] == DRAFT else "scheduled posts" if "publish_at" in fields else "posts"
        if self._is_dry:
            from_blocks(blocks, own_images=lambda ids: set(ids))
            self.report.count(kind)
            return None
        with transaction.atomic():
            slug = _free_slug(post, writer)
            page = create_post(
                author=owner,
                blog=writer.blog,
                slug=slug,
                body=blocks,
                feature_image=feature,
                is_reviewed=True,
                **fields,
            )
            if fields["status"] == LIVE and "publish_at" not in fields:
                keep_quiet(post_id=page.pk)
                date_back(page, updated_at=_updated_at(post))
            self._memory.note("post", post.key, page.pk)
            lead_to(page, post, self.report)
        self.report.count(kind)
        return PostCard.objects.select_related("blog").get(pk=page.pk)

    def _fields(self, post: Post) -> dict:
        """What is written of a post, cut to what can be, with a remark on what was cut."""
        lose, where = self.report.lose, post.where
        title = _printable(post.title)
        if not title:
            title = UNTITLED + (f" ({post.date:%Y-%m-%d})" if post.date else "")
            lose(where, f"it has no title, so it is called “{title}”")
        tags = list(dict.fromkeys(filter(None, (_printable(tag) for tag in post.tags))))
        if long := [tag for tag in tags if len(tag) > TAG_LENGTH]:
            lose(where, f"tags cut to {TAG_LENGTH} characters: {', '.join(long)}")
            tags = list(dict.fromkeys(tag[:TAG_LENGTH].strip() for tag in tags))
        if len(tags) > MOST_TAGS:
            lose(where, f"more than {MOST_TAGS} tags; left out: {', '.join(tags[MOST_TAGS:])}")
        fields = {
            "title": self._cut(title, TITLE_LENGTH, "title", post),
            "intro": self._cut(_printable(post.intro), INTRO_LENGTH, "intro", post),
            "tags": tags[:MOST_TAGS],
            "comments_open": post.comments_open,
            "seo": {
                "title": self._cut(_printable(post.seo_title), SEO_TITLE_LENGTH, "SEO title", post),
                "description": self._cut(
                    _printable(post.seo_description), SEO_DESCRIPTION_LENGTH, "SEO description", post
                ),
            },
            "status": post.status,
        }
        if post.date and post.status == LIVE:
            fields["publish_at" if post.date > clock.now() else "published_at"] = post.date
        return fields

    def _cut(self, text: str, length: int, what: str, post: Post) -> str:
        if len(text) <= length:
            return text
        self.report.lose(post.where, f"its {what} was cut after {length} characters; it went on: …{text[length:]}")
        return text[: length - 1].rstrip() + "…"


def _updated_at(post: Post) -> datetime | None:
    moments = [moment for moment in (post.updated_at, post.date) if moment and moment <= clock.now()]
    return max(moments, default=None)


def _free_slug(post: Post, writer: Writer) -> str | None:
    """The slug the post had, if it is free in its blog, or one like it; None to have one made of the title."""
    if not post.slug:
        return None
    base = make_slug(post.slug.replace(".", "-"), "post")
    slug, number = base, 1
    while BlogPostPage.objects.child_of(writer.blog).filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return slug


def _printable(text: str) -> str:
    """The text in one line, without control characters."""
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text).split())
