"""HTML to blocks. No text is lost: what a block or rich text cannot hold becomes something simpler that can."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from blogs.body.inline import BREAK, Mark, Marks, Run, collapse, link, mark_of, rich_html
from blogs.body.limits import CAPTION_LENGTH, HEADING_LENGTH, LANGUAGE_LENGTH
from blogs.body.lists import list_html
from blogs.body.quotes import plain_quote
from blogs.body.tree import Node, parse
from blogs.richtext import clean_paragraph, safe_url

FindImages = Callable[[list[str]], Mapping[str, int]]
"""Tells which of some URLs are images of the author's own, by their ids."""

HEADING_LEVELS = {"h1": 2, "h2": 2, "h3": 3, "h4": 4, "h5": 4, "h6": 4}

_LANGUAGE = re.compile(r"(?:language-|lang-|highlight-source-|brush:\s*)([\w+#.-]+)")
_RELATIVE = re.compile(r"(?![A-Za-z][A-Za-z0-9+.-]*:)[^#?\s]")
_SILENT = {"wbr", "col", "colgroup", "rp"}
_TRANSPARENT = frozenset("a abbr bdi bdo cite ins mark ruby rt small span time u".split())  # noqa: SIM905


def from_html(
    html: str, *, find_images: FindImages = lambda urls: {}, base_url: Callable[[], str] | None = None
) -> list[dict]:
    """The blocks that say what the HTML says, still without ids.

    Images of the author's own become image blocks, others links. `base_url` gives the address that relative links
    start from; without it, or where they lead nowhere else, they keep only their text. Raises `Invalid` for HTML
    nested too deeply.
    """
    root = parse(html)
    _make_links_absolute(root, base_url)
    urls = [node.attrs["src"] for node in root.walk() if node.tag == "img" and node.attrs.get("src")]
    reader = _Reader(find_images(urls) if urls else {})
    reader.read(root)
    return reader.blocks


def _make_links_absolute(root: Node, base_url: Callable[[], str] | None) -> None:
    relative = [node for node in root.walk() if node.tag == "a" and _RELATIVE.match(node.attrs.get("href", "").strip())]
    if relative and base_url:
        base = base_url()
        for node in relative:
            try:
                url = urljoin(base, node.attrs["href"].strip())
            except ValueError:
                continue
            if not url.startswith(base):
                node.attrs["href"] = url


def to_paragraph(html: str) -> str:
    """The HTML as the value of one paragraph block: everything in it as rich text, or empty without text."""
    reader = _Reader({})
    reader.read(parse(html))
    return clean_paragraph("".join(_as_rich(block) for block in reader.blocks))


def _as_rich(block: dict) -> str:
    value = block["value"]
    match block["type"]:
        case "paragraph":
            return value
        case "heading":
            return f"<p>{rich_html([Run(value['text'], (Mark('b'),))])}</p>"
        case "code":
            return f"<p>{rich_html(_lines(value['code'], (Mark('code'),)))}</p>"
        case "quote":
            lines = [value["text"], *(["— " + value["attribution"]] if value["attribution"] else [])]
            return f"<blockquote>{rich_html(_lines(chr(10).join(lines)))}</blockquote>"
        case "embed":
            return f"<p>{rich_html([Run(value['url'], (link(value['url']),))])}</p>"
    return ""


def _lines(text: str, marks: Marks = ()) -> list[Run]:
    runs: list[Run] = []
    for line in text.split("\n"):
        runs += [Run(line.replace(" ", "\u00a0") if marks else line, marks), Run(BREAK)]
    return runs


@dataclass
class _Item:
    """The list item being read: its place, its text so far, and whether a block had to be put in its midst."""

    depth: int
    kind: str
    entry: list | None = None
    is_broken: bool = False


