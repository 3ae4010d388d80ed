"""From the body as it is stored to the blocks the API shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import ceil

from blogs.richtext import LINK_REL, clean_paragraph, safe_url

WORDS_PER_MINUTE = 200

_PAGE_LINK = re.compile(r'<a\b[^>]*\blinktype="page"[^>]*>(.*?)</a>', re.DOTALL)
_PAGE_ID = re.compile(r'\bid="(\d{1,18})"')
_LINK_WITHOUT_TARGET = re.compile(r'<a(?: rel="[^"]*")?>(.*?)</a>', re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")


def raw_blocks(body) -> list[dict]:
    """The stored blocks of a `StreamValue`, or of a list of blocks in stored form."""
    return list(getattr(body, "raw_data", body))


def image_ids(body) -> list[int]:
    """The ids of the images a body shows, in their order, each once."""
    found: dict[int, None] = {}
    for block in raw_blocks(body):
        for image in _images_of(block):
            found[image] = None
    return list(found)


def page_link_ids(body) -> list[int]:
    """The ids of the pages that rich text links to by their ids, as the Wagtail editor writes such links."""
    found: dict[int, None] = {}
    for block in raw_blocks(body):
        if block["type"] == "paragraph" and 'linktype="page"' in (block["value"] or ""):
            for link in _PAGE_LINK.finditer(block["value"]):
                if page := _PAGE_ID.search(link[0]):
                    found[int(page[1])] = None
    return list(found)


def render_body(body, *, images: Mapping[int, dict], pages: Mapping[int, str] | None = None) -> list[dict]:
    """The blocks as the API shows them: images whole, links with real URLs.

    `images` holds the Image objects by id: blocks of images that are not among them are left out. `pages` holds the
    URLs of pages that may be linked to: other links to pages become plain text.
    """
    rendered = []
    for block in raw_blocks(body):
        kind, value = block["type"], block["value"]
        if kind == "paragraph":
            value = _render_paragraph(value or "", pages or {})
        elif kind == "image":
            if value.get("image") not in images:
                continue
            value = {
                "image": images[value["image"]],
                "caption": value.get("caption") or "",
                "alt": value.get("alt") or "",
            }
        elif kind == "gallery":
            value = [images[image] for image in _images_of(block) if image in images]
            if not value:
                continue
        elif kind == "embed":
            url = safe_url(value.get("url"))
            if not url or not url.lower().startswith("http"):
                continue
            value = {"url": url}
        elif kind == "heading":
            value = {"level": int(value.get("level") or 2), "text": value.get("text") or ""}
        elif kind == "quote":
            value = {"text": value.get("text") or "", "attribution": value.get("attribution") or ""}
        elif kind == "code":
            value = {"language": value.get("language") or "", "code": value.get("code") or ""}
        elif kind != "divider":
            continue
        rendered.append({"type": kind, "value": value, "id": block.get("id")})
    return rendered


def reading_minutes(blocks: list[dict]) -> int:
    """How long reading takes, of blocks in stored or in rendered form; at least a minute."""
    return max(1, ceil(sum(len(text.split()) for text in _texts(blocks)) / WORDS_PER_MINUTE))


def _images_of(block: dict) -> list[int]:
    value = block["value"]
    if block["type"] == "image":
        return [value["image"]] if value and isinstance(value.get("image"), int) else []
    if block["type"] == "gallery":
        images = [item["value"] if isinstance(item, dict) and "value" in item else item for item in value or []]
        return [image for image in images if isinstance(image, int)]
    return []


def _render_paragraph(html: str, pages: Mapping[int, str]) -> str:
    html = clean_paragraph(html)
    if 'linktype="page"' in html:
        html = _PAGE_LINK.sub(lambda link: _render_page_link(link, pages), html)
    return _LINK_WITHOUT_TARGET.sub(r"\1", html)


def _render_page_link(link: re.Match, pages: Mapping[int, str]) -> str:
    page = _PAGE_ID.search(link[0])
    url = pages.get(int(page[1])) if page else None
    return f'<a href="{url}" rel="{LINK_REL}">{link[1]}</a>' if url else link[1]


def _texts(blocks: list[dict]) -> Iterator[str]:
    for block in blocks:
        value = block["value"]
        if block["type"] == "paragraph":
            yield _TAGS.sub(" ", value)
        elif isinstance(value, dict):
            yield from (value[name] for name in ("text", "caption", "code") if value.get(name))
