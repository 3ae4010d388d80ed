"""What an import reads, in words that are nobody's in particular: authors, posts, comments, pictures.

A source names each thing by a `key` of its own, by which it is found again when the import is repeated. Addresses of
pictures are whatever the source understands: `Source.picture` gives the bytes, or they are fetched from the web.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.core.files.base import File

from members.importing.report import Report

LIVE, DRAFT = "live", "draft"


@dataclass(frozen=True)
class Author:
    """Somebody who wrote posts."""

    key: str
    name: str
    username: str = ""
    email: str = ""
    bio: str = ""


@dataclass(frozen=True)
class Comment:
    """A comment by an author of the source (`author`, his key), or by a stranger, whom `guest_key` tells apart."""

    key: str
    body: str
    created_at: datetime
    parent: str | None = None
    author: str | None = None
    guest_name: str = ""
    guest_key: str = ""


@dataclass(frozen=True)
class Shown:
    """A picture in a gallery."""

    url: str
    alt: str = ""
    caption: str = ""


@dataclass
class Post:
    """A post. `html` or `markdown` is its text; `inserts` are galleries that stand in it, see `insert_mark`,
    and `inline` the pictures that are written out in it, by the short addresses that stand for them.
    `prepare` is called before the text is read; `whole_picture` gives the address of the picture of which an address
    names a smaller copy.

    A `date` in the future means that it is to be published then. `where` is how reports call it.
    """

    key: str
    where: str
    title: str
    author: str
    html: str | None = None
    markdown: str | None = None
    base: str = ""
    slug: str = ""
    intro: str = ""
    tags: list[str] = field(default_factory=list)
    date: datetime | None = None
    updated_at: datetime | None = None
    status: str = LIVE
    feature_image: str = ""
    feature_alt: str = ""
    comments_open: bool = True
    seo_title: str = ""
    seo_description: str = ""
    old_urls: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    inserts: dict[str, list[Shown]] = field(default_factory=dict)
    inline: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = lambda: None
    whole_picture: Callable[[str], str] = lambda url: url

    def insert_mark(self, gallery: list[Shown]) -> str:
        """The HTML that stands for a gallery in the text."""
        url = f"{INSERT}{len(self.inserts) + 1}"
        self.inserts[url] = gallery
        return f'<iframe src="{url}"></iframe>'


INSERT = "https://insert.invalid/"
"""Where the addresses begin that stand for what is inserted; no host is called so."""


class Missing(Exception):
    """A picture that should be in the source is not; the message says why."""


class Unreadable(Exception):
    """The source is not what it should be; the message is for who runs the import."""


class Source(Protocol):
    """What is imported."""

    name: str
    """Tells this source from others, also when it is imported again."""
    title: str
    description: str

    def count(self) -> int:
        """How many posts there are."""

    def authors(self) -> list[Author]:
        """Those who are known to have written something."""

    def posts(self, report: Report) -> Iterator[Post]:
        """The posts, one after another; what cannot be carried is reported on the way."""

    def picture(self, url: str, post: Post) -> File | None:
        """The picture at this address if the source itself has it, else None. Raises `Missing`."""

    def finish(self, report: Report, pictures: Collection[str]) -> None:
        """Report what was left over when all posts have been read; these pictures are here, from now or before."""
