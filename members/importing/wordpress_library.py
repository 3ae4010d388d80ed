"""The media library and the reusable blocks of a WordPress export, looked up while its posts are read.

They may stand after the posts that show them, so the file is read once before; what is found is kept on disk.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

PICTURES = ("jpg", "jpeg", "png", "gif", "webp", "avif", "heic", "heif", "svg", "bmp", "tif", "tiff")


@dataclass(frozen=True)
class Attachment:
    """A file of the media library."""

    id: str
    parent: str
    url: str
    title: str
    alt: str
    caption: str

    @property
    def is_picture(self) -> bool:
        return self.url.rpartition(".")[2].partition("?")[0].lower() in PICTURES


class Library:
    """Attachments by id, by the post they were uploaded to, and by address; reusable blocks by id."""

    def __init__(self):
        self._file = tempfile.NamedTemporaryFile(prefix="library-", suffix=".sqlite3")  # noqa: SIM115 - kept open
        self._db = sqlite3.connect(self._file.name, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("PRAGMA synchronous=OFF")
        columns = "id TEXT PRIMARY KEY, parent TEXT, url TEXT, title TEXT, alt TEXT, caption TEXT, place INTEGER"
        self._db.execute(f"CREATE TABLE attachment ({columns})")
        self._db.execute("CREATE INDEX by_parent ON attachment (parent)")
        self._db.execute("CREATE INDEX by_url ON attachment (url)")
        self._db.execute("CREATE TABLE block (id TEXT PRIMARY KEY, content TEXT)")
        self._db.execute("CREATE TABLE shown (url TEXT PRIMARY KEY)")

    def add(self, attachment: Attachment, place: int) -> None:
        """Keep an attachment; `place` is its order in galleries."""
        row = (attachment.id, attachment.parent, attachment.url, attachment.title, attachment.alt, attachment.caption)
        self._db.execute("INSERT OR REPLACE INTO attachment VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, place))

    def add_block(self, id: str, content: str) -> None:
        """Keep a reusable block."""
        self._db.execute("INSERT OR REPLACE INTO block VALUES (?, ?)", (id, content))

    def block(self, id: str) -> str | None:
        """The content of a reusable block."""
        row = self._db.execute("SELECT content FROM block WHERE id = ?", (id,)).fetchone()
        return row[0] if row else None

    def find(self, id: str) -> Attachment | None:
        """An attachment by its id."""
        return next(self._select("id = ?", id), None)

    def at(self, url: str) -> Attachment | None:
        """An attachment by its address."""
        return next(self._select("url = ?", url), None)

    def of_post(self, post: str) -> list[Attachment]:
        """What was uploaded to a post, in its order."""
        return list(self._select("parent = ?", post))

    def note_shown(self, url: str) -> None:
        """Remember that a post shows the file at this address."""
        self._db.execute("INSERT OR IGNORE INTO shown VALUES (?)", (url,))

    def never_shown(self) -> Iterator[Attachment]:
        """The attachments that no post shows."""
        return self._select("url NOT IN (SELECT url FROM shown) AND ? = ''", "")

    def _select(self, condition: str, value: str) -> Iterator[Attachment]:
        rows = self._db.execute(
            f"SELECT id, parent, url, title, alt, caption FROM attachment WHERE {condition} "  # noqa: S608 - our own
            "ORDER BY place, CAST(id AS INTEGER)",
            (value,),
        )
        return (Attachment(*row) for row in rows)
