from django.core.management.base import BaseCommand, CommandError
from rich.progress import Progress

from api.history import rebuild
from stats.store.base import StoreDown


class Command(BaseCommand):
    help = "Empty the store of the statistics and count everything anew that is in the database."

    def handle(self, *args, **options):
        done = 0
        try:
            with Progress(transient=True) as progress:
                task = progress.add_task("Counting", total=None)
                for count in rebuild():
                    done += count
                    progress.update(task, completed=done, description=f"Counting: {done} rows")
        except StoreDown as error:
            raise CommandError(f"The store of the statistics does not answer: {error}") from error
        self.stdout.write(f"{done} rows counted")
