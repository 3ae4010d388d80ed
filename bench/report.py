"""The figures as a table, as JSON and as a plot."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import log10

from rich.table import Table

from bench.measuring import READS, SERVERS, Rates

TITLES = {
    "first": "feed/latest/ first page",
    "deep": "feed/latest/ deep",
    "detail": "posts/{id}/",
    "home": "feed/home/ (200 blogs)",
    "search": "search/ (a common word)",
    "rare": "search/ (rare words)",
    "create": "create and publish",
}
FLOOR_TARGETS = {"first": 0.4, "deep": 0.2, "detail": 0.25, "home": 0.15, "search": 0.02, "rare": 0.02}
STOCK_TARGET, CREATE_TARGET = 100, 2
STOCK_TARGETS = {"search": 5, "rare": 2}
FLAT = 0.2
COLORS = {"floor": "#9aa5b1", "ours": "#2f855a", "uncached": "#68d391", "stock": "#c53030"}


@dataclass
class Result:
    """What was measured on one database of one size."""

    database: str
    posts: int
    depth: int
    rates: Rates
    queries: dict[str, dict[str, int]]

    def as_json(self) -> dict:
        """Everything, for the file."""
        rates = {f"{server} {name}": rounds for (server, name), rounds in self.rates.rounds.items()}
        return {
            "database": self.database,
            "posts": self.posts,
            "depth": self.depth,
            "answers_per_second": rates,
            "queries": self.queries,
        }


def table(results: list[Result]) -> Table:
    """The medians, and the ratios that matter."""
    rates_of = ("floor", "ours", "uncached", "stock")
    shown = Table("", title="Answers per second", title_justify="left")
    for column in ("floor", "ours", "no cache", "stock", "ours÷floor", "no cache÷floor", "ours÷stock", "queries"):
        shown.add_column(column, justify="right")
    for result in results:
        rates = result.rates
        shown.add_row(f"[bold]{result.database}, {result.posts:,} posts")
        for name in READS:
            shown.add_row(
                f"{result.depth:,} deep" if name == "deep" else TITLES[name],
                *(_number(rates.of(server, name)) if rates.has(server, name) else "" for server in rates_of),
                _judged(rates.ratio("ours", "floor", name), FLOOR_TARGETS[name]),
                f"{rates.ratio('uncached', 'floor', name):.2f}",
                _judged(rates.ratio("ours", "stock", name), STOCK_TARGETS.get(name, STOCK_TARGET))
                if rates.has("stock", name)
                else "",
                _queries(result, name),
            )
        shown.add_row(
            TITLES["create"],
            *("", _number(rates.of("ours", "create")), "", _number(rates.of("stock", "create")), "", ""),
            _judged(rates.ratio("ours", "stock", "create"), CREATE_TARGET),
            _queries(result, "create"),
            end_section=True,
        )
    return shown


def _queries(result: Result, name: str) -> str:
    return f"{result.queries['ours'][name]} / {result.queries['stock'].get(name, '–')}"


def remarks(results: list[Result]) -> list[str]:
    """What the table does not say: whether pages cost the same however deep and however many posts there are."""
    found = []
    for result in results:
        ratio = result.rates.ratio("uncached", "uncached", "deep", of="first")
        found.append(
            f"{result.database}, {result.posts:,} posts, caches off: a page {result.depth:,} deep is served "
            f"{_judged(ratio, 1 - FLAT)} times as often as the first"
        )
    for database in dict.fromkeys(result.database for result in results):
        same = [result for result in results if result.database == database]
        for small, large in pairwise(same):
            for name in READS:
                ratio = (large.rates.of("uncached", name) / large.rates.of("floor", name)) / (
                    small.rates.of("uncached", name) / small.rates.of("floor", name)
                )
                found.append(
                    f"{database}, {TITLES[name]}, caches off, against the floor: "
                    f"{large.posts:,} posts is {_judged(ratio, 1 - FLAT)} of {small.posts:,} posts"
                )
    return found


def plot(results: list[Result]) -> str:
    """An SVG with a bar for each server and request, on a logarithmic scale."""
    width, row, left, top = 900, 16, 330, 40
    rows = [
        (result, name, server)
        for result in results
        for name in READS
        for server in SERVERS
        if result.rates.has(server, name)
    ]
    decades = 5
    scale = (width - left - 90) / decades
    parts, y = [], top
    for result, name, server in rows:
        if server == SERVERS[0]:
            y += 12
            label = f"{result.database}, {result.posts:,} posts: {TITLES[name]}"
            parts.append(f'<text x="{left - 8}" y="{y + 2.3 * row}" text-anchor="end">{escape(label)}</text>')
        rate = result.rates.of(server, name)
        length = max(_log10(rate), 0.02) * scale
        parts.append(f'<rect x="{left}" y="{y}" width="{length:.0f}" height="{row - 3}" fill="{COLORS[server]}"/>')
        parts.append(f'<text x="{left + length + 5:.0f}" y="{y + row - 5}">{server} {_number(rate)}/s</text>')
        y += row
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y + 20}" font-family="sans-serif" '
        f'font-size="11"><rect width="100%" height="100%" fill="white"/>'
        f'<text x="12" y="24" font-size="15">Answers per second (logarithmic)</text>{"".join(parts)}</svg>\n'
    )


def _log10(number: float) -> float:
    return log10(number) if number > 1 else 0


def _number(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 20 else f"{rate:.1f}"


def _judged(ratio: float, target: float) -> str:
    color = "green" if ratio >= target else "red"
    return f"[{color}]{ratio:.2f}[/]" if ratio < 20 else f"[{color}]{ratio:,.0f}[/]"
