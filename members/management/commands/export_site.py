from contextlib import ExitStack
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from members.exporting.packing import Entry, as_zip, into_folder
from members.exporting.site import about_how_many, site_entries


class Command(BaseCommand):
    """Write the whole site to a new folder, or to a file whose name ends with .zip."""

    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("target", type=Path, metavar="DIR|FILE.zip")

    def handle(self, *, target: Path, **options):
        if target.exists() and (target.is_file() or any(target.iterdir())):
            raise CommandError(f"{target} is there already, and not empty.")
        console = Console(file=self.stdout if not self.stdout.isatty() else None, soft_wrap=True)
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        with ExitStack() as stack:
            progress = stack.enter_context(Progress(*columns, console=console, disable=not console.is_terminal))
            _hold_still(stack)
            task = progress.add_task("", total=about_how_many())
            written = 0
            for path in _write(target):
                written += 1
                progress.update(task, completed=written, description=path.rpartition("/")[2][:40])
            progress.update(task, total=written, description="")
        self.stdout.write(f"{written} files in {target}.")


def _hold_still(stack: ExitStack) -> None:
    """Let the export see the database as it was at one moment. On SQLite that would keep others from writing."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        stack.enter_context(transaction.atomic())
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _write(target: Path):
    if target.suffix.lower() != ".zip":
        yield from into_folder(site_entries(), target)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    begun: list[str] = []

    def noted():
        for entry in site_entries():
            begun.append(entry.path)
            yield Entry(entry.path, entry.pieces)

    draft = target.with_name(f".{target.name}.part")
    with draft.open("wb") as file:
        for piece in as_zip(noted()):
            file.write(piece)
            yield from begun
            begun.clear()
    draft.replace(target)
    yield from begun
