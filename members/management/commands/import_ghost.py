from pathlib import Path

from members.importing.commanding import ImportCommand
from members.importing.ghost import Ghost


class Command(ImportCommand):
    """Import a Ghost export (Settings → Export). Run again, it goes on, and changes nothing that is there."""

    help = __doc__

    def add_source(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--url", default="", help="the address the site had, for links and pictures")
        parser.add_argument("--content", type=Path, metavar="DIR", help="a copy of Ghost's folder `content`")

    def open_source(self, *, file: Path, url: str, content: Path | None, **options):
        return Ghost(file, url=url, content=content)
