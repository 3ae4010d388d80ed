"""The text of a WordPress post as HTML: comments of blocks taken off, shortcodes carried out, lines made paragraphs."""

from __future__ import annotations

import html
import json
import re
from urllib.parse import urlsplit

from members.importing.html import check_size, page_of
from members.importing.report import Report
from members.importing.things import Post, Shown
from members.importing.wordpress_library import Library

DYNAMIC = frozenset(
    """
    archives calendar categories latest-comments latest-posts loginout page-list post-comments-form query rss search
    social-links tag-cloud navigation site-title site-logo shortcode-form jetpack/contact-form jetpack/subscriptions
    """.split()  # noqa: SIM905
)
"""Blocks that WordPress fills in when a page is shown."""
PLAYERS = ("youtube.com", "youtu.be", "vimeo.com", "twitter.com", "x.com", "instagram.com", "facebook.com",
           "soundcloud.com", "spotify.com", "flickr.com", "flic.kr", "dailymotion.com", "ted.com", "tiktok.com",
           "wordpress.tv", "videopress.com", "mixcloud.com", "reddit.com", "slideshare.net", "issuu.com",
           "scribd.com", "kickstarter.com", "codepen.io", "bsky.app", "pinterest.com", "tumblr.com")  # fmt: skip
"""Whose addresses, alone on a line, WordPress shows as what is there."""

