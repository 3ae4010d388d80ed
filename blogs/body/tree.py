"""HTML as a small tree: parsed by a browser's rules, without scripts, and never deeper than can be walked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

import nh3

from core.errors import Invalid

MOST_NESTED = 50
"""How deep elements may be nested. Parsing takes quadratic time in this, walking the tree a stack frame each."""

MOST_ELEMENTS = 20_000
"""How many elements there may be: a book's chapter has some thousands."""

MOST_REPEATED = 20_000
"""How many styles of text may be repeated: one left open is repeated by HTML's rules in each paragraph that follows."""

VOID = frozenset({"br", "hr", "img", "wbr", "col", "source", "input"})

_KEPT = frozenset(
    """
    a abbr article aside b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div dl dt em
    figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp
    section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr
    iframe video audio source input
    """.split()  # noqa: SIM905
)
_KNOWN = _KEPT | frozenset(
    """
    address applet area base basefont bgsound big body button canvas data datalist dialog dir embed fieldset font form
    frame frameset head hgroup html image isindex keygen label legend link listing map marquee math menu menuitem meta
    meter nobr noembed noframes noscript object optgroup option output param picture plaintext portal progress rb rtc
    script search select slot style svg template textarea title track xmp
    """.split()  # noqa: SIM905
)

_parser = nh3.Cleaner(
    tags=set(_KEPT),
    attributes={
        "a": {"href", "title", "linktype", "id"},
        "img": {"src", "alt", "title"},
        "iframe": {"src", "title"},
        "video": {"src", "title"},
        "audio": {"src", "title"},
        "source": {"src"},
        "input": {"type", "checked"},
        "code": {"class"},
        "pre": {"class", "lang"},
        "div": {"class"},
        "li": {"id", "class"},
        "sup": {"class"},
        "section": {"class"},
        "ol": {"start"},
    },
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
    clean_content_tags={"script", "style", "template", "noembed", "noframes", "xmp", "title", "noscript"},
)

_UNKNOWN_TAG = re.compile(r"<(?=/?([a-zA-Z][^\s<>/]*)\s*/?>)")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_CLOSED_BY_NEIGHBOURS = frozenset({"p", "li", "dt", "dd", "td", "th", "tr", "option", "tbody", "thead", "tfoot"})


_STYLES = frozenset("a b big code em font i nobr s small strike strong tt u".split())  # noqa: SIM905


class Node:
    """An element: its tag, attributes, and children, which are nodes and texts."""

    __slots__ = ("attrs", "children", "tag")

    def __init__(self, tag: str, attrs: dict[str, str] | None = None, children: list[Node | str] | None = None):
        self.tag = tag
        self.attrs = attrs or {}
        self.children = children if children is not None else []

    def elements(self) -> Iterator[Node]:
        """The children that are elements."""
        return (child for child in self.children if isinstance(child, Node))

    def walk(self) -> Iterator[Node]:
        """All elements inside, in the order of the document."""
        for child in self.elements():
            yield child
            yield from child.walk()

    def find(self, *tags: str) -> Node | None:
        """The first element inside with one of these tags."""
        return next((node for node in self.walk() if node.tag in tags), None)

    def text(self) -> str:
        """All text inside, line breaks as newlines."""
        return "".join(
            child if isinstance(child, str) else "\n" if child.tag == "br" else child.text() for child in self.children
        )


def parse(html: str) -> Node:
    """The tree of some HTML, without anything a browser would run, under a root node.

    Tags without attributes that HTML does not know (`Vec<T>`) were meant as text and stay as such. Raises `Invalid`
    for elements too many or nested too deeply.
    """
    html = _UNKNOWN_TAG.sub(lambda found: "<" if found[1].lower() in _KNOWN else "&lt;", html)
    _check_elements(html)
    return build(_parser.clean(html))


def build(html: str) -> Node:
    """The tree of HTML that was cleaned before."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


def _check_elements(html: str) -> None:
    """Raise `Invalid` for more elements, or more of them open, than may be; those left open by habit do not count."""
    open_tags: Counter[str] = Counter()
    depth = styles = repeated = 0
    tags = _TAG.findall(html)
    if sum(not closing for closing, _ in tags) > MOST_ELEMENTS:
        raise Invalid(f"At most {MOST_ELEMENTS} elements.", code="too_many")
    for closing, tag in tags:
        name = tag.lower()
        repeated += 0 if closing else styles
        if name in VOID or name in _CLOSED_BY_NEIGHBOURS or (closing and not open_tags[name]):
            continue
        step = -1 if closing else 1
        open_tags[name] += step
        depth += step
        styles += step if name in _STYLES else 0
        if depth > MOST_NESTED:
            raise Invalid(f"Elements may be nested {MOST_NESTED} deep at most.", code="too_deep")
    if repeated > MOST_REPEATED:
        raise Invalid("Too many elements stand inside unclosed styles.", code="too_deep")


class _Builder(HTMLParser):
    """Builds the tree of HTML that is known to be well-formed."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Node("root")
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag):
        if self.open[-1].tag == tag and len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data):
        self.open[-1].children.append(data)
