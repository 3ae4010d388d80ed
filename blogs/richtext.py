"""Rich text of paragraphs: what it may contain, and how anything else is removed."""

from __future__ import annotations

import re

import nh3

FEATURES = [
    "bold",
    "italic",
    "link",
    "ol",
    "ul",
    "code",
    "strikethrough",
    "superscript",
    "subscript",
    "blockquote",
]

LINK_REL = "ugc nofollow noopener"

TAGS = frozenset({
    "a", "b", "blockquote", "br", "code", "em", "i", "li", "ol", "p", "s", "strong", "sub", "sup", "ul",
})  # fmt: skip

_URL = re.compile(r"(?:https?://[^\s/\\]|mailto:[^\s/\\])", re.IGNORECASE)
_LINK_ATTRIBUTES = {"href", "linktype", "id"}


def safe_url(url: str | None) -> str | None:
    """The URL if it is one a reader may be sent to (http, https or mailto), else None."""
    url = (url or "").strip()
    return url if _URL.match(url) and not any(ord(char) < 33 or ord(char) == 127 for char in url) else None


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return safe_url(value)
    if name == "rel":
        return LINK_REL
    if name == "linktype":
        return value if value == "page" else None
    return value if value.isascii() and value.isdigit() and len(value) < 19 else None


_cleaner = nh3.Cleaner(
    tags=set(TAGS),
    attributes={"a": _LINK_ATTRIBUTES},
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto"},
    link_rel=LINK_REL,
    clean_content_tags={"script", "style", "template", "noembed", "noframes", "plaintext", "xmp"},
)


def clean_paragraph(html: str) -> str:
    """Rich text HTML with everything removed that `FEATURES` does not allow; clean text stays as it is."""
    return _cleaner.clean(html) if html else ""
