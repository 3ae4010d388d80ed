"""Folders of Markdown files with front matter, as static-site generators (Hugo, Jekyll, Zola, ours) keep them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from django.core.files.base import File

from members.importing import front_matter
from members.importing.front_matter import Head
from members.importing.report import Report
from members.importing.things import DRAFT, LIVE, Author, Missing, Post, Unreadable

ENDINGS = (".md", ".markdown", ".mdown")
LARGEST = 10 * 1024 * 1024
"""A text larger than this is no post."""

_HEADING = re.compile(r"\A\s*#[ \t]+(.+?)[ \t#]*(?:\n|\Z)")
_DATED = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}-")
_TEMPLATES = re.compile(r"\{\{[%<].*?[%>]\}\}|\{%.*?%\}", re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(\s*<?([^)\s>]+)")
_CODE = re.compile(r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1|\Z)|`[^`\n]+`", re.MULTILINE | re.DOTALL)


class MarkdownFiles:
    """The Markdown files below a folder; `url` is the address the site had, `author` who wrote what names nobody."""

    title = description = ""

    def __init__(self, folder: Path, *, url: str = "", author: str = "Anonymous author", name: str = ""):
        if not folder.is_dir():
            raise Unreadable(f"There is no folder {folder}.")
        self._folder = folder.resolve()
        self._url = url.rstrip("/") + "/" if url else ""
        self._author = author
        self.name = f"markdown {name or url or self._folder.name}"
        self._files = sorted(path for path in self._folder.rglob("*") if self._is_text(path))
        if not self._files:
            raise Unreadable(f"There are no Markdown files in {folder}.")

    def count(self) -> int:
        return len(self._files)

    def authors(self) -> list[Author]:
        found: dict[str, Author] = {}
        for file in self._files:
            try:
                head, _ = self._read(file)
            except Unreadable:
                continue
            name = self._authors_of(head)[0]
            found.setdefault(name, Author(key=name, name=name))
        return list(found.values())

    def posts(self, report: Report) -> Iterator[Post]:
        for file in self._files:
            where = str(file.relative_to(self._folder))
            try:
                head, text = self._read(file)
            except Unreadable as error:
                report.fail(where, f"not carried: {error}")
                continue
            yield self._post(file, where, head, text, report)

    def picture(self, url: str, post: Post) -> File | None:
        parts = urlsplit(url)
        if self._url and url.startswith(self._url):
            parts = urlsplit("/" + url.removeprefix(self._url))
        if parts.scheme or parts.netloc:
            return None
        path = unquote(parts.path)
        bases = [self._folder, self._folder / "static", self._folder / "public"]
        if not path.startswith("/"):
            bases = [(self._folder / post.key).parent, *bases]
        for base in bases:
            file = (base / path.lstrip("/")).resolve()
            # A text must not carry away what its author never meant to publish.
            if file.is_relative_to(self._folder) and file.is_file():
                return File(file.open("rb"), name=file.name)
        raise Missing("there is no such file")

    def finish(self, report: Report, pictures: Collection[str]) -> None:
        """Nothing is left over: other files than texts belong to them."""

    def _is_text(self, path: Path) -> bool:
        inside = path.relative_to(self._folder).parts
        return path.suffix.lower() in ENDINGS and path.is_file() and not any(part.startswith(".") for part in inside)

    def _read(self, file: Path) -> tuple[Head, str]:
        try:
            if not file.resolve().is_relative_to(self._folder):
                raise Unreadable("it lies outside of the folder")
            if file.stat().st_size > LARGEST:
                raise Unreadable(f"it is larger than {LARGEST // 1024 // 1024} MB")
            return front_matter.read(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise Unreadable(str(error)) from error

    def _authors_of(self, head: Head) -> list[str]:
        return head.texts("authors", "author", splits=False) or [self._author]

    def _post(self, file: Path, where: str, head: Head, text: str, report: Report) -> Post:
        own_path = head.text("path", "permalink", "url").strip("/")
        stem = file.parent.name if file.stem in ("index", "_index") and file.parent != self._folder else file.stem
        title = head.text("title")
        if not title and (heading := _HEADING.match(text)):
            title, text = heading[1], text[heading.end() :]
        first, *others = self._authors_of(head)
        if others:
            report.lose(where, f"a post has one author; not named as such: {', '.join(others)}")
        seo, extra = head.below("seo"), head.below("taxonomies")
        post = Post(
            key=where,
            where=where,
            title=title or stem,
            author=first,
            markdown=text,
            slug=head.text("slug") or _DATED.sub("", own_path.rpartition("/")[2] or stem),
            intro=head.text("description", "summary", "excerpt"),
            tags=[*(head.texts("tags", "keywords") or extra.texts("tags")), *self._categories(head, extra)],
            date=head.moment("date", "published", "publishdate", "pubdate")
            or front_matter.date_in(own_path)
            or front_matter.date_in(str(file.relative_to(self._folder))),
            updated_at=head.moment("updated", "lastmod", "last_modified_at", "modified"),
            status=LIVE if head.flag("published", True) and not head.flag("draft", False) else DRAFT,
            feature_image=head.text("feature_image", "featured_image", "cover", "image", "thumbnail"),
            comments_open=head.flag("comments", True),
            seo_title=head.text("seo_title") or seo.text("title"),
            seo_description=head.text("seo_description") or seo.text("description"),
            old_urls=[f"/{url.strip('/')}/" for url in (own_path, *head.texts("aliases", "redirect_from")) if url],
        )
        self._check(post, report)
        return post

    def _categories(self, head: Head, extra: Head) -> list[str]:
        return head.texts("categories", "category") or extra.texts("categories")

    def _check(self, post: Post, report: Report) -> None:
        """Make addresses whole where the site's own is known, and report what will not lead anywhere."""
        prose = _CODE.sub("", post.markdown or "")
        for template in dict.fromkeys(_TEMPLATES.findall(prose)):
            report.lose(post.where, f"a shortcode stays as it is written: {template[:100]}")
        relative = [url for url in map(unescape, _LINK.findall(prose)) if _is_relative(url)]
        if not self._url:
            for url in dict.fromkeys(relative):
                report.lose(post.where, f"link that leads nowhere without --url: {url}")
            return
        base = urljoin(self._url, post.old_urls[0].lstrip("/")) if post.old_urls else self._url
        for url in dict.fromkeys(relative):
            whole = urljoin(base, url)
            pattern = re.compile(rf"(?<!!)(\[[^\]\n]*\]\(\s*<?){re.escape(url)}(?=[)\s>])")
            post.markdown = pattern.sub(lambda found, whole=whole: found[1] + whole, post.markdown)


def _is_relative(url: str) -> bool:
    parts = urlsplit(url) if not url.startswith("#") else None
    return parts is not None and not parts.scheme and not parts.netloc
