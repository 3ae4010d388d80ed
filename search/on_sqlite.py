"""Reading the index on SQLite: its full text tables give what matches one after the other, in order of the places."""

from __future__ import annotations

from django.db.models import BooleanField, F, Func, QuerySet, Value

from blogs.reads.keyset import slotted, viewer_kind
from core import clock
from core.slots import Slots
from core.statements import statement
from search.queries import Question, for_sqlite
from search.tiers import Kind, Page, Tier


class Search:
    """The answers to the questions of one search."""

    def __init__(self, kind: Kind, questions: list[Question]):
        self._kind = kind

    def places(self, tier: Tier, question: Question, page: Page) -> list[int]:
        """The places of what matches on that page, as far as the viewer may see it."""
        shape = ("search", self._kind.entry, tier.field, viewer_kind(page.viewer), page.size, page.backward)
        rows = statement((*shape, *page.where.times), lambda slots: self._build(tier, page, slots)).rows(
            at=clock.now(),
            viewer=page.viewer.user_id,
            question=for_sqlite(question),
            edge=page.edge,
            **page.where.times,
        )
        return [place for (place,) in rows]

    def _build(self, tier: Tier, page: Page, slots: Slots) -> QuerySet:
        matching = _Matching(F("words"), Value(slots.text("question")))
        visible = tier.visible(slotted(page.viewer, slots), slots)
        beyond = {f"pk__{'gt' if page.backward else 'lt'}": slots.number("edge")}
        words = self._kind.words.objects.filter(matching, visible, page.where.condition(slots, "entry__"), **beyond)
        return words.order_by("pk" if page.backward else "-pk").values_list("pk")[: page.size]


class _Matching(Func):
    """The words meet the question. FTS5 is asked by the column that every such table has, of the table's own name."""

    output_field = BooleanField()
    conditional = True

    def as_sql(self, compiler, connection, **extra):
        words, question = self.source_expressions
        marks, params = compiler.compile(question)
        return f'"{words.alias}"."{words.target.model._meta.db_table}" MATCH {marks}', params
