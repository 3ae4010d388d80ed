"""What is shown of the counters: the figures of a blog, and those of all blogs together."""

from __future__ import annotations

import csv
import io

from pydantic import BaseModel, create_model

from stats.facts import ALL, NAMES, blog_scope
from stats.periods import Period
from stats.store.base import Store

TOP_POSTS = 10

Totals = create_model("Totals", __doc__="All there is now.", **dict.fromkeys(NAMES, (int, ...)))


class TopPost(BaseModel):
    """One of the live posts with the most views."""

    id: int
    views: int
    likes: int
    comments: int
    replies: int


class Day(Totals):
    """What there is now and came on this day (UTC); what was taken back is in no day."""

    date: str


class Figures(BaseModel):
    """The figures of a blog: totals over all time, the days asked for without gaps, its posts viewed most."""

    totals: Totals
    days: list[Day]
    top_posts: list[TopPost]

    def document(self) -> dict:
        """As JSON is made of it, with the date of a day in front."""
        document = self.model_dump()
        document["days"] = [{"date": day.date, **day.model_dump(exclude={"date"})} for day in self.days]
        return document

    def csv(self) -> str:
        """The days as a table."""
        text = io.StringIO()
        writer = csv.DictWriter(text, ["date", *NAMES], lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(day.model_dump() for day in self.days)
        return text.getvalue()


def read_figures(store: Store, blog: int, period: Period) -> Figures:
    """The figures of a blog. Raises `StoreDown`."""
    scope = blog_scope(blog)
    top = [TopPost(id=post, **counts) for post, counts in store.top(blog, TOP_POSTS)]
    return Figures(totals=Totals(**store.total(scope)), days=_days(store, scope, period), top_posts=top)


def read_overview(store: Store, period: Period) -> Figures:
    """The figures of all blogs together, without posts. Raises `StoreDown`."""
    return Figures(totals=Totals(**store.total(ALL)), days=_days(store, ALL, period), top_posts=[])


def _days(store: Store, scope: str, period: Period) -> list[Day]:
    found = store.counts_by_day(scope, period.first.isoformat(), period.last.isoformat())
    nothing = dict.fromkeys(NAMES, 0)
    return [Day(date=day.isoformat(), **found.get(day.isoformat(), nothing)) for day in period]
