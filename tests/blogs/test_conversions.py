# ruff: noqa: E501 - tables read better in long lines
"""Bodies between their forms. Pure functions, so these are tables of what goes in and what comes out."""

from __future__ import annotations

import contextlib
import re
import time

import pytest

from blogs.body import from_html, from_markdown, reading_minutes, to_html, to_markdown, to_text
from blogs.body.from_html import to_paragraph
from blogs.richtext import clean_paragraph
from core.errors import Invalid

REL = ' rel="ugc nofollow noopener"'


def p(html: str) -> dict:
    return {"type": "paragraph", "value": re.sub(r'(<a href="[^"]*")', rf"\1{REL}", html)}


def heading(level: int, text: str) -> dict:
    return {"type": "heading", "value": {"level": level, "text": text}}


def code(language: str, code: str) -> dict:
    return {"type": "code", "value": {"language": language, "code": code}}


def quote(text: str, attribution: str = "") -> dict:
    return {"type": "quote", "value": {"text": text, "attribution": attribution}}


def image(id: int, *, caption: str = "", alt: str = "") -> dict:
    return {"type": "image", "value": {"image": id, "caption": caption, "alt": alt}}


DIVIDER = {"type": "divider", "value": None}

MARKDOWN = {
    "paragraphs": ("one\ntwo\n\nthree", [p("<p>one two</p><p>three</p>")]),
    "styles": ("*a* **b** ~~c~~ `d` ***e***", [p("<p><i>a</i> <b>b</b> <s>c</s> <code>d</code> <i><b>e</b></i></p>")]),
    "headings": (
        "# 1\n## 2\n### 3\n#### 4\n##### 5\n###### 6",
        [heading(level, str(n)) for n, level in enumerate((2, 2, 3, 4, 4, 4), 1)],
    ),
    "a heading with a link": (
        "## See [the *book*](https://b.example) `x`",
        [heading(2, "See the book x"), p('<p><a href="https://b.example">the book</a></p>')],
    ),
    "code": ("```rust\nfn main() {\n    x < y && z\n}\n\n```", [code("rust", "fn main() {\n    x < y && z\n}\n")]),
    "code with attributes": ("```rust,ignore\nx\n```", [code("rust", "x")]),
    "indented code": ("    a\n      b\n", [code("", "a\n  b")]),
    "code with fences": ("````\n```\nx\n```\n````", [code("", "```\nx\n```")]),
    "entities in code": ("`&amp; &lt;` and &amp; &copy;", [p("<p><code>&amp;amp; &amp;lt;</code> and &amp; ©</p>")]),
    "lists": (
        "- a\n- b\n  - c\n    1. d\n- e\n\n1. x\n2. y",
        [
            p(
                "<ul><li>a</li><li>b<ul><li>c<ol><li>d</li></ol></li></ul></li><li>e</li></ul><ol><li>x</li><li>y</li></ol>"
            )
        ],
    ),
    "loose lists": ("- a\n\n  b\n\n- c", [p("<ul><li>a<br>b</li><li>c</li></ul>")]),
    "code in a list": (
        "1. a\n   ```sh\n   ls\n   ```\n   then\n2. b",
        [p("<ol><li>a</li></ol>"), code("sh", "ls"), p("<p>then</p><ol><li>b</li></ol>")],
    ),
    "tasks": ("- [ ] a\n- [x] b", [p("<ul><li>☐ a</li><li>☑ b</li></ul>")]),
    "quotes": ("> one\n> two\n>\n> three", [quote("one two\n\nthree")]),
    "quotes with a source": ("> Fog\n>\n> — Nobody", [quote("Fog", "Nobody")]),
    "rich quotes": (
        "> a [b](https://b.example)\n>\n> - c",
        [p('<blockquote>a <a href="https://b.example">b</a></blockquote><ul><li>c</li></ul>')],
    ),
    "code in quotes": ("> a\n>\n> ```c\n> x\n> ```", [p("<blockquote>a</blockquote>"), code("c", "x")]),
    "dividers": ("a\n\n---\n\nb", [p("<p>a</p>"), DIVIDER, p("<p>b</p>")]),
    "links": (
        '[a](https://a.example "t") <https://b.example> https://c.example/x_y [d][e] <f@g.example>\n\n[e]: https://d.example',
        [
            p(
                '<p><a href="https://a.example">a</a> <a href="https://b.example">https://b.example</a> '
                '<a href="https://c.example/x_y">https://c.example/x_y</a> <a href="https://d.example">d</a> '
                '<a href="mailto:f@g.example">f@g.example</a></p>'
            )
        ],
    ),
    "links to nowhere": ("[a](/b) [c](#d) [e](javascript:x)", [p("<p>a c e</p>")]),
    "own images": ("a ![b](own.png 'c') d", [p("<p>a</p>"), image(7, caption="c", alt="b"), p("<p>d</p>")]),
    "linked own images": (
        "[![b](own.png)](https://x.example)",
        [image(7, alt="b"), p('<p><a href="https://x.example">b</a></p>')],
    ),
    "other images": (
        "![b](https://x.example/b.png) ![](https://x.example/c.png) ![d](d.png)",
        [
            p(
                '<p><a href="https://x.example/b.png">b</a> '
                '<a href="https://x.example/c.png">https://x.example/c.png</a> d</p>'
            )
        ],
    ),
    "badges": (
        "[![b](https://x.example/b.png)](https://y.example)",
        [p('<p><a href="https://y.example">b</a> <a href="https://x.example/b.png">[image]</a></p>')],
    ),
    "tables": (
        "| a | b |\n|---|---|\n| [c](https://c.example) | `d` |",
        [p('<p><b>a</b> | <b>b</b></p><p><a href="https://c.example">c</a> | <code>d</code></p>')],
    ),
    "footnotes": (
        "a[^1] b\n\n[^1]: c *d*\n[^2]: never cited",
        [p("<p>a[1] b</p><p>[2]</p>"), DIVIDER, p("<ol><li>c <i>d</i></li><li>never cited</li></ol>")],
    ),
    "footnotes in code": ("```\n[^1]: a\n```", [code("", "[^1]: a")]),
    "types of code outside of code": (
        "Vec<T> and <dyn> a < b > c",
        [p("<p>Vec&lt;T&gt; and &lt;dyn&gt; a &lt; b &gt; c</p>")],
    ),
    "HTML": ("a <b>b</b><br>c\n\n<div align=center>\n\n*d*\n\n</div>", [p("<p>a <b>b</b><br>c</p><p><i>d</i></p>")]),
    "nothing": (" \n\n", []),
}

