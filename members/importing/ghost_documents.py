"""The documents of Ghost's editors, Lexical and before it Mobiledoc, as HTML."""

from __future__ import annotations

from html import escape

from cmarkgfm import github_flavored_markdown_to_html

from core.errors import Invalid
from members.importing.html import page_of
from members.importing.report import Report
from members.importing.things import Post, Shown

DEEPEST = 40
STYLES = ((16, "code"), (32, "sub"), (64, "sup"), (4, "s"), (2, "em"), (1, "strong"))
"""Lexical's bits for styles of text, from the inside out; of what is underlined only the text is kept."""
LISTS = {"bullet": "ul", "check": "ul", "number": "ol"}


def html_of_lexical(document: dict, *, post: Post, report: Report) -> str:
    """The HTML of a Lexical document. Raises `Invalid` for one nested too deeply."""
    root = document.get("root")
    return _Lexical(post, report).children(root if isinstance(root, dict) else {}, 0)


def html_of_mobiledoc(document: dict, *, post: Post, report: Report) -> str:
    """The HTML of a Mobiledoc document."""
    return _Mobiledoc(document, _Cards(post, report)).html()


class _Cards:
    """What both editors call cards: pictures, embeds, code and the like."""

    def __init__(self, post: Post, report: Report):
        self._post, self._report = post, report

    def html(self, name: str, card: dict) -> str:
        """The HTML of a card, by its name and what is in it."""
        draw = getattr(self, f"_draw_{name.replace('-', '_')}", None)
        if draw is not None:
            return draw(card)
        words = [str(card[key]) for key in WORDS if isinstance(card.get(key), str) and card[key]]
        self._report.lose(self._post.where, f"not carried as it was: a card of the kind {name}")
        url = _text(card, "url", "buttonUrl", "productUrl")
        link = f'<p><a href="{escape(url)}">{escape(_text(card, "buttonText", "productTitle") or url)}</a></p>'
        return "".join(f"<p>{word}</p>" for word in words) + (link if url else "")

    def _draw_image(self, card: dict) -> str:
        image = f'<img src="{escape(_text(card, "src"))}" alt="{escape(_text(card, "alt"))}">'
        return f"<figure>{image}{_caption(card)}</figure>"

    def _draw_gallery(self, card: dict) -> str:
        images = card.get("images") if isinstance(card.get("images"), list) else []
        shown = [Shown(_text(image, "src"), _text(image, "alt"), "") for image in images if isinstance(image, dict)]
        caption = _text(card, "caption")
        return self._post.insert_mark(shown) + (f"<p>{caption}</p>" if caption else "")

    def _draw_codeblock(self, card: dict) -> str:
        language = escape(_text(card, "language"))
        code = f'<pre><code class="language-{language}">{escape(_text(card, "code"), quote=False)}</code></pre>'
        return code + (f"<p>{_text(card, 'caption')}</p>" if card.get("caption") else "")

    _draw_code = _draw_codeblock

    def _draw_embed(self, card: dict) -> str:
        url = page_of(_text(card, "url"))
        frame = f'<iframe src="{escape(url)}"></iframe>' if url.startswith("http") else _text(card, "html")
        return frame + (f"<p>{_text(card, 'caption')}</p>" if card.get("caption") else "")

    def _draw_bookmark(self, card: dict) -> str:
        about = card.get("metadata") if isinstance(card.get("metadata"), dict) else {}
        url = _text(card, "url") or _text(about, "url")
        title, said = _text(about, "title") or url, _text(about, "description")
        link = f'<p><a href="{escape(url)}">{escape(title)}</a>{"<br>" + escape(said) if said else ""}</p>'
        return link + (f"<p>{_text(card, 'caption')}</p>" if card.get("caption") else "")

    def _draw_markdown(self, card: dict) -> str:
        return github_flavored_markdown_to_html(_text(card, "markdown"))

    _draw_card_markdown = _draw_markdown

    def _draw_html(self, card: dict) -> str:
        return _text(card, "html")

    def _draw_horizontalrule(self, card: dict) -> str:
        return "<hr>"

    _draw_hr = _draw_horizontalrule

    def _draw_callout(self, card: dict) -> str:
        emoji = escape(_text(card, "calloutEmoji"))
        return f"<blockquote><p>{emoji} {_text(card, 'calloutText')}</p></blockquote>"

    def _draw_toggle(self, card: dict) -> str:
        return f"<p><b>{_text(card, 'heading')}</b></p>{_text(card, 'content')}"

    def _draw_button(self, card: dict) -> str:
        return f'<p><a href="{escape(_text(card, "buttonUrl"))}">{escape(_text(card, "buttonText"))}</a></p>'

    def _draw_file(self, card: dict) -> str:
        name = _text(card, "fileTitle", "title", "fileName", "src")
        words = _text(card, "fileCaption", "caption")
        link = f'<a href="{escape(_text(card, "src"))}">{escape(name)}</a>'
        return f"<p>{link}{'<br>' + words if words else ''}</p>"

    _draw_video = _draw_audio = _draw_file

    def _draw_paywall(self, card: dict) -> str:
        self._report.lose(self._post.where, "what stood behind a paywall is open now")
        return ""


