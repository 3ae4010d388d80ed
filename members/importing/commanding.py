"""What the commands of all imports share: their options, the progress bar and the report."""

from __future__ import annotations

import logging
import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from members.importing.carrying import Import
from members.importing.report import Report
from members.importing.things import Source, Unreadable

MOST_SHOWN = 200


class ImportCommand(BaseCommand):
    """A command that imports from one kind of source."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_source(parser)
        parser.add_argument("--dry-run", action="store_true", help="write nothing, say what would happen")
        parser.add_argument(
            "--author",
            action="append",
            default=[],
            metavar="NAME=USERNAME[/BLOG]",
            help="give an author's posts to a user who is here; otherwise he becomes a new user. May be repeated",
        )
        parser.add_argument("--no-fetch", action="store_true", help="do not fetch pictures from the web")
        parser.add_argument("--report", type=Path, metavar="FILE", help="also write what was not carried to this file")

    def add_source(self, parser: ArgumentParser) -> None:
        """Add the arguments that name the source."""
        raise NotImplementedError

    def open_source(self, **options) -> Source:
        """The source they name. Raises `Unreadable`."""
        raise NotImplementedError

    def handle(self, *, dry_run: bool, author: list[str], no_fetch: bool, report: Path | None, **options):
        logging.disable(logging.WARNING)  # a line for each page would tear the progress bar apart
        console = Console(file=self.stdout if not self.stdout.isatty() else None, soft_wrap=True)
        with ExitStack() as stack:
            file = stack.enter_context(report.open("w", encoding="utf-8")) if report else None
            found = Report(file)
            try:
                source = self.open_source(**options)
                work = Import(source, report=found, mapping=_mapping(author), fetches=not no_fetch, is_dry=dry_run)
                self._run(work, source, console)
            except Unreadable as error:
                raise CommandError(str(error)) from None
            except KeyboardInterrupt:
                console.print("\nStopped. Run it again to go on from here.")
                sys.exit(130)
            finally:
                logging.disable(logging.NOTSET)
        show(found, console, is_dry=dry_run)
        if found.failed:
            sys.exit(1)

    def _run(self, work: Import, source: Source, console: Console) -> None:
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(), _Where())
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task("", total=source.count())
            for where in work.steps():
                progress.update(task, advance=1, description=where)
            progress.update(task, description="")


class _Where(TextColumn):
    """What is being brought, in one line."""

    def __init__(self):
        super().__init__("")

    def render(self, task):
        return escape(task.description)[:40]


def show(report: Report, console: Console, *, is_dry: bool) -> None:
    """Print what was done, and what was not."""
    done = ", ".join(f"{number} {what}" for what, number in report.done.items()) or "nothing"
    console.print(f"{'Would be brought' if is_dry else 'Brought'}: {done}.", highlight=False)
    if not report.total:
        console.print("Everything could be carried.")
        return
    if not console.is_terminal:
        console.print(f"Not carried, or not as it was ({report.total}):")
        for where, what in report.remarks[:MOST_SHOWN]:
            console.print(f"- {where}: {what}", markup=False, highlight=False)
    else:
        console.print(_table(report))
    if report.total > MOST_SHOWN:
        console.print(f"… and {report.total - MOST_SHOWN} more; --report FILE writes them all.")


def _table(report: Report) -> Table:
    table = Table("where", "what", title=f"Not carried, or not as it was ({report.total})", title_justify="left")
    for row in report.remarks[:MOST_SHOWN]:
        table.add_row(*map(escape, row))
    return table


def _mapping(authors: list[str]) -> dict[str, str]:
    mapping = {}
    for given in authors:
        name, equals, username = given.rpartition("=")
        if not equals or not name.strip() or not username.strip():
            raise Unreadable(f"--author {given}: write NAME=USERNAME or NAME=USERNAME/BLOG.")
        mapping[name.strip()] = username.strip()
    return mapping
