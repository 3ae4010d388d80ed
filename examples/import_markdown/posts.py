"""Markdown files with front matter, read into what the API wants to know of a post."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

import yaml
from slugify import slugify

FRONT_MATTER = re.compile(r"\A\ufeff?(\+\+\+|---)[ \t]*\r?\n(.*?)^\1[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
DATED_PATH = re.compile(r"(?:^|/)(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?:[/-]|$)")
MARKDOWN = (".md", ".markdown")
LONGEST_SLUG = 100


class Unreadable(Exception):
    """The file is no post: the message says why."""


@dataclass(frozen=True)
class Post:
    """One Markdown file."""

    source: Path
    title: str
    authors: list[str]
    slug: str
    markdown: str
    intro: str = ""
    tags: list[str] = field(default_factory=list)
    date: datetime | None = None
    is_draft: bool = False

    @property
    def author(self) -> str:
        """Whose blog it goes into: the API knows one author a post."""
        return self.authors[0]

    @property
    def digest(self) -> str:
        """Changes when the file's meaning does."""
        facts = (self.title, self.slug, self.markdown, self.intro, self.tags, self.date, self.is_draft)
        return hashlib.sha256(repr(facts).encode()).hexdigest()


def find_files(folder: Path) -> list[Path]:
    """The Markdown files of a folder and all below it, hidden ones left out."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in MARKDOWN
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def read_post(source: Path, *, default_author: str) -> Post:
    """Read one file. Raises `Unreadable`."""
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(str(error)) from error
    known, markdown = _split(text)
    path = str(known.get("path") or "").strip("/")
    return Post(
        source=source,
        title=str(known.get("title") or _first_heading(markdown) or source.stem).strip(),
        authors=_names(known.get("authors") or known.get("author")) or [default_author],
        slug=_slug(str(known.get("slug") or path.rpartition("/")[2] or source.stem)),
        markdown=markdown,
        intro=" ".join(str(known.get("description") or known.get("summary") or "").split()),
        tags=_tags(known.get("tags") or (known.get("taxonomies") or {}).get("tags")),
        date=_moment(known.get("date")) or _date_in(path) or _date_in(source.stem),
        is_draft=bool(known.get("draft")),
    )


def with_own_slugs(posts: list[Post]) -> list[Post]:
    """The posts, oldest first, with a date added to a slug that its author has used before."""
    ordered = sorted(posts, key=lambda post: (post.date or datetime.max.replace(tzinfo=UTC), str(post.source)))
    used: set[tuple[str, str]] = set()
    result = []
    for post in ordered:
        slug, number = post.slug, 1
        while (post.author, slug) in used:
            number += 1
            slug = f"{post.slug}-{post.date:%Y-%m-%d}" if post.date and number == 2 else f"{post.slug}-{number}"
        used.add((post.author, slug))
        result.append(Post(**{**vars(post), "slug": slug}))
    return result


def _split(text: str) -> tuple[dict, str]:
    found = FRONT_MATTER.match(text)
    if not found:
        raise Unreadable("it has no front matter")
    try:
        known = tomllib.loads(found[2]) if found[1] == "+++" else yaml.safe_load(found[2])
    except (tomllib.TOMLDecodeError, yaml.YAMLError) as error:
        raise Unreadable(f"its front matter is broken: {' '.join(str(error).split())}") from error
    if not isinstance(known, dict):
        raise Unreadable("its front matter holds no names and values")
    return known, text[found.end() :]


def _names(value) -> list[str]:
    """A list of names, each once, from the ways in which people write one."""
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, str):
        value = [value]
    names = [" ".join(str(item.get("name") if isinstance(item, dict) else item).split()) for item in value or []]
    return list(dict.fromkeys(filter(None, names)))


def _tags(value) -> list[str]:
    return _names(value.split(",") if isinstance(value, str) else value)


def _slug(name: str) -> str:
    return slugify(name, max_length=LONGEST_SLUG, word_boundary=True) or "post"


def _moment(value) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return _date_in(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else None


def _date_in(text: str) -> datetime | None:
    found = DATED_PATH.search(text)
    try:
        return datetime(*map(int, found.groups()), tzinfo=UTC) if found else None
    except ValueError:
        return None


def _first_heading(markdown: str) -> str:
    found = re.search(r"^#+[ \t]+(.+?)[ \t#]*$", markdown, re.MULTILINE)
    return found[1] if found else ""
