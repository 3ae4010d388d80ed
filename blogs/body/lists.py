"""Nested lists in HTML."""

from __future__ import annotations


def list_html(entries: list[list]) -> str:
    """The nested lists that are written down as a flat list of depth, kind and HTML."""
    out: list[str] = []
    opened: list[tuple[int, str]] = []
    for depth, kind, html in entries:
        while opened and opened[-1][0] > depth:
            if len(opened) == 1 and opened[0][1] == kind:  # the rest of a list that began deeper
                opened[0] = (depth, kind)
                break
            out.append(f"</li></{opened.pop()[1]}>")
        if opened and opened[-1] == (depth, kind):
            out.append("</li><li>")
        else:
            if opened and opened[-1][0] == depth:
                out.append(f"</li></{opened.pop()[1]}>")
            out.append(f"<{kind}><li>")
            opened.append((depth, kind))
        out.append(html)
    out += [f"</li></{kind}>" for _, kind in reversed(opened)]
    return "".join(out)
