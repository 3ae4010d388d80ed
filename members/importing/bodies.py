"""The text of an imported post as blocks, with its pictures brought in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape

from blogs.body import from_html, from_markdown
from blogs.body.limits import ALT_LENGTH, CAPTION_LENGTH, MOST_IMAGES
from blogs.richtext import safe_url
from members.importing.html import INLINE, tidy
from members.importing.report import Report
from members.importing.things import INSERT, Post, Shown

_INLINE = re.compile(r"data:image/[\w+.-]+;base64,[A-Za-z0-9+/=]+")

Bring = Callable[[str, str], int | None]
"""Gives the id of the image that the picture at an address (with this alternative text) becomes, if it can be had."""


def blocks_of(post: Post, *, bring: Bring, report: Report) -> list[dict]:
    """The blocks of a post. Raises `Invalid` for a text that is too large or nested too deeply."""

    def find_images(urls: list[str]) -> Mapping[str, int]:
        found = {url: bring(post.inline.get(url) or post.whole_picture(url), "") for url in dict.fromkeys(urls)}
        return {url: pk for url, pk in found.items() if pk is not None}

    if post.markdown is not None:
        markdown = _INLINE.sub(lambda found: _shortened(post, found[0]), post.markdown)
        blocks = from_markdown(markdown, find_images=find_images)
    else:
        blocks = from_html(tidy(post, post.html or "", report), find_images=find_images)
    placed: list[dict] = []
    waiting = dict(post.inserts)
    for block in blocks:
        url = block["value"]["url"] if block["type"] == "embed" else ""
        if url.startswith(INSERT):
            placed += _gallery(post, waiting.pop(url, []), bring)
        else:
            placed.append(block)
    for shown in waiting.values():  # those that stood where no block can, as in a table
        placed += _gallery(post, shown, bring)
    return _within_bounds(post, placed, report)


def _shortened(post: Post, url: str) -> str:
    short = f"{INLINE}{len(post.inline) + 1}"
    post.inline[short] = url
    return short


def _gallery(post: Post, shown: list[Shown], bring: Bring) -> list[dict]:
    """The block of a gallery; pictures of it that cannot be had stay as links below it."""
    brought, missing = [], []
    for picture in shown:
        image = bring(post.whole_picture(picture.url), picture.alt)
        if image is not None:
            brought.append((image, picture))
        elif safe_url(picture.url):
            name = picture.caption or picture.alt or picture.url
            missing.append(f'<a href="{escape(picture.url)}">{escape(name)}</a>')
    rest = [{"type": "paragraph", "value": f"<p>{'<br>'.join(missing)}</p>"}] if missing else []
    if len(brought) == 1:
        image, picture = brought[0]
        value = {"image": image, "caption": picture.caption[:CAPTION_LENGTH], "alt": picture.alt[:ALT_LENGTH]}
        return [{"type": "image", "value": value}, *rest]
    if captions := [escape(picture.caption, quote=False) for _, picture in brought if picture.caption]:
        rest.insert(0, {"type": "paragraph", "value": f"<p><i>{' · '.join(captions)}</i></p>"})
    return ([{"type": "gallery", "value": [image for image, _ in brought]}] if brought else []) + rest


def _within_bounds(post: Post, blocks: list[dict], report: Report) -> list[dict]:
    """The blocks, without the pictures that are more than a post may show."""
    kept, left = [], MOST_IMAGES
    for block in blocks:
        if block["type"] in ("image", "gallery"):
            shown = 1 if block["type"] == "image" else len(block["value"])
            if shown > left:
                report.lose(
                    post.where, f"a post shows at most {MOST_IMAGES} pictures; {shown - left} more are left out"
                )
                block = {**block, "value": block["value"][:left]} if block["type"] == "gallery" else None
                shown = left
            left -= shown
        if block is not None and block["value"] != []:
            kept.append(block)
    return kept
