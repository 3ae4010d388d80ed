"""`make bench`: how fast reads and writes are, against a bare Django view and stock Wagtail, in one run on one machine.

Fills throw-away databases on SQLite and PostgreSQL, serves them with granian, and measures in interleaved rounds:
*floor*, a bare Django view without middleware that sends the same bytes; *ours*; *no cache*, ours with the cache of hot
pages off; *stock*, Wagtail's API v2 and its way to create a page. Ratios hold for other machines, numbers do not.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from contextlib import ExitStack, nullcontext
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench.measuring import measure, steps
from bench.report import Result, plot, remarks, table
from bench.sites import ROOT, Site
from tests.servers.postgresql import running_postgresql

RESULTS = ROOT / "bench" / "results"
console = Console(width=None if sys.stdout.isatty() else 120)


def main() -> None:
    options = _options()
    results = [_measure(database, posts, options) for database in options.databases for posts in options.sizes]
    console.print(table(results))
    for remark in remarks(results):
        console.print(remark)
    options.results.mkdir(parents=True, exist_ok=True)
    figures = [result.as_json() for result in results]
    (options.results / "bench.json").write_text(json.dumps(figures, indent=1) + "\n")
    (options.results / "bench.svg").write_text(plot(results))
    console.print(f"Written: {options.results}/bench.json, bench.svg")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000], help="numbers of posts")
    parser.add_argument("--million", action="store_true", help="also with 1,000,000 posts, which takes long")
    parser.add_argument("--databases", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each round of each measurement")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    if options.million:
        options.sizes.append(1_000_000)
    return options


def _measure(database: str, posts: int, options: argparse.Namespace) -> Result:
    console.rule(f"{database}, {posts:,} posts")
    folder = Path(tempfile.mkdtemp(prefix="inktree-bench-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        url = stack.enter_context(running_postgresql() if database == "postgresql" else nullcontext(""))
        site = Site(folder, url, posts=posts)
        site.fill()
        stack.enter_context(site.serving())
        columns = (TextColumn("measuring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("", total=steps(site, options.rounds))
            rates = measure(site, rounds=options.rounds, seconds=options.seconds, tick=lambda: progress.advance(task))
        queries = {"ours": site.ours["queries"], "stock": site.stock["queries"]}
        return Result(database, posts, site.ours["depth"], rates, queries)


if __name__ == "__main__":
    main()
