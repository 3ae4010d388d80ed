"""Blocks as HTML."""

from __future__ import annotations

from html import escape

from blogs.richtext import LINK_REL


def to_html(blocks: list[dict]) -> str:
    """The HTML of a Post's blocks; nothing in it runs."""
    return "\n".join(_WRITERS[block["type"]](block["value"]) for block in blocks)


def _heading(value) -> str:
    return f"<h{value['level']}>{escape(value['text'])}</h{value['level']}>"


def _image(value) -> str:
    picture = _picture(value["image"], value["alt"])
    caption = f"<figcaption>{escape(value['caption'])}</figcaption>" if value["caption"] else ""
    return f"<figure>{picture}{caption}</figure>"


def _gallery(value) -> str:
    return f"<figure>{''.join(_picture(image) for image in value)}</figure>"


def _picture(image: dict, alt: str = "") -> str:
    srcset = f' srcset="{escape(image["srcset"])}"' if image.get("srcset") else ""
    return (
        f'<img src="{escape(image["url"])}" alt="{escape(alt or image["alt"] or "")}"'
        f' width="{image["width"]}" height="{image["height"]}"{srcset} loading="lazy">'
    )


def _quote(value) -> str:
    paragraphs = "".join(f"<p>{_lines(part)}</p>" for part in value["text"].split("\n\n"))
    footer = f"<footer>— {escape(value['attribution'])}</footer>" if value["attribution"] else ""
    return f"<blockquote>{paragraphs}{footer}</blockquote>"


def _code(value) -> str:
    language = f' class="language-{escape(value["language"])}"' if value["language"] else ""
    return f"<pre><code{language}>{escape(value['code'])}\n</code></pre>"


def _embed(value) -> str:
    url = escape(value["url"])
    return f'<p><a href="{url}" rel="{LINK_REL}">{url}</a></p>'


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.split("\n"))


_WRITERS = {
    "heading": _heading,
    "paragraph": lambda value: value,
    "image": _image,
    "gallery": _gallery,
    "quote": _quote,
    "code": _code,
    "embed": _embed,
    "divider": lambda value: "<hr>",
}
