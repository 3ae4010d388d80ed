from pathlib import Path

from members.importing.commanding import ImportCommand
from members.importing.markdown_files import MarkdownFiles


class Command(ImportCommand):
    """Import a folder of Markdown files with front matter. Run again, it goes on, and changes nothing that is there."""

    help = __doc__

    def add_source(self, parser):
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--url", default="", help="the address the site had, for links and pictures")
        parser.add_argument("--default-author", default="Anonymous author", help="who wrote what names nobody")
        parser.add_argument("--name", default="", help="tells this folder from others of its name")

    def open_source(self, *, folder: Path, url: str, default_author: str, name: str, **options):
        return MarkdownFiles(folder, url=url, author=default_author, name=name)
