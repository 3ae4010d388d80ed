from pathlib import Path

from members.importing.commanding import ImportCommand
from members.importing.wordpress import PAGES, WordPress


class Command(ImportCommand):
    """Import a WordPress export (Tools → Export). Run again, it goes on, and changes nothing that is there."""

    help = __doc__

    def add_source(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--uploads", type=Path, metavar="DIR", help="a copy of wp-content/uploads")
        parser.add_argument(
            "--pages", choices=PAGES, default="live", help="what becomes of pages: posts, drafts, or nothing"
        )

    def open_source(self, *, file: Path, uploads: Path | None, pages: str, **options):
        return WordPress(file, uploads=uploads, pages=pages)
