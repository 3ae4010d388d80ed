"""Posts that were found: what the search is narrowed to, how they are shown, and their tags."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count
from django.db.models.functions import Lower

from accounts.models import User
from accounts.viewers import Viewer
from blogs import reads
from blogs.models import BlogCard, PostTag
from core import holes
from search.entries import Field, body_text, tag_mark
from search.finding import Hit
from search.highlights import highlight
from search.queries import Query, Term
from search.tiers import Narrowing
from social.likes import liked_in_slots

MOST_TAGS = 20


def narrowed(
    *,
    blog: str | None = None,
    author: str | None = None,
    tag: str | None = None,
    published_after: datetime | None = None,
    published_before: datetime | None = None,
) -> Narrowing | None:
    """The search narrowed to a blog, an author, a tag, a time; None where nothing can be found."""
    marks = []
    if blog is not None:
        pk = BlogCard.objects.filter(slug=blog).values_list("pk", flat=True).first()
        marks.append(f"{Field.BLOG}{pk}")
    if author is not None:
        pk = User.objects.named(author).values_list("pk", flat=True).first()
        marks.append(f"{Field.AUTHOR}{pk}")
    if tag is not None:
        marks.append(tag_mark(tag))
    if f"{Field.BLOG}None" in marks or f"{Field.AUTHOR}None" in marks:
        return None
    return Narrowing(tuple((Term(mark),) for mark in marks), published_after, published_before)


def found_posts(hits: Sequence[Hit], *, query: Query, viewer: Viewer) -> list[str]:
    """The PostCards with `highlight` as JSON texts, in the order of the hits. One query.

    What the viewer may not see any more by now is left out.
    """
    liked = None if viewer.is_anonymous else liked_in_slots
    posts = reads.read_chosen_posts(viewer=viewer, ids=[hit.pk for hit in hits], liked=liked)
    return [_highlighted(posts[hit.pk], query) for hit in hits if hit.pk in posts]


def tags_of(hits: Sequence[Hit]) -> list[dict]:
    """The tags that most of these posts have, with the number of them. One query."""
    tagged = PostTag.objects.filter(content_object__in=[hit.pk for hit in hits]).values_list("tag__name")
    counted = tagged.annotate(posts=Count("content_object", distinct=True)).order_by("-posts", Lower("tag__name"))
    return [{"name": name, "count": posts} for name, posts in counted[:MOST_TAGS]]


def _highlighted(post: reads.ChosenPost, query: Query) -> str:
    card = json.loads(holes.fill(post.document, "null") + "}")
    passage = highlight(query, title=card["title"], intro=card["intro"], body=body_text(post.detail))
    return f'{post.json[:-1]},"highlight":{holes.dumps(passage)}}}'
