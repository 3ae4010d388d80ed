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
        return {
            "totals": dict(self.totals),
            "days": [{"date": day.date, **{name: getattr(day, name) for name in NAMES}} for day in self.days],
            "top_posts": [dict(post) for post in self.top_posts],
        }

    def csv(self) -> str:
        """The days as a table."""
        text = io.StringIO()
        writer = csv.DictWriter(text, ["date", *NAMES], lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(dict(day) for day in self.days)
        return text.getvalue()


def read_figures(store: Store, blog: int, period: Period) -> Figures:
    """The figures of a blog. Raises `StoreDown`."""
    scope = blog_scope(blog)
    top = [TopPost(id=post, **counts) for post, counts in store.top(blog, TOP_POSTS)]
    days = _days(store, scope, period)
    return Figures.model_construct(totals=Totals(**store.total(scope)), days=days, top_posts=top)


def read_overview(store: Store, period: Period) -> Figures:
    """The figures of all blogs together, without posts. Raises `StoreDown`."""
    return Figures(totals=Totals(**store.total(ALL)), days=_days(store, ALL, period), top_posts=[])


def _days(store: Store, scope: str, period: Period) -> list[Day]:
    found = store.counts_by_day(scope, period.first.isoformat(), period.last.isoformat())
    nothing = dict.fromkeys(NAMES, 0)
    days = (day.isoformat() for day in period)
    return [Day.model_construct(date=day, **found.get(day, nothing)) for day in days]  # our own numbers need no check
