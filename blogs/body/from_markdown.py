"""Markdown to blocks: CommonMark with GitHub's tables, strikethrough, task lists and bare links, and footnotes."""

from __future__ import annotations

import re
from collections.abc import Callable

from cmarkgfm.cmark import Options, markdown_to_html_with_extensions

from blogs.body.from_html import FindImages, from_html

_OPTIONS = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES  # raw HTML is cleaned where it is read
_EXTENSIONS = ["table", "strikethrough", "autolink", "tasklist"]
_FENCED = re.compile(r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
_NOTE = re.compile(r"(?<!\\)(?P<start>^ {0,3})?\[\^(?P<label>[^\]\s]{1,100})\](?P<colon>:)?", re.MULTILINE)


def from_markdown(
    markdown: str, *, find_images: FindImages = lambda urls: {}, base_url: Callable[[], str] | None = None
) -> list[dict]:
    """The blocks that say what the Markdown says, still without ids; as `from_html` for the HTML in it."""
    html = markdown_to_html_with_extensions(_cite_footnotes(markdown), _OPTIONS, _EXTENSIONS)
    return from_html(html, find_images=find_images, base_url=base_url)


def _cite_footnotes(markdown: str) -> str:
    """Add references to footnotes that have none: their text would be dropped."""
    if "[^" not in markdown:
        return markdown
    defined, cited = {}, set()
    for note in _NOTE.finditer(_FENCED.sub("", markdown)):
        if note["start"] is not None and note["colon"]:
            defined[note["label"]] = True
        else:
            cited.add(note["label"])
    unused = [label for label in defined if label not in cited]
    return markdown + "\n\n" + "".join(f"[^{label}]" for label in unused) if unused else markdown