HTML = {
    "bare text": ("a <i>b</i>", [p("<p>a <i>b</i></p>")]),
    "white space": ("<p> a\n  b </p>\n\n<p>&nbsp;</p><p></p>", [p("<p>a b</p><p>&nbsp;</p>")]),
    "synonyms": (
        "<p><strong>a</strong><em>b</em><del>c</del><kbd>d</kbd><mark>e</mark><q>f</q></p>",
        [p("<p><b>a</b><i>b</i><s>c</s><code>d</code>e“f”</p>")],
    ),
    "styles over paragraphs": ("<b><p>a</p><p>b</p></b>", [p("<p><b>a</b></p><p><b>b</b></p>")]),
    "links over paragraphs": (
        '<a href="https://a.example"><p>a</p></a>',
        [p('<p><a href="https://a.example">a</a></p>')],
    ),
    "articles": (
        "<article><header><h1>a</h1></header><section><p>b</p></section></article>",
        [heading(2, "a"), p("<p>b</p>")],
    ),
    "code": ('<pre><code class="language-c++">a &lt; b\n</code></pre>', [code("c++", "a < b")]),
    "highlighted code": (
        '<div class="highlight-source-rust"><pre lang="rust"><span>fn</span> x<br>y</pre></div>',
        [code("rust", "fn x\ny")],
    ),
    "figures": (
        '<figure><img src="own.png" alt="a"><figcaption>b <i>c</i></figcaption></figure>',
        [image(7, caption="b c", alt="a")],
    ),
    "captions with links": (
        '<figure><img src="own.png"><figcaption><a href="https://c.example">c</a></figcaption></figure>',
        [image(7), p('<p><a href="https://c.example">c</a></p>')],
    ),
    "quotes": ("<blockquote><p>a</p><footer>— <cite>b</cite></footer></blockquote>", [quote("a", "b")]),
    "embedded pages": (
        '<iframe src="https://v.example/1"></iframe><iframe src="//w.example"></iframe>',
        [{"type": "embed", "value": {"url": "https://v.example/1"}}],
    ),
    "videos": (
        '<video src="https://v.example/1.mp4">old <source src="https://v.example/2.webm"></video>',
        [
            p(
                '<p><a href="https://v.example/1.mp4">https://v.example/1.mp4</a> '
                '<a href="https://v.example/2.webm">https://v.example/2.webm</a> old</p>'
            )
        ],
    ),
    "definitions": ("<dl><dt>a</dt><dd>b</dd></dl>", [p("<p><b>a</b></p><p>b</p>")]),
    "details": ("<details><summary>a</summary><p>b</p></details>", [p("<p><b>a</b></p><p>b</p>")]),
    "tables with blocks": (
        "<table><caption>t</caption><tr><td><p>a</p><ul><li>b</li></ul></td><td><pre>c\nd</pre></td></tr></table>",
        [p("<p>t</p><p>a b | <code>c d</code></p>")],
    ),
    "a long heading": (f"<h2>{'x' * 301}</h2>", [p(f"<p><b>{'x' * 301}</b></p>")]),
    "a heading in a list": ("<ul><li><h3>a</h3>b</li></ul>", [p("<ul><li><b>a</b><br>b</li></ul>")]),
    "text after an inner list": (
        "<ul><li>a<ul><li>b</li></ul>c</li></ul>",
        [p("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>")],
    ),
    "scripts": ("a<script>b</script><style>c</style><!-- d -->e", [p("<p>ae</p>")]),
    "unclosed tags": ("<p>a<b>b<p>c", [p("<p>a<b>b</b></p><p><b>c</b></p>")]),
}


