"""Finding in the index: which things match, best first, of those the viewer may see.

Where the words stand decides first: a thing whose title is what was typed, then those with all words in the title, then
tags and intro, then anywhere. Each such *tier* is asked for its highest places that the viewer may see, and a tier
counts as so much weight more; so the best of all tiers together are the best there are, and nothing needs to be ranked
but what is given out. A row is in one tier only, and its rank depends on nothing but itself: lists go on after any row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import nlargest, nsmallest

from django.db import connection

from accounts.viewers import Viewer
from search import on_postgresql, on_sqlite
from search.entries import PLACE_BITS, pk_at
from search.queries import Clause, Query, Question
from search.tiers import END, EVERYTHING, SIZES, Kind, Narrowing, Page


@dataclass(frozen=True, order=True, slots=True)
class Hit:
    """Something that was found, and its rank: higher is better."""

    rank: int
    pk: int = field(compare=False)


def find(
    kind: Kind,
    query: Query,
    *,
    viewer: Viewer,
    limit: int,
    after: int | None = None,
    backward: bool = False,
    where: Narrowing = EVERYTHING,
) -> list[Hit]:
    """Up to `limit` hits, best first, that come after the rank `after`; going `backward`: before it, worst first.

    To be called within `brief_search`.
    """
    if not query.words:
        return []
    size = next(size for size in SIZES if size >= limit)
    questions: list[Question] = []
    stricter: tuple[Clause, ...] = ()
    for tier in kind.tiers:
        clauses = tier.clauses(query)
        questions.append(Question((*clauses, *where.marks), stricter))
        stricter = clauses
    database = on_postgresql if connection.vendor == "postgresql" else on_sqlite
    search = database.Search(kind, questions)
    found: list[Hit] = []
    for tier, question in zip(kind.tiers, questions, strict=True):
        bonus = tier.bonus << PLACE_BITS
        if (
            not backward
            and len(found) >= limit
            and _last_of(limit, found) >= (kind.heaviest() + 1 << PLACE_BITS) + bonus
        ):
            break  # nothing of this tier or those below it could come before
        edge = (-END if backward else END) if after is None else after - bonus
        page = Page(viewer, size, edge, backward, where)
        found += [Hit(place + bonus, pk_at(place)) for place in search.places(tier, question, page)]
    return (nsmallest if backward else nlargest)(limit, found)


def _last_of(limit: int, found: list[Hit]) -> int:
    """The rank of the last of the best."""
    return nlargest(limit, found)[-1].rank
