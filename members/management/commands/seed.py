from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from accounts.models import User
from media.models import Image
from media.services.images import add_image
from members.demo.pictures import KINDS, picture
from members.seeding.filling import Seeding, tidy_up
from search import indexing

PICTURES = 12
PICTURE_SIZE = (1200, 800)
PAINTER = "seed-painter"


class Command(BaseCommand):
    """Fill the database with generated posts, on top of what is there."""

    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--posts", type=int, default=100_000)
        parser.add_argument("--blogs", type=int, default=1_000)
        parser.add_argument(
            "--password", help="the password of all generated authors; without it none of them can sign in"
        )
        parser.add_argument("--pictures", type=int, default=PICTURES, help="how many pictures the posts share")
        parser.add_argument(
            "--index", action="store_true", help="also index the pages for search and references, which takes long"
        )

    def handle(self, *, posts: int, blogs: int, password: str | None, pictures: int, index: bool, **options):
        if posts < 0 or blogs < 1:
            raise CommandError("Give at least 1 blog, and no negative number of posts.")
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA cache_size=-400000")
        last = {name: kind.last_id() for name, kind in indexing.ALL.items()}
        seeding = Seeding(posts=posts, blogs=blogs, password=password)
        with self._progress() as progress:
            images = [_shared_picture(number) for number in progress.track(range(pictures), description="Pictures")]
            task = progress.add_task("Blogs", total=blogs)
            seeding.register_authors()
            seeding.found_blogs()
            progress.update(task, completed=blogs)
            task = progress.add_task("Posts", total=posts)
            seeding.write_posts(images=images, progress=lambda number: progress.advance(task, number))
            tidy_up()
            task = progress.add_task("Search", total=posts + 2 * blogs)
            for name, kind in indexing.ALL.items():
                for ids in kind.every(beyond=last[name]):
                    kind.index(ids)
                    progress.advance(task, len(ids))
            tidy_up()
        if index:
            call_command("rebuild_references_index", verbosity=0)
            call_command("update_index", verbosity=0)
        self.stdout.write(f"{posts} posts in {blogs} blogs.")

    def _progress(self) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )


def _shared_picture(number: int) -> Image:
    """A picture of the painter's, made when it is not there yet."""
    painter = User.objects.named(PAINTER).first()
    if painter is None:
        painter = User(username=PAINTER, email=f"{PAINTER}@example.com", name="Painter", password=make_password(None))
        painter.save()
    title = f"Seed picture {number + 1}"
    found = Image.objects.filter(uploaded_by_user=painter, title=title).first()
    if found:
        return found
    kind = sorted(KINDS)[number % len(KINDS)]
    upload = ContentFile(picture(title, kind=kind, size=PICTURE_SIZE), name=f"seed-{number + 1}.jpg")
    return add_image(owner=painter, upload=upload, title=title, alt=f"Generated picture: {kind}")