def find(urls):
    return {url: 7 for url in urls if url == "own.png"}


class TestMarkdownToBlocks:
    @pytest.mark.parametrize("name", MARKDOWN)
    def test_keeps(self, name):
        text, blocks = MARKDOWN[name]
        assert from_markdown(text, find_images=find) == blocks


class TestHtmlToBlocks:
    @pytest.mark.parametrize("name", HTML)
    def test_keeps(self, name):
        text, blocks = HTML[name]
        assert from_html(text, find_images=find) == blocks


class TestRoundTrips:
    @pytest.mark.parametrize("name", [name for name in MARKDOWN if "image" not in name and name != "code in quotes"])
    def test_through_markdown_and_html_lose_nothing(self, name):
        blocks = from_markdown(MARKDOWN[name][0])
        assert from_markdown(to_markdown(blocks)) == blocks
        assert from_html(to_html(blocks)) == blocks

    @pytest.mark.parametrize(
        "text",
        [
            "# no heading", "- no list", "1. no list", "1) no", "> no quote", "* no", "+ no", "---", "===", "```", "~~~", "    x",
            "[no](link)", "![no](image)", "<b>", "&amp;", "a*b*c", "_a_ b_c_d", "`", "``", "\\", "\\*", "a\\", "#", "| a | b |",
            "[^1]", "[^1]: x", "[a]: b", "<https://x>", "~~x~~", "!", "!x", ":-", "a  b", "*", "**", "$x$", "a<b", "&", "&#65;",
        ],
    )  # fmt: skip
    def test_take_plain_text_for_plain_text(self, text):
        for blocks in (
            [p(f"<p>{clean_paragraph(text.replace('&', '&amp;').replace('<', '&lt;'))}</p>")],
            [quote(text)],
        ):
            blocks = from_html(to_html(blocks))
            assert to_text(from_markdown(to_markdown(blocks))).strip() == to_text(blocks).strip()

    @pytest.mark.parametrize(
        "html",
        [
            "<p>a<b>b</b>c</p>", "<p>a<b>(b)</b>c</p>", "<p><i>a</i><b>b</b></p>", "<p><b>a<i>b</i></b></p>",
            "<p><code>`</code> <code>``</code> <code> a </code></p>", "<p>a<br>- b<br># c</p>", "<p><s>a</s><s>b</s></p>",
            "<p>H<sub>2</sub>O<sup>2</sup></p>", "<ul><li>a<br>b</li></ul><ul><li>c</li></ul>", "<ol><li>a</li></ol><ol><li>b</li></ol>",
            '<p><a href="https://x.example/a_(b)?c=d&amp;e=f*_">x [y] *z*</a></p>', '<p><a href="https://x.example"><b>a</b></a></p>',
            "<blockquote>a <b>b</b></blockquote><blockquote>c</blockquote><p>d</p>", "<p>5. a</p><p>2000) b</p>",
        ],
    )  # fmt: skip
    def test_keep_rich_text(self, html):
        blocks = from_html(html)
        assert from_markdown(to_markdown(blocks)) == blocks


