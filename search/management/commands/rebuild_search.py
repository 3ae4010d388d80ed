from django.core.management.base import BaseCommand
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from search import indexing, trigrams


class Command(BaseCommand):
    """Write the search index anew, of all posts, blogs and users, while the site goes on."""

    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("kinds", nargs="*", choices=[*indexing.ALL, []], help="by default all of them")
        parser.add_argument("--missing", action="store_true", help="only what is not in the index yet")

    def handle(self, *, kinds: list[str], missing: bool, **options):
        trigrams.prepare()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns) as progress:
            for name in kinds or indexing.ALL:
                kind = indexing.ALL[name]
                total = kind.total()
                task = progress.add_task(name, total=total)
                for ids in kind.every_missing() if missing else kind.every():
                    kind.index(ids)
                    progress.advance(task, len(ids))
                progress.update(task, completed=total)
                while leftover := kind.leftover(limit=indexing.CHUNK):
                    kind.index(leftover)
