"""HTML as other systems write it, made ready for ours: galleries, embeds, addresses; what is lost is reported."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from blogs.body.limits import BODY_LENGTH
from core.errors import Invalid
from members.importing.report import Report
from members.importing.things import Post, Shown

GALLERIES = ("wp-block-gallery", "kg-gallery-card", "gallery", "tiled-gallery", "blocks-gallery-grid")
EMBEDS = ("wp-block-embed", "kg-embed-card", "embed-youtube", "embed-vimeo")
LOST = ("script", "style", "form", "object", "embed", "applet", "svg", "canvas", "math", "input", "select", "textarea")
"""What a browser would run or fill in: our posts are text and pictures."""
WIDGETS = (
    "platform.twitter.com",
    "platform.instagram.com",
    "www.instagram.com",
    "connect.facebook.net",
    "embed.bsky.app",
    "www.tiktok.com",
    "embed.redditmedia.com",
)
"""Whose scripts only dress up a quotation or link, which is carried."""

LONGEST = 4 * BODY_LENGTH
MOST_TAGS = 60_000
MOST_LITERAL = 2_000

_DECLARATION = re.compile(r"<[!?]")
_YOUTUBE = re.compile(r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{6,})(?:\?|$)")
_VIMEO = re.compile(r"https?://player\.vimeo\.com/video/(\d+)")
_URL = re.compile(r"https?://[^\s<>\"']+")


def check_size(text: str) -> None:
    """Raise `Invalid` for a text that is too much for one post, before much is done with it."""
    if len(text) > LONGEST:
        raise Invalid(f"its text is longer than {LONGEST} characters", code="too_long")
    if text.count("<") > MOST_TAGS or any(text.count(f"<{tag}") > MOST_LITERAL for tag in ("pre", "code", "textarea")):
        raise Invalid("its text has too many elements", code="too_many")


def tidy(post: Post, html: str, report: Report) -> str:
    """The HTML with galleries as inserts of the post, embeds as frames, and whole addresses."""
    soup = _soup(html)
    for embed in soup.find_all(class_=EMBEDS):
        _frame(soup, embed)
    for gallery in soup.find_all(class_=GALLERIES):
        if not gallery.decomposed and gallery.parent is not None:
            _gather(soup, gallery, post, report)
    _report_lost(soup, post, report)
    for image in soup.find_all("img"):
        image["src"] = _source_of(image, post.base)
        _keep_inline(image, post)
    for link in soup.find_all("a", href=True):
        link["href"] = _whole(link["href"], post.base)
        if not urlsplit(link["href"]).scheme and not link["href"].startswith("#"):
            report.lose(post.where, f"link without a place to lead to: {link['href']}")
    for frame in soup.find_all(("iframe", "video", "audio", "source"), src=True):
        frame["src"] = page_of(_whole(frame["src"], post.base))
    return str(soup)


def page_of(url: str) -> str:
    """The address of the page that shows what a player's address plays."""
    if found := _YOUTUBE.match(url):
        return f"https://www.youtube.com/watch?v={found[1]}"
    found = _VIMEO.match(url)
    return f"https://vimeo.com/{found[1]}" if found else url


def text_of(html: str) -> str:
    """The text of some HTML as plain lines, with the targets of links beside them."""
    soup = _soup(html)
    for link in soup.find_all("a", href=True):
        target, shown = link["href"].strip(), link.get_text().strip()
        if _URL.match(target) and target.rstrip("/") != shown.rstrip("/"):
            link.append(f" ({target})")
    for gap in soup.find_all(("br", "li", "tr")):
        gap.insert_after("\n")
    for block in soup.find_all(("p", "div", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6")):
        block.insert_before("\n\n")
        block.insert_after("\n\n")
    text = "\n".join(line.strip() for line in soup.get_text().split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _soup(html: str) -> BeautifulSoup:
    """The tree of some HTML, without comments, of which unclosed ones would take the parser very long."""
    check_size(html)
    first, *parts = html.split("<!--")
    kept = [part.partition("-->")[2] if "-->" in part else part for part in parts]
    return BeautifulSoup(_DECLARATION.sub("", "".join([first, *kept])), "html.parser")


def _frame(soup: BeautifulSoup, embed: Tag) -> None:
    """An embed that only names its address becomes a frame of it; its caption stays."""
    if embed.decomposed or embed.find(("iframe", "blockquote", "video", "audio")):
        return
    found = _URL.search(embed.get_text(" "))
    if found is None:
        return
    caption = embed.find("figcaption")
    frame = soup.new_tag("iframe", src=found[0])
    embed.insert_before(frame)
    if caption is not None:
        frame.insert_after(caption.extract())
        caption.name = "p"
    embed.decompose()


def _gather(soup: BeautifulSoup, gallery: Tag, post: Post, report: Report) -> None:
    shown = []
    for image in gallery.find_all("img"):
        holder = image.find_parent(("figure", "li", "dl"))
        caption = holder.find(("figcaption", "dd")) if holder is not None and holder is not gallery else None
        text = caption.get_text(" ", strip=True) if caption else ""
        shown.append(Shown(_source_of(image, post.base), image.get("alt", ""), text))
    if not shown:
        return
    own = gallery.find(("figcaption",), recursive=False) or gallery.find(class_="blocks-gallery-caption")
    mark = BeautifulSoup(post.insert_mark(shown), "html.parser")
    gallery.insert_before(mark)
    if own is not None and own.get_text(strip=True):
        caption = soup.new_tag("p")
        caption.string = own.get_text(" ", strip=True)
        gallery.insert_before(caption)
    gallery.decompose()


def _source_of(image: Tag, base: str) -> str:
    for name in ("data-orig-file", "data-src", "data-lazy-src", "src"):
        url = (image.get(name) or "").strip()
        if url and not (name == "src" and url.startswith("data:image/gif") and image.get("srcset")):
            return _whole(url, base)
    return (image.get("srcset") or "").split(" ")[0]


def _keep_inline(image: Tag, post: Post) -> None:
    """A picture written out in the text gets a short address, under which it is found again."""
    if image["src"].startswith("data:"):
        url = f"{INLINE}{len(post.inline) + 1}"
        post.inline[url] = image["src"]
        image["src"] = url


INLINE = "https://inline.invalid/"


def _whole(url: str, base: str) -> str:
    url = url.strip()
    if url.startswith("//"):
        return f"https:{url}"
    if not base or url.startswith(("#", "data:")):
        return url
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def _report_lost(soup: BeautifulSoup, post: Post, report: Report) -> None:
    lost: Counter[str] = Counter()
    for tag in soup.find_all(LOST):
        is_widget = tag.name == "script" and urlsplit(tag.get("src") or "").netloc in WIDGETS
        is_box = tag.name == "input" and tag.get("type") == "checkbox"  # of a task list
        is_inside = tag.name in ("input", "select", "textarea", "embed") and tag.find_parent(("form", "object"))
        if not (is_widget or is_box or is_inside):
            lost[tag.name] += 1
    for name, number in lost.items():
        report.lose(post.where, f"not carried: <{name}>" + (f" ({number} of them)" if number > 1 else ""))