class TestOutputs:
    PICTURE = {
        "id": 7,
        "url": "https://i.example/a b.png",
        "alt": "An <alt>",
        "width": 3,
        "height": 2,
        "srcset": "x 3w",
    }
    BLOCKS = [
        heading(2, "Top <1> # "),
        p('<p>Some <i>text</i> &amp; <a href="https://a.example">a link</a>.</p><ul><li>one</li><li>two</li></ul>'),
        {"type": "image", "value": {"image": PICTURE, "caption": 'A "caption"', "alt": ""}},
        {"type": "gallery", "value": [PICTURE, PICTURE]},
        quote("Two\nlines\n\nand more", "Some <body>"),
        code("html", "<b>```</b>"),
        {"type": "embed", "value": {"url": "https://v.example/?a=1&b=2"}},
        DIVIDER,
    ]

    def test_are_html(self):
        html = to_html(self.BLOCKS)
        for piece in (
            "<h2>Top &lt;1&gt; # </h2>",
            '<img src="https://i.example/a b.png" alt="An &lt;alt&gt;" width="3" height="2" srcset="x 3w" loading="lazy">',
            "<figcaption>A &quot;caption&quot;</figcaption>",
            "<blockquote><p>Two<br>lines</p><p>and more</p><footer>— Some &lt;body&gt;</footer></blockquote>",
            '<pre><code class="language-html">&lt;b&gt;```&lt;/b&gt;\n</code></pre>',
            f'<a href="https://v.example/?a=1&amp;b=2"{REL}>',
            "<hr>",
        ):
            assert piece in html

    def test_are_markdown(self):
        markdown = to_markdown(self.BLOCKS)
        for piece in (
            "## Top &lt;1> \\#\n",
            "Some *text* & [a link](https://a.example).",
            "- one\n- two",
            '![An &lt;alt>](https://i.example/a b.png "A \\"caption\\"")',
            "> Two\\\n> lines\n>\n> and more\n>\n> — Some &lt;body>",
            "````html\n<b>```</b>\n````",
            "<https://v.example/?a=1&b=2>",
            "---",
        ):
            assert piece in markdown

    def test_are_text(self):
        text = to_text(self.BLOCKS)
        for piece in (
            "Top <1> #",
            "Some text & a link.",
            "- one\n- two",
            'A "caption"',
            "and more\n— Some <body>",
            "<b>```</b>",
        ):
            assert piece in text

    def test_are_empty_without_blocks(self):
        assert (to_html([]), to_markdown([]), to_text([])) == ("", "", "")


class TestReadingMinutes:
    def test_count_words(self):
        assert reading_minutes([]) == 1
        assert reading_minutes([p("<p>" + "word " * 200 + "</p>")]) == 1
        assert reading_minutes([p("<p>" + "word " * 201 + "</p>"), code("", "x"), quote("y")]) == 2


class TestParagraphs:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("plain", "<p>plain</p>"),
            ("<h2>a</h2><p>b</p>", "<p><b>a</b></p><p>b</p>"),
            ("<pre>a\n b</pre>", "<p><code>a</code><br><code>\u00a0b</code></p>"),
            ("<blockquote><p>a</p></blockquote>", "<blockquote>a</blockquote>"),
            ("<hr>", ""),
            ('<a linktype="page" id="3">a</a>', f'<p><a linktype="page" id="3"{REL}>a</a></p>'),
            ('<a linktype="page" id="x">a</a>', "<p>a</p>"),
            ('<embed embedtype="image" id="3">', ""),
        ],
    )
    def test_hold_rich_text_only(self, sent, kept):
        assert to_paragraph(sent).replace("&nbsp;", "\u00a0") == kept

    def test_stay_as_they_are_when_clean(self):
        for block in from_markdown("\n\n".join(text for text, _ in MARKDOWN.values())):
            if block["type"] == "paragraph":
                assert clean_paragraph(block["value"]) == block["value"]
                assert to_paragraph(block["value"]) == block["value"]


class TestNesting:
    @pytest.mark.parametrize(
        "html",
        [
            "<div>" * 60,
            "<ul><li>" * 60,
            "<b>" * 60,
            "<table><tr><td>" * 60,
            "<div></b>" * 60,
            "<table><td></div><div>" * 60,
        ],
    )
    def test_too_deep_is_refused(self, html):
        with pytest.raises(Invalid):
            from_html(html)

    @pytest.mark.parametrize("markdown", ["> " * 60 + "x", "".join("  " * n + "- a\n" for n in range(60))])
    def test_too_deep_is_refused_in_markdown(self, markdown):
        with pytest.raises(Invalid):
            from_markdown(markdown)

    def test_as_people_write_is_taken(self):
        assert from_html("<div>" * 20 + "<ul><li>" * 10 + "x" + "</li></ul>" * 10 + "</div>" * 20)

    @pytest.mark.parametrize(
        "text",
        [
            "*" * 100_000, "[" * 100_000, "<a" * 100_000, "&" * 100_000, "a**b" * 25_000, "[a](" * 25_000, "![[]()" * 16_000,
            "`a" * 50_000, "<p>" * 30_000, "<td>" * 25_000, "|a" * 50_000 + "\n" + "|-" * 50_000, "[^a" * 33_000, "<!--" * 25_000,
            "".join(f"<b x={n}>" for n in range(12)) + "<p>y" * 20_000,
        ],
    )  # fmt: skip
    def test_made_to_be_slow_is_fast(self, text):
        started = time.perf_counter()
        for convert in (from_markdown, from_html):
            with contextlib.suppress(Invalid):
                convert(text)
        assert time.perf_counter() - started < 4  # a tenth of it on a machine of one's own