class _Reader:
    """Walks a tree and writes blocks."""

    def __init__(self, images: Mapping[str, int]):
        self.images = images
        self.blocks: list[dict] = []
        self._runs: list[Run] = []
        self._rich: list[str] = []
        self._entries: list[list] = []
        self._items: list[_Item] = []
        self._quotes = 0
        self._rows = 0

    def read(self, root: Node) -> None:
        """Write the blocks of a whole tree."""
        self._children(root, ())
        self._end_paragraph()
        self._end_rich()

    # Walking

    def _children(self, node: Node, marks: Marks) -> None:
        for child in node.children:
            if isinstance(child, str):
                self._runs.append(Run(child.replace(BREAK, " "), marks))
            else:
                self._element(child, marks)

    def _element(self, node: Node, marks: Marks) -> None:
        read = getattr(self, f"_read_{node.tag}", None)
        mark = mark_of(node)
        if read:
            read(node, marks)
        elif node.tag in HEADING_LEVELS:
            self._read_heading(node, marks)
        elif mark:
            self._children(node, marks if mark in marks else (*marks, mark))
        elif node.tag in _TRANSPARENT:
            self._children(node, marks)
        elif node.tag not in _SILENT:
            self._end_paragraph()
            self._children(node, marks)
            self._end_paragraph()

    def _read_br(self, node: Node, marks: Marks) -> None:
        self._runs.append(Run(BREAK, marks))

    def _read_q(self, node: Node, marks: Marks) -> None:
        self._runs.append(Run("“", marks))
        self._children(node, marks)
        self._runs.append(Run("”", marks))

    def _read_a(self, node: Node, marks: Marks) -> None:
        if node.attrs.get("href", "").startswith("#fnref"):  # the way back from a footnote
            return
        mark = mark_of(node)
        self._children(node, (*marks, mark) if mark else marks)

    def _read_sup(self, node: Node, marks: Marks) -> None:
        if "footnote-ref" in node.attrs.get("class", ""):
            self._runs.append(Run(f"[{collapse(node.text())}]", marks))
        else:
            self._children(node, (*marks, Mark("sup")))

    def _read_section(self, node: Node, marks: Marks) -> None:
        self._end_paragraph()
        if "footnotes" in node.attrs.get("class", ""):
            self._block("divider", None)
        self._children(node, marks)
        self._end_paragraph()

    def _read_input(self, node: Node, marks: Marks) -> None:
        if node.attrs.get("type") == "checkbox":
            self._runs.append(Run("☑ " if "checked" in node.attrs else "☐ ", marks))

    def _read_hr(self, node: Node, marks: Marks) -> None:
        if self._rows or self._items:
            self._end_paragraph()
        else:
            self._block("divider", None)

    def _read_heading(self, node: Node, marks: Marks) -> None:
        text = collapse(node.text())
        if self._rows or self._items or len(text) > HEADING_LENGTH:
            self._end_paragraph()
            self._children(node, (*marks, Mark("b")))
            self._end_paragraph()
            return
        if text:
            self._block("heading", {"level": HEADING_LEVELS[node.tag], "text": text})
        for inner in node.walk():
            if inner.tag == "img":
                self._read_img(inner, ())
            elif inner.tag == "a" and (mark := mark_of(inner)):
                self._end_paragraph()
                self._runs.append(Run(collapse(inner.text()) or mark.target, (mark,)))
        self._end_paragraph()

    def _read_summary(self, node: Node, marks: Marks) -> None:
        self._end_paragraph()
        self._children(node, (*marks, Mark("b")))
        self._end_paragraph()

    _read_dt = _read_summary

    def _read_pre(self, node: Node, marks: Marks, language: str = "") -> None:
        code = node.text()
        code = code.removesuffix("\n")
        if self._rows:
            self._runs += [Run(" ", marks), Run(code, (*marks, Mark("code")))]
        elif code.strip():
            named = (inner.attrs.get("class", "") for inner in (node, *node.walk()))
            found = next(filter(None, map(_LANGUAGE.search, named)), None)
            language = node.attrs.get("lang") or (found[1] if found else language)
            self._block("code", {"language": language[:LANGUAGE_LENGTH], "code": code})

    def _read_blockquote(self, node: Node, marks: Marks) -> None:
        self._end_paragraph()
        text, attribution = plain_quote(node)
        if text and not self._items and not self._rows:
            self._block("quote", {"text": text, "attribution": attribution})
            return
        self._quotes += 1
        self._children(node, marks)
        self._end_paragraph()
        self._quotes -= 1

    # Images and what is embedded

    def _read_img(self, node: Node, marks: Marks) -> None:
        url, alt = node.attrs.get("src", ""), collapse(node.attrs.get("alt", ""))
        title = collapse(node.attrs.get("title", ""))
        target = next((mark for mark in marks if mark.tag == "a"), None)
        if url in self.images and not self._rows:
            self._block("image", {"image": self.images[url], "caption": title[:CAPTION_LENGTH], "alt": alt[:255]})
            if target and target.target not in self.images:
                self._runs.append(Run(alt or target.target, marks))
            return
        name = alt or title
        safe = safe_url(url)
        if not safe:
            self._runs.append(Run(name, marks))
        elif target:
            self._runs += [Run(name, marks), Run(" "), Run("[image]", (link(safe),))]
        else:
            self._runs.append(Run(name or safe, (*marks, link(safe))))

    def _read_figure(self, node: Node, marks: Marks) -> None:
        caption = node.find("figcaption")
        before = len(self.blocks)
        self._end_paragraph()
        self._children(Node("figure", children=[child for child in node.children if child is not caption]), marks)
        self._end_paragraph()
        if caption is None:
            return
        text = collapse(caption.text())
        shown = [block for block in self.blocks[before:] if block["type"] == "image"]
        has_links = any(mark_of(inner) for inner in caption.walk() if inner.tag == "a")
        if len(shown) == 1 and not self._rich and not has_links and len(text) <= CAPTION_LENGTH:
            shown[0]["value"]["caption"] = text
        else:
            self._children(caption, marks)
            self._end_paragraph()

    def _read_iframe(self, node: Node, marks: Marks) -> None:
        url = safe_url(node.attrs.get("src"))
        if url and url.lower().startswith("http") and not self._rows:
            self._block("embed", {"url": url})

    def _read_video(self, node: Node, marks: Marks) -> None:
        sources = [node.attrs.get("src"), *(inner.attrs.get("src") for inner in node.walk() if inner.tag == "source")]
        for url in filter(None, map(safe_url, sources)):
            self._runs += [Run(" "), Run(node.attrs.get("title") or url, (*marks, link(url))), Run(" ")]
        self._children(node, marks)

    _read_audio = _read_video

    def _read_source(self, node: Node, marks: Marks) -> None:
        """Read with its video."""

    # Lists and tables

    def _read_list(self, node: Node, marks: Marks) -> None:
        self._end_paragraph()
        if self._rows:
            self._children(node, marks)
            return
        if self._items:
            self._items[-1].entry = None  # text after the inner list must stay after it
        item = _Item(len(self._items), node.tag)
        for child in node.children:
            if isinstance(child, Node) and child.tag == "li":
                item = _Item(len(self._items), node.tag)
                content: Iterable = child.children
            else:
                content = [child]
            self._items.append(item)
            self._children(Node("li", children=list(content)), marks)
            self._end_paragraph()
            self._items.pop()
        if not self._items:
            self._end_list()

    _read_ul = _read_ol = _read_list

    def _read_tr(self, node: Node, marks: Marks) -> None:
        if self._rows:
            self._children(node, marks)
            return
        self._end_paragraph()
        self._rows += 1
        for place, cell in enumerate(node.elements()):
            if place:
                self._runs.append(Run(" | "))
            self._children(cell, (*marks, Mark("b")) if cell.tag == "th" else marks)
        self._rows -= 1
        self._end_paragraph()

    # Writing

    def _end_paragraph(self) -> None:
        """Write the text read since the last paragraph ended; inside a table's row only a space."""
        if self._rows:
            self._runs.append(Run(" "))
            return
        html = rich_html(self._runs)
        self._runs = []
        if not html:
            return
        item = self._items[-1] if self._items else None
        if item is None or item.is_broken:
            self._end_list()
            tag = "blockquote" if self._quotes else "p"
            self._rich.append(f"<{tag}>{html}</{tag}>")
        elif item.entry is not None:
            item.entry[2] += "<br>" + html
        else:
            item.entry = [item.depth, item.kind, html]
            self._entries.append(item.entry)

    def _end_list(self) -> None:
        if self._entries:
            self._rich.append(list_html(self._entries))
            self._entries = []

    def _end_rich(self) -> None:
        self._end_list()
        if self._rich:
            self.blocks.append({"type": "paragraph", "value": clean_paragraph("".join(self._rich))})
            self._rich = []

    def _block(self, kind: str, value) -> None:
        self._end_paragraph()
        self._end_rich()
        for item in self._items:
            item.is_broken = True
        self.blocks.append({"type": kind, "value": value})
