"""Runs of styled text, and the rich text HTML made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from blogs.body.tree import Node
from blogs.richtext import safe_url

STYLES = {
    **dict.fromkeys(("b", "strong"), "b"),
    **dict.fromkeys(("i", "em", "cite", "var", "dfn"), "i"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "code"),
    **dict.fromkeys(("s", "del", "strike"), "s"),
    "sup": "sup",
    "sub": "sub",
}

_SPACE = re.compile(r"[ \t\n\r\f]+")
BREAK = "\v"


@dataclass(frozen=True)
class Mark:
    """A style of text, or (`tag` "a") a link with its attributes as they are written in HTML."""

    tag: str
    attributes: str = ""
    target: str = ""


Marks = tuple[Mark, ...]


@dataclass(frozen=True)
class Run:
    """Text under the same marks. A line break is the text `BREAK`."""

    text: str
    marks: Marks = ()


def link(url: str) -> Mark:
    """The mark of a link to an external address that was checked."""
    return Mark("a", f' href="{escape(url)}"', url)


def mark_of(node: Node) -> Mark | None:
    """The mark an inline element puts on its text; None where it has none that is kept."""
    if node.tag != "a":
        return Mark(STYLES[node.tag]) if node.tag in STYLES else None
    if url := safe_url(node.attrs.get("href")):
        return link(url)
    page = node.attrs.get("id", "")
    if node.attrs.get("linktype") == "page" and page.isascii() and page.isdigit():
        return Mark("a", f' linktype="page" id="{page}"')
    return None


def collapse(text: str) -> str:
    """Text with its white space as a browser shows it outside of `<pre>`."""
    return _SPACE.sub(" ", text).strip(" ")


def rich_html(runs: list[Run]) -> str:
    """The HTML of some runs: white space collapsed, nothing but breaks and space at the ends; empty without text."""
    out: list[str] = []
    opened: list[Mark] = []
    for run in _trimmed(runs):
        kept = 0
        while kept < min(len(opened), len(run.marks)) and opened[kept] == run.marks[kept]:
            kept += 1
        out += [f"</{mark.tag}>" for mark in reversed(opened[kept:])]
        out += [f"<{mark.tag}{mark.attributes}>" for mark in run.marks[kept:]]
        opened = list(run.marks)
        out.append("<br>" if run.text == BREAK else escape(run.text, quote=False))
    out += [f"</{mark.tag}>" for mark in reversed(opened)]
    return "".join(out)


def _trimmed(runs: list[Run]) -> list[Run]:
    """The runs with single spaces, none beside a break or at an end, and no break at an end."""
    result: list[Run] = []
    at_start = True
    for run in runs:
        if run.text == BREAK:
            if result:
                _strip_last(result)
                result.append(run)
            at_start = True
            continue
        text = _SPACE.sub(" ", run.text)
        text = text.lstrip(" ") if at_start else text
        if text:
            result.append(Run(text, run.marks))
            at_start = text.endswith(" ")
    while result and (result[-1].text == BREAK or not result[-1].text.strip(" ")):
        result.pop()
    _strip_last(result)
    return result


def _strip_last(runs: list[Run]) -> None:
    while runs and runs[-1].text != BREAK:
        last = runs.pop()
        if text := last.text.rstrip(" "):
            runs.append(Run(text, last.marks))
            return
