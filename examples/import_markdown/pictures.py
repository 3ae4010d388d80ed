"""The pictures a Markdown text shows: where they are, and the text with other addresses for them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

PARSER = MarkdownIt("commonmark").enable("table")


def addresses(markdown: str) -> list[str]:
    """The addresses of all pictures, as they are written; code is left alone."""
    found: list[str] = []
    for token in _tokens(markdown):
        if token.type == "image":
            found.append(str(token.attrs["src"]))
        elif token.type in ("html_block", "html_inline"):
            found += _HtmlPictures.of(token.content)
    return list(dict.fromkeys(filter(None, found)))


def is_local(address: str) -> bool:
    """Whether the address names a file beside the text, not one on the web."""
    parts = urlsplit(address)
    return not parts.scheme and not parts.netloc


def local_file(address: str, *, source: Path, folder: Path) -> Path | None:
    """The file that a text at `source` means; an address with a leading slash counts from `folder`. None if not there.

    Files outside `folder` are not found: a text must not carry away what its author never meant to publish.
    """
    path = unquote(urlsplit(address).path)
    bases = [folder, folder / "static"] if path.startswith("/") else [source.parent]
    for base in bases:
        file = (base / path.lstrip("/")).resolve()
        if file.is_file() and file.is_relative_to(folder.resolve()):
            return file
    return None


def replace(markdown: str, new: dict[str, str]) -> str:
    """The text with the addresses of pictures exchanged, but not in code."""
    if not new:
        return markdown
    written = {alias: address for old, address in new.items() for alias in (old, unquote(old))}
    pattern = re.compile(
        r"""(\]\(\s*<?|^\s{0,3}\[[^\]]+\]:\s*<?|\bsrc\s*=\s*["']?)("""
        + "|".join(re.escape(old) for old in sorted(written, key=len, reverse=True))
        + r""")(?=[\s)>"'?#]|$)"""
    )
    code = _lines_of_code(markdown)
    lines = markdown.splitlines(keepends=True)
    return "".join(
        line if number in code else pattern.sub(lambda found: found[1] + written[found[2]], line)
        for number, line in enumerate(lines)
    )


def _tokens(markdown: str):
    for token in PARSER.parse(markdown):
        yield token
        yield from token.children or []


def _lines_of_code(markdown: str) -> set[int]:
    blocks = (token for token in PARSER.parse(markdown) if token.type in ("fence", "code_block"))
    return {line for token in blocks for line in range(*token.map)}


class _HtmlPictures(HTMLParser):
    @classmethod
    def of(cls, html: str) -> list[str]:
        parser = cls()
        parser.found = []
        parser.feed(html)
        return parser.found

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.found += [value for name, value in attrs if name == "src" and value]
