"""Blocks as Markdown that reads back as the same blocks."""

from __future__ import annotations

import re

from blogs.body.tree import Node, build

_SPECIAL = re.compile(r"[\\`*\[\]~]")
_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINE_START = re.compile(r"^([ \t]*)(?:([#+>=:|-])|(\d{1,9})([.)])(?=\s|$))", re.MULTILINE)
_TICKS = re.compile(r"`+")
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "s": "~~"}
_BREAK = "\\\n"


def to_markdown(blocks: list[dict]) -> str:
    """The Markdown of a Post's blocks."""
    parts = [_WRITERS[block["type"]](block["value"]) for block in blocks]
    return "\n\n".join(part for part in parts if part) + ("\n" if parts else "")


def _escape(text: str) -> str:
    text = _SPECIAL.sub(lambda found: "\\" + found[0], text)
    text = _UNDERSCORE.sub(r"\\_", text)
    return _ENTITY.sub("&amp;", text).replace("<", "&lt;")


def _escape_line_starts(text: str) -> str:
    """Text whose lines are not taken for headings, lists or quotes."""

    def escaped(found: re.Match) -> str:
        return f"{found[1]}\\{found[2]}" if found[2] else f"{found[1]}{found[3]}\\{found[4]}"

    return _LINE_START.sub(escaped, text)


def _text(text: str) -> str:
    """Plain text of one or more lines as a paragraph."""
    lines = text.strip().split("\n")
    return _BREAK.join(_escape_line_starts(_escape(line)) for line in lines)


def _heading(value) -> str:
    text = re.sub(r"(#+)$", r"\\\1", _escape(value["text"].strip()))
    return f"{'#' * value['level']} {text}"


def _image(value) -> str:
    return _picture(value["image"], value["alt"], value["caption"])


def _picture(image: dict, alt: str = "", caption: str = "") -> str:
    title = ' "' + _escape(caption).replace('"', '\\"') + '"' if caption else ""
    return f"![{_escape(alt or image['alt'] or '')}]({_target(image['url'])}{title})"


def _quote(value) -> str:
    parts = [_text(part) for part in value["text"].split("\n\n")]
    if value["attribution"]:
        parts.append(f"— {_escape(value['attribution'])}")
    return _quoted("\n\n".join(parts))


def _quoted(markdown: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in markdown.split("\n"))


def _code(value) -> str:
    longest = max((len(ticks) for ticks in _TICKS.findall(value["code"])), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{value['language'].replace('`', '')}\n{value['code']}\n{fence}"


def _target(url: str) -> str:
    return _ENTITY.sub("&amp;", re.sub(r"[\\()<>]", lambda found: "\\" + found[0], url))


def _paragraph(html: str) -> str:
    parts: list[str] = []
    previous = None
    for child in build(html).children:
        if isinstance(child, str):
            child = Node("p", children=[child])
        if child.tag in ("ul", "ol"):
            parts.append(_list(child, other=previous == child.tag))
        elif child.tag == "blockquote":
            quoted = _quoted(_inline_block(child))
            if previous == "blockquote":
                parts[-1] += f"\n>\n{quoted}"
            else:
                parts.append(quoted)
        else:
            parts.append(_inline_block(child))
        previous = child.tag if not (previous == child.tag and child.tag in ("ul", "ol")) else None
    return "\n\n".join(part for part in parts if part.strip())


def _inline_block(node: Node) -> str:
    return _escape_line_starts(_inline(node).strip())


def _list(node: Node, *, other: bool = False) -> str:
    """A list; `other` uses the other marker, so that it stays apart from a list right before it."""
    lines: list[str] = []
    for place, item in enumerate(node.elements(), 1):
        marker = f"{place}{')' if other else '.'}" if node.tag == "ol" else "*" if other else "-"
        inner = [child for child in item.elements() if child.tag in ("ul", "ol")]
        own = Node("li", children=[child for child in item.children if child not in inner])
        text = "\n".join([_task(_inline_block(own)), *(_list(child) for child in inner)])
        indent = " " * (len(marker) + 1)
        lines.append(f"{marker} " + text.replace("\n", "\n" + indent))
    return "\n".join(lines)


def _task(text: str) -> str:
    return {"☐ ": "[ ] ", "☑ ": "[x] "}.get(text[:2], text[:2]) + text[2:]


def _inline(node: Node) -> str:
    out = ""
    children = node.children
    for place, child in enumerate(children):
        if isinstance(child, str):
            out += _escape(child.replace("\n", " "))
            continue
        following = children[place + 1] if place + 1 < len(children) else ""
        after = (following if isinstance(following, str) else following.text())[:1]
        out += _styled(child, before=out[-1:], after=after)
    return out


def _styled(node: Node, *, before: str, after: str) -> str:
    if node.tag == "br":
        return _BREAK
    if node.tag == "code":
        return _code_span(node.text().replace("\n", " "))
    inner = _inline(node)
    if node.tag == "a":
        return _link(node, inner)
    if node.tag in ("sup", "sub"):
        return f"<{node.tag}>{inner}</{node.tag}>"
    if node.tag not in _MARKS or not inner.strip():
        return inner
    mark = _MARKS[node.tag]
    text = inner.strip()
    start, end = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
    opens = start or not before or before.isspace() or (text[0].isalnum() and before != "*" and before != "~")
    closes = end or not after or after.isspace() or (text[-1].isalnum() and after not in "*~")
    opens = opens or (not before.isalnum() and before not in "*~")
    closes = closes or (not after.isalnum() and after not in "*~")
    if opens and closes:
        return f"{start}{mark}{text}{mark}{end}"
    return f"{start}<{node.tag}>{text}</{node.tag}>{end}"  # Markdown's own marks would not be seen as such here


def _code_span(code: str) -> str:
    longest = max((len(ticks) for ticks in _TICKS.findall(code)), default=0)
    ticks = "`" * (longest + 1)
    padded = (
        code.startswith("`") or code.endswith("`") or (code.startswith(" ") and code.endswith(" ") and code.strip())
    )
    return f"{ticks} {code} {ticks}" if padded else f"{ticks}{code}{ticks}"


def _link(node: Node, inner: str) -> str:
    url = node.attrs.get("href")
    if not url:
        return inner
    if node.text() == url and url.lower().startswith("http") and not re.search(r"[<>\s]", url):
        return f"<{url}>"
    return f"[{inner}]({_target(url)})"


_WRITERS = {
    "heading": _heading,
    "paragraph": _paragraph,
    "image": _image,
    "gallery": lambda value: "\n\n".join(_picture(image) for image in value),
    "quote": _quote,
    "code": _code,
    "embed": lambda value: f"<{value['url']}>",
    "divider": lambda value: "---",
}