_BLOCK = re.compile(r"<!--\s+(/)?wp:([a-z][a-z0-9_/-]*)\s*(\{[^<>]{0,20000}\})?\s*(/)?-->")
_MORE = re.compile(r"<!--more(.*?)-->", re.DOTALL)
_NEXT_PAGE = re.compile(r"<!--nextpage-->")
_SHORTCODE = re.compile(
    r"(?P<open>\[)?\[(?P<name>[A-Za-z][\w-]{0,50})"
    r"(?P<attributes>(?:[\s=](?:[^\[\]\"']|\"[^\"\[]{0,2000}\"|'[^'\[]{0,2000}'){0,2000})?)(?P<void>/)?\]"
)
_CLOSING = re.compile(r"\[/([A-Za-z][\w-]{0,50})\]")
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s'\"]+))|\"([^\"]*)\"|'([^']*)'|([^\s'\"]+)")
_LITERAL = re.compile(r"(<(pre|code|script|style|textarea)\b.*?</\2>)", re.DOTALL | re.IGNORECASE)
_LONE_URL = re.compile(r"^[ \t]*(?:<p>)?[ \t]*(https?://[^\s<>\"]+)[ \t]*(?:</p>)?[ \t]*$", re.MULTILINE)
_SCALED = re.compile(r"-\d{2,5}x\d{2,5}(?=\.\w{2,5}$)")
_VERSE = re.compile(r"<pre class=\"wp-block-verse[^>]*>(.*?)</pre>", re.DOTALL)
_CODE_NAMES = frozenset("code sourcecode source php python js javascript css html xml sql bash shell java ruby".split())  # noqa: SIM905

_TAGS = (
    "address article aside blockquote caption center col colgroup dd details div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr iframe legend li main menu nav ol p pre script section style summary "
    "table tbody td tfoot th thead tr ul"
).replace(" ", "|")
_STARTS_BLOCK = re.compile(rf"\s*<(?:/?(?:{_TAGS})\b|!--)", re.IGNORECASE)
_BLOCK_EDGE = re.compile(rf"(<(?:{_TAGS})\b[^>]*>)|(</(?:{_TAGS})>)", re.IGNORECASE)


class Text:
    """Turns the texts of WordPress into HTML."""

    def __init__(self, library: Library, report: Report):
        self._library, self._report = library, report

    def html_of(self, content: str, *, post: Post, post_id: str) -> str:
        """The HTML of a post's text; its galleries become inserts. What cannot be carried is reported."""
        check_size(content)
        content = content.replace("\r\n", "\n").replace("\r", "\n")
        has_blocks = "<!-- wp:" in content
        content = self._without_blocks(content, post)
        content = _VERSE.sub(lambda found: f"<p>{found[1].replace(chr(10), '<br>')}</p>", content)
        content = _MORE.sub("", content)
        content = _NEXT_PAGE.sub("\n\n<hr>\n\n", content)
        parts = _LITERAL.split(content)
        texts = []
        for place in range(0, len(parts), 3):
            texts.append(self._shortcodes(parts[place], post, post_id))
            if place + 1 < len(parts):
                texts.append(parts[place + 1])
        content = _LONE_URL.sub(_player, "".join(texts))
        return content if has_blocks else paragraphs(content)

    def intro_of(self, content: str) -> str:
        """What stands before the “more” mark; empty where there is none."""
        found = _MORE.search(content)
        return content[: found.start()] if found else ""

    def picture_url(self, url: str) -> str:
        """The address of the whole picture of which this one is a smaller copy."""
        if self._library.at(url):
            return url
        for whole in (url.partition("?")[0], _SCALED.sub("", url), _SCALED.sub("", url.partition("?")[0])):
            if whole != url and self._library.at(whole):
                return whole
        return url

    # Blocks

    def _without_blocks(self, content: str, post: Post, depth: int = 0) -> str:
        def replaced(found: re.Match) -> str:
            closing, name, attributes, is_void = found.groups()
            name = name.removeprefix("core/")
            if closing:
                return ""
            if name in DYNAMIC:
                self._report.lose(post.where, f"not carried: a block that WordPress fills in itself ({name})")
                return ""
            known = _json(attributes)
            if name == "block":
                return self._reusable(str(known.get("ref", "")), post, depth)
            if name == "cover" and known.get("url") and known.get("backgroundType", "image") == "image":
                return f'<img src="{html.escape(str(known["url"]))}" alt="{html.escape(str(known.get("alt", "")))}">'
            if is_void and name not in ("separator", "spacer", "more", "nextpage", "post-title"):
                self._report.lose(post.where, f"not carried: block {name}, which has no text of its own")
            return ""

        return _BLOCK.sub(replaced, content)

    def _reusable(self, ref: str, post: Post, depth: int) -> str:
        content = self._library.block(ref)
        if content is None or depth > 3:
            self._report.lose(post.where, f"not carried: reusable block {ref}, which is not in the file")
            return ""
        return self._without_blocks(content, post, depth + 1)

    # Shortcodes

    def _shortcodes(self, text: str, post: Post, post_id: str) -> str:
        closed = set(_CLOSING.findall(text))
        out, place = [], 0
        while found := _SHORTCODE.search(text, place):
            out.append(text[place : found.start()])
            name, content, end = found["name"], None, found.end()
            if name in closed and not found["void"]:
                close, again = text.find(f"[/{name}]", end), text.find(f"[{name}", end)
                if close >= 0 and not 0 <= again < close:
                    content, end = text[end:close], close + len(name) + 3
            if found["open"] and text[end : end + 1] == "]":  # [[like this]] is meant to be seen
                out.append(text[found.start() + 1 : end])
                place = end + 1
                continue
            given = Given(name.lower(), found["attributes"], content, post, post_id)
            out.append((found["open"] or "") + self._carry(given, text[found.start("name") - 1 : end]))
            place = end
        return "".join([*out, text[place:]])

    def _carry(self, given: Given, written: str) -> str:
        """What a shortcode becomes; one that nobody here knows stays as it is written."""
        carry = getattr(self, f"_carry_{given.name.replace('-', '_')}", None)
        if given.name in _CODE_NAMES and given.content is not None:
            carry = self._carry_code
        if carry is not None:
            return carry(given)
        if given.attributes or given.content is not None or "_" in given.name or "-" in given.name:
            self._report.lose(given.post.where, f"a shortcode stays as it is written: {written[:100]}")
        if given.content and "[" in given.content:
            return written.replace(given.content, self._shortcodes(given.content, given.post, given.post_id), 1)
        return written

    def _carry_caption(self, given: Given) -> str:
        content = given.content or ""
        found = re.match(r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)", content, re.DOTALL)
        picture, text = (found[1], found[2]) if found else (content, "")
        text = given.named.get("caption") or text
        return f"\n\n<figure>{picture}<figcaption>{text.strip()}</figcaption></figure>\n\n"

    _carry_wp_caption = _carry_caption

    def _carry_gallery(self, given: Given) -> str:
        ids = given.named.get("ids") or given.named.get("include") or ""
        if ids:
            wanted = [id.strip() for id in ids.split(",") if id.strip()]
            found = [attachment for id in wanted if (attachment := self._library.find(id))]
            if len(found) < len(wanted):
                self._report.lose(
                    given.post.where, f"{len(wanted) - len(found)} pictures of a gallery are not in the file"
                )
        else:
            left_out = set(given.named.get("exclude", "").split(","))
            found = [
                attachment
                for attachment in self._library.of_post(given.named.get("id") or given.post_id)
                if attachment.is_picture and attachment.id not in left_out
            ]
        if not found:
            self._report.lose(given.post.where, "a gallery without pictures in the file")
            return ""
        shown = [Shown(attachment.url, attachment.alt, attachment.caption) for attachment in found]
        return f"\n\n{given.post.insert_mark(shown)}\n\n"

    def _carry_embed(self, given: Given) -> str:
        url = (given.content or given.named.get("src") or given.first).strip()
        return f'\n\n<iframe src="{html.escape(page_of(url))}"></iframe>\n\n' if url.startswith("http") else ""

    _carry_youtube = _carry_vimeo = _carry_tweet = _carry_wpvideo = _carry_instagram = _carry_soundcloud = _carry_embed

    def _carry_video(self, given: Given) -> str:
        kinds = ("src", "mp4", "m4v", "webm", "ogv", "mp3", "m4a", "ogg", "wav", "flv", "wmv")
        url = next((given.named[kind] for kind in kinds if given.named.get(kind)), given.first)
        if not url:
            self._report.lose(given.post.where, f"not carried: [{given.name}] that names no file")
            return ""
        return f'\n\n<p><a href="{html.escape(url)}">{html.escape(url.rpartition("/")[2] or url)}</a></p>\n\n'

    _carry_audio = _carry_video

    def _carry_code(self, given: Given) -> str:
        default = given.name if given.name not in ("code", "source", "sourcecode") else ""
        language = given.named.get("language") or given.named.get("lang") or default
        code = given.content or ""
        code = code if "&lt;" in code else html.escape(code, quote=False)
        return f'\n\n<pre><code class="language-{html.escape(language)}">{code.strip(chr(10))}</code></pre>\n\n'


class Given:
    """A shortcode as it is written."""

    def __init__(self, name: str, attributes: str | None, content: str | None, post: Post, post_id: str):
        self.name, self.attributes, self.content = name, attributes, content
        positional, self.named = _attributes(attributes or "")
        self.first = next((value.lstrip("=") for value in positional if value.lstrip("=")), "")
        self.post, self.post_id = post, post_id


def paragraphs(text: str) -> str:
    """The paragraphs that WordPress makes of empty lines, and the breaks it makes of others, when it shows a text."""
    kept: list[str] = []

    def keep(found: re.Match) -> str:
        kept.append(found[0])
        return f"\n\n\x00{len(kept) - 1}\x00\n\n"

    text = re.sub(r"<(pre|script|style|textarea)\b.*?</\1>", keep, text, flags=re.DOTALL | re.IGNORECASE)
    text = _BLOCK_EDGE.sub(lambda found: f"\n\n{found[1]}" if found[1] else f"{found[2]}\n\n", text)
    out = []
    for chunk in re.split(r"\n\s*\n", text):
        chunk = chunk.strip("\n")
        if not chunk.strip():
            continue
        if _STARTS_BLOCK.match(chunk) or chunk.strip().startswith("\x00"):
            inside = re.match(rf"(\s*<(?:{_TAGS})\b[^>]*>)(.*)", chunk, re.DOTALL | re.IGNORECASE)
            out.append(inside[1] + _breaks(inside[2]) if inside else chunk)
        else:
            out.append(f"<p>{_breaks(chunk.strip())}</p>")
    return re.sub(r"\x00(\d+)\x00", lambda found: kept[int(found[1])], "\n".join(out))


def _breaks(text: str) -> str:
    return re.sub(r"(?<!>)[ \t]*\n(?!\s*<(?:br|/))", "<br>\n", text.strip("\n"))


def _player(found: re.Match) -> str:
    host = urlsplit(found[1]).netloc.lower().removeprefix("www.").removeprefix("m.")
    url = html.escape(html.unescape(found[1]))
    if any(host == player or host.endswith(f".{player}") for player in PLAYERS):
        return f'\n\n<iframe src="{url}"></iframe>\n\n'
    return f'<p><a href="{url}">{url}</a></p>'


def _attributes(text: str) -> tuple[list[str], dict[str, str]]:
    positional, named = [], {}
    for name, double, single, bare, *alone in _ATTRIBUTE.findall(text or ""):
        if name:
            named[name.lower()] = html.unescape(double or single or bare)
        elif value := "".join(alone):
            positional.append(html.unescape(value))
    return positional, named


def _json(text: str | None) -> dict:
    try:
        known = json.loads(text) if text else {}
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}
