"""Blocks as plain text."""

from __future__ import annotations

from blogs.body.tree import Node, build


def to_text(blocks: list[dict]) -> str:
    """The text of a Post's blocks, a blank line between them."""
    return "\n\n".join(filter(None, (_WRITERS[block["type"]](block["value"]) for block in blocks)))


def _paragraph(html: str) -> str:
    parts: list[str] = []
    for child in build(html).children:
        if isinstance(child, str):
            parts.append(child)
        else:
            parts.append("\n".join(_items(child, 0)) if child.tag in ("ul", "ol") else child.text())
    return "\n\n".join(part for part in parts if part.strip())


def _items(node: Node, depth: int) -> list[str]:
    lines = []
    for place, item in enumerate(node.elements(), 1):
        own = Node("li", children=[c for c in item.children if isinstance(c, str) or c.tag not in ("ul", "ol")])
        bullet = f"{place}." if node.tag == "ol" else "-"
        lines.append(f"{'  ' * depth}{bullet} {own.text()}")
        for inner in item.elements():
            if inner.tag in ("ul", "ol"):
                lines += _items(inner, depth + 1)
    return lines


def _image(value) -> str:
    return value["caption"] or value["alt"] or value["image"]["alt"] or ""


def _quote(value) -> str:
    return f"{value['text']}\n— {value['attribution']}" if value["attribution"] else value["text"]


_WRITERS = {
    "heading": lambda value: value["text"],
    "paragraph": _paragraph,
    "image": _image,
    "gallery": lambda value: "\n".join(filter(None, (image["alt"] for image in value))),
    "quote": _quote,
    "code": lambda value: value["code"],
    "embed": lambda value: value["url"],
    "divider": lambda value: "* * *",
}
