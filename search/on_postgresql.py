"""Reading the index on PostgreSQL.

A GIN index gives all that matches, in no order. That is little for most words; of a common one it is best to go along
the places, highest first, and look whether the words of each match. So a few of the highest are looked at to learn
which parts of the search are common. Going along ends after a bounded number of entries, and the index is asked then:
words may have been common lately only.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, BooleanField, F, Func, QuerySet, Subquery, TextField, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from blogs.reads.keyset import slotted, viewer_kind
from core import clock
from core.slots import Slots
from core.statements import statement
from search.entries import Field
from search.queries import Question, for_postgresql
from search.tiers import END, Kind, Page, Tier

SAMPLE = 256
"""How many of the highest entries are looked at."""
LONGEST_WALK = 4_096
"""How many entries are gone along at most."""


class Search:
    """The answers to the questions of one search."""

    def __init__(self, kind: Kind, questions: list[Question]):
        self._kind = kind
        self._questions = questions
        self._in_sample: dict[Question, int] | None = None

    def places(self, tier: Tier, question: Question, page: Page) -> list[int]:
        """The places of what matches on that page, as far as the viewer may see it."""
        if tier.field is not Field.WHOLE and self._is_common(question, page.size):
            places = self._read(tier, question, page, is_walk=True)
            if len(places) == page.size:
                return places
        return self._read(tier, question, page, is_walk=False)

    def _is_common(self, question: Question, wanted: int) -> bool:
        """Whether going along the places should come upon as many as wanted, with some to spare."""
        if self._in_sample is None:
            self._in_sample = self._look_at_sample()
        return self._in_sample[question] * LONGEST_WALK > 2 * wanted * SAMPLE

    def _look_at_sample(self) -> dict[Question, int]:
        """How many of the highest entries meet each of the questions."""
        counts = ", ".join(["count(*) FILTER (WHERE ts_match_vq(words, %s::tsquery))"] * len(self._questions))
        table = self._kind.entry._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {counts} FROM (SELECT words FROM {table} ORDER BY place DESC LIMIT {SAMPLE}) AS sample",  # noqa: S608
                list(map(for_postgresql, self._questions)),
            )
            return dict(zip(self._questions, cursor.fetchone(), strict=True))

    def _read(self, tier: Tier, question: Question, page: Page, *, is_walk: bool) -> list[int]:
        shape = ("search", self._kind.entry, tier.field, viewer_kind(page.viewer), page.size, page.backward, is_walk)
        values: dict[str, Any] = {"at": clock.now(), "viewer": page.viewer.user_id, "edge": page.edge, "nothing": 0}
        values |= {"question": for_postgresql(question), "end": END if page.backward else -END, **page.where.times}
        read = statement((*shape, *page.where.times), lambda slots: self._build(tier, page, slots, is_walk=is_walk))
        return [place for (place,) in read.rows(**values)]

    def _build(self, tier: Tier, page: Page, slots: Slots, *, is_walk: bool) -> QuerySet:
        visible = tier.visible(slotted(page.viewer, slots), slots) & page.where.condition(slots, "")
        build = self._walk if is_walk else self._look_up
        return build(page, slots).filter(visible).values_list("place")[: page.size]

    def _walk(self, page: Page, slots: Slots) -> QuerySet:
        """Along the places. The function that stands behind `@@` is nothing the index could be asked for."""
        sign, beyond, until = ("", "gt", "lte") if page.backward else ("-", "lt", "gte")
        along = self._kind.entry.objects.filter(**{f"place__{beyond}": slots.number("edge")}).order_by(f"{sign}place")
        end = Value(slots.number("end"), output_field=BigIntegerField())
        last = Coalesce(Subquery(along.values("place")[LONGEST_WALK : LONGEST_WALK + 1]), end)
        return along.filter(_Matching(F("words"), Value(slots.text("question"))), **{f"place__{until}": last})

    def _look_up(self, page: Page, slots: Slots) -> QuerySet:
        """In the index. The places are computed, so that it is not gone along them after all."""
        nothing = Value(slots.number("nothing"), output_field=BigIntegerField())
        entries = self._kind.entry.objects.annotate(
            height=CombinedExpression(F("place"), "+", nothing, output_field=BigIntegerField())
        )
        beyond = {f"height__{'gt' if page.backward else 'lt'}": slots.number("edge")}
        found = _Matching(F("words"), Value(slots.text("question")), template="%(expressions)s", arg_joiner=" @@ ")
        return entries.filter(found, **beyond).order_by("height" if page.backward else "-height")


class _Question(Func):
    template = "(%(expressions)s)::tsquery"
    output_field = TextField()


class _Matching(Func):
    """The words meet the question."""

    function = "ts_match_vq"
    output_field = BooleanField()
    conditional = True

    def __init__(self, words, question, **extra):
        super().__init__(words, _Question(question), **extra)
