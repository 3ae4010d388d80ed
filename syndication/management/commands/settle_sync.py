from django.core.management.base import BaseCommand
from rich.progress import track

from blogs.models import PostCard
from syndication.filling import tell_missing
from syndication.models import SyncMark
from syndication.settling import BATCH, settle, untrue


class Command(BaseCommand):
    """Bring the list for mirrors up to date, or compare it with the posts as everybody sees them."""

    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if the list is not true")
        parser.add_argument("--all", action="store_true", help="look at every post, not only at those that are marked")

    def handle(self, *, check: bool, all: bool, **options):
        if check:
            self._check()
            return
        told = tell_missing()
        if all:
            rank = SyncMark.Rank.DERIVED
            posts = PostCard.objects.order_by("published_at", "pk").values_list("pk", flat=True)
            marks = (SyncMark(post=post, rank=rank) for post in posts.iterator(10_000))
            SyncMark.objects.bulk_create(marks, batch_size=10_000)
        total = SyncMark.objects.count()
        for _ in track(range(0, total, BATCH), description="Marks"):
            settle(most=BATCH)
        while settle(most=BATCH):
            pass
        self.stdout.write(f"{told} posts told for the first time, {total} marks settled.")

    def _check(self):
        wrong = 0
        for post, what in track(untrue(), description="Posts"):
            wrong += 1
            self.stderr.write(f"post {post}: {what}")
        if wrong:
            raise SystemExit(1)
