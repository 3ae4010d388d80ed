"""Quotations in HTML that a quote block can hold."""

from __future__ import annotations

import re

from blogs.body.inline import collapse
from blogs.body.limits import QUOTE_LENGTH
from blogs.body.tree import Node

_ATTRIBUTION = re.compile(r"\s*(?:—|–|--|―)\s*(?=\S)")
_PLAIN_QUOTE = {"p", "br", "cite", "footer"}


def plain_quote(node: Node) -> tuple[str, str]:
    """The text and attribution of a quotation that needs nothing more; empty otherwise."""
    if any(inner.tag not in _PLAIN_QUOTE for inner in node.walk()):
        return "", ""
    parts: list[str] = []
    attribution = ""
    loose = Node("p")
    for child in [*node.children, Node("p")]:
        if isinstance(child, Node) and child.tag != "br":
            parts += [_paragraph_text(loose), "" if child.tag in ("cite", "footer") else _paragraph_text(child)]
            loose = Node("p")
            if child.tag in ("cite", "footer"):
                attribution = collapse(child.text())
        else:
            loose.children.append(child)
    parts = [part for part in parts if part]
    if not attribution and len(parts) > 1 and (dash := _ATTRIBUTION.match(parts[-1])):
        attribution = collapse(parts.pop()[dash.end() :])
    text = "\n\n".join(parts)
    if len(text) > QUOTE_LENGTH or len(attribution) > 300:
        return "", ""
    return text, _ATTRIBUTION.sub("", attribution, count=1) if _ATTRIBUTION.match(attribution) else attribution


def _paragraph_text(node: Node) -> str:
    lines = "".join(
        re.sub(r"[ \t\n\r\f]+", " ", child) if isinstance(child, str) else "\n" if child.tag == "br" else child.text()
        for child in node.children
    )
    return "\n".join(line.strip(" ") for line in lines.split("\n")).strip()
