import logging
import secrets

from django.core.management.base import BaseCommand
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from members.demo.staging import Stage


class Command(BaseCommand):
    """Fill the site with a small demo: authors, blogs, posts with pictures, comments. Run again, it adds nothing."""

    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--password", help="the password of the demo's authors; one is made up if none is given")

    def handle(self, *, password: str | None, **options):
        password = password or secrets.token_urlsafe(12)
        logging.disable(logging.INFO)  # a line for each page would tear the progress bar apart
        stage = Stage(password=password)
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        with Progress(*columns) as progress:
            task = progress.add_task("", total=stage.length)
            for name in stage.steps():
                progress.update(task, advance=1, description=name)
            progress.update(task, description="")
        if stage.new_authors:
            self.stdout.write(f"Sign in as {', '.join(stage.new_authors)}; password: {password}")
        else:
            self.stdout.write("The demo was there already.")
