import logging
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from members.importing.commanding import show
from members.importing.report import Report
from members.importing.site import Restoration
from members.importing.site_files import SiteFiles
from members.importing.things import Unreadable


class Command(BaseCommand):
    """Restore a whole site from what export_site wrote, into an empty one. Run again, it goes on."""

    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("source", type=Path, metavar="DIR|FILE.zip")

    def handle(self, *, source: Path, **options):
        logging.disable(logging.WARNING)  # a line for each page would tear the progress bar apart
        console = Console(file=self.stdout if not self.stdout.isatty() else None, soft_wrap=True)
        report = Report()
        columns = (BarColumn(), TextColumn("{task.completed}"), TimeElapsedColumn(), TextColumn("{task.description}"))
        try:
            work = Restoration(SiteFiles(source), report)
            with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
                task = progress.add_task("", total=None)
                for name in work.steps():
                    progress.update(task, advance=1, description=name[-40:])
        except Unreadable as error:
            raise CommandError(str(error)) from None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CommandError(f"The export is not as it was written: {type(error).__name__}: {error}.") from error
        finally:
            logging.disable(logging.NOTSET)
        show(report, console, is_dry=False)
        if report.failed:
            sys.exit(1)