WORDS = ("heading", "subheading", "productTitle", "productDescription", "textValue", "disclaimer", "html")
"""Where cards that we do not draw have their words."""


class _Lexical:
    """Walks a tree of Lexical."""

    def __init__(self, post: Post, report: Report):
        self._cards = _Cards(post, report)

    def children(self, node: dict, depth: int) -> str:
        """The HTML of everything in a node."""
        if depth > DEEPEST:
            raise Invalid("its text is nested too deeply", code="too_deep")
        children = node.get("children")
        inner = children if isinstance(children, list) else []
        return "".join(self._node(child, depth + 1) for child in inner if isinstance(child, dict))

    def _node(self, node: dict, depth: int) -> str:
        kind = str(node.get("type", ""))
        if kind in ("text", "extended-text"):
            return _styled(_text(node, "text"), node.get("format"))
        if kind == "linebreak":
            return "<br>"
        if kind == "tab":
            return "\t"
        tag = self._tag(kind, node)
        if tag is not None:
            inner = self.children(node, depth)
            return f"<{tag}>{inner}</{tag}>" if tag else inner
        if kind in ("link", "autolink"):
            return f'<a href="{escape(_text(node, "url"))}">{self.children(node, depth)}</a>'
        return self._cards.html(kind, node)

    def _tag(self, kind: str, node: dict) -> str | None:
        """The element a node is; empty for one that is none itself, None for a link or card."""
        if kind in ("heading", "extended-heading"):
            return str(node.get("tag")) if node.get("tag") in ("h1", "h2", "h3", "h4", "h5", "h6") else "h2"
        if kind == "list":
            return LISTS.get(str(node.get("listType")), "ul")
        known = {"paragraph": "p", "listitem": "li", "root": "", "at-link": "", "zwnj": ""}
        known |= dict.fromkeys(("quote", "extended-quote", "aside"), "blockquote")
        return known.get(kind)


class _Mobiledoc:
    """Walks the sections of a Mobiledoc."""

    def __init__(self, document: dict, cards: _Cards):
        self._cards = cards
        self._atoms, self._named, self._markups = (_list(document.get(name)) for name in ("atoms", "cards", "markups"))
        self._sections = _list(document.get("sections"))

    def html(self) -> str:
        """All sections."""
        return "".join(self._section(section) for section in self._sections if isinstance(section, list) and section)

    def _section(self, section: list) -> str:
        match section:
            case [1, str(tag), list(markers), *_]:
                tag = tag if tag in ("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "aside") else "p"
                return f"<{tag}>{self._inline(markers)}</{tag}>"
            case [2, str(url), *_]:
                return f'<img src="{escape(url)}">'
            case [3, str(tag), list(items), *_]:
                tag = tag if tag in ("ul", "ol") else "ul"
                inner = "".join(f"<li>{self._inline(item)}</li>" for item in items if isinstance(item, list))
                return f"<{tag}>{inner}</{tag}>"
            case [10, int(number), *_] if 0 <= number < len(self._named):
                match self._named[number]:
                    case [str(name), dict(card), *_]:
                        return self._cards.html(name, card)
        return ""

    def _inline(self, markers: list) -> str:
        out, opened = [], []
        for marker in markers:
            match marker:
                case [int(kind), list(opens), int(closes), value, *_]:
                    for number in opens:
                        tag, attributes = self._markup(number)
                        out.append(f"<{tag}{attributes}>")
                        opened.append(tag)
                    out.append("<br>" if kind == 1 else escape(str(value), quote=False))
                    out += [f"</{opened.pop()}>" for _ in range(min(closes, len(opened)))]
        return "".join([*out, *(f"</{tag}>" for tag in reversed(opened))])

    def _markup(self, number: object) -> tuple[str, str]:
        known = self._markups[number] if isinstance(number, int) and 0 <= number < len(self._markups) else None
        match known:
            case ["a", list(attributes), *_]:
                pairs = dict(zip(map(str, attributes[::2]), map(str, attributes[1::2]), strict=False))
                return "a", f' href="{escape(pairs.get("href", ""))}"'
            case [("strong" | "b" | "em" | "i" | "s" | "code" | "sub" | "sup") as tag, *_]:
                return tag, ""
        return "span", ""


def _styled(text: str, format: object) -> str:
    html = escape(text, quote=False)
    bits = format if isinstance(format, int) else 0
    for bit, tag in STYLES:
        if bits & bit:
            html = f"<{tag}>{html}</{tag}>"
    return html


def _caption(card: dict) -> str:
    caption = _text(card, "caption")
    return f"<figcaption>{caption}</figcaption>" if caption else ""


def _text(known: dict, *names: str) -> str:
    """The first of these that is a text."""
    return next((known[name] for name in names if isinstance(known.get(name), str) and known[name]), "")


def _list(value: object) -> list:
    return value if isinstance(value, list) else []
