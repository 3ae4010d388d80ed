# ruff: noqa: E501 - tables read better in long lines
"""What comes in through blocks, Markdown and HTML: nothing runs, nothing breaks, bad blocks are named."""

from __future__ import annotations

import html.parser
import re
import time

import pytest

from tests.client import is_error

SCRIPTS = [
    '<p onclick="x()">a<script>alert(1)</script><a href="javascript:alert(1)">b</a><img src=x onerror=alert(1)></p>',
    '<iframe src="//evil.example"></iframe><iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<a href=" java\nscript:alert(1)">a</a><a href="&#106;avascript:alert(1)">b</a><a href="JaVaScRiPt:alert(1)">c</a>',
    '<a href="data:text/html,<script>alert(1)</script>">a</a><a href="vbscript:x">b</a><a href="\x01javascript:x">c</a>',
    '<a href="//evil.example">a</a><a href="\\\\evil.example">b</a><a href="/\\evil.example">c</a>',
    '<a href="https:javascript:alert(1)">a</a><a href="java&Tab;script:alert(1)">b</a>',
    "[a](javascript:alert(1)) [b](<java script:alert(1)>) [c](data:text/html;base64,PHNjcmlwdD4=) ![d](javascript:x)",
    "<javascript:alert(1)> [x]: javascript:alert(1)\n\n[x]\n\n[y][z]\n\n[z]: vbscript:x",
    "<svg onload=alert(1)><script>alert(1)</script><a xlink:href='javascript:x'><text>a</text></a></svg>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    "<form action='javascript:x'><input autofocus onfocus=alert(1)><button formaction=javascript:x>b</button></form>",
    "<details open ontoggle=alert(1)><summary>a</summary></details><video><source onerror=alert(1)></video>",
    "<body onload=alert(1)><base href='//evil.example/'><link rel=stylesheet href=//evil.example><meta http-equiv=refresh>",
    "<object data='javascript:x'></object><embed src='javascript:x'><applet code=x></applet>",
    "```html\n<script>alert(1)</script>\n```\n\n`<img src=x onerror=alert(1)>`\n\n    <script>alert(1)</script>",
    "# <script>alert(1)</script> <img src=x onerror=alert(1)>\n\n> <b onmouseover=alert(1)>q</b>\n\n- <i onclick=x>l</i>",
    "<<script>alert(1)//<</script><scr<script>ipt>alert(1)</scr</script>ipt>",
    "<p style=\"background:url(javascript:alert(1))\" class=x id=y>styled</p><style>@import 'x'</style>",
    "<x onclick=alert(1) tabindex=1>unknown</x><a href=https://ok.example onclick=x style=x target=_blank>ok</a>",
    "<a href='https://ok.example/\" onmouseover=\"alert(1)'>quotes</a>",
    "<template><script>alert(1)</script></template><textarea></textarea><title><img src=x onerror=alert(1)></title>",
    "<!--><img src=x onerror=alert(1)>--><!--[if IE]><script>alert(1)</script><![endif]-->",
    "<?xml version='1.0'?><!DOCTYPE html><![CDATA[<script>alert(1)</script>]]>",
]


class _Active(html.parser.HTMLParser):
    """Collects what a browser would run or fetch from a stranger in a piece of HTML."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        allowed = {
            "a", "b", "blockquote", "br", "code", "em", "figcaption", "figure", "footer", "h2", "h3", "h4", "hr", "i",
            "img", "li", "ol", "p", "pre", "s", "strong", "sub", "sup", "ul",
        }  # fmt: skip
        if tag not in allowed:
            self.found.append(tag)
        for name, value in attrs:
            if name == "href" and not re.match(r"(https?://[^/\\]|mailto:)", value or "", re.IGNORECASE):
                self.found.append(value)
            if name == "rel" and value != "ugc nofollow noopener":
                self.found.append(value)
            if name not in ("href", "rel", "class", "src", "alt", "width", "height", "srcset", "loading"):
                self.found.append(name)
        if tag == "a" and "rel" not in dict(attrs):
            self.found.append("a link without rel")


def active(text: str) -> list[str]:
    parser = _Active()
    parser.feed(text)
    parser.close()
    return parser.found


class TestScripts:
    @pytest.mark.parametrize("form", ["html", "markdown", "paragraph"])
    def test_never_survive(self, alice, form):
        for evil in SCRIPTS:
            if "\x01" in evil:
                evil = evil.replace("\x01", "&#1;")
            body = {"body": [{"type": "paragraph", "value": evil}]} if form == "paragraph" else {form: evil}
            post = alice.post("blogs/alice/posts/", json={"title": "Evil", **body})
            for block in post["body"]:
                if block["type"] == "paragraph":
                    assert active(block["value"]) == [], (evil, block["value"])
            page = alice.get(f"posts/{post['id']}/", body="html")["body"]
            assert active(page) == [], (evil, page)
            markdown = alice.get(f"posts/{post['id']}/", body="markdown")["body"]
            again = alice.patch(f"posts/{post['id']}/", json={"markdown": markdown})
            assert active(alice.get(f"posts/{again['id']}/", body="html")["body"]) == [], (evil, markdown)

    def test_in_plain_fields_stay_text(self, alice, anyone):
        evil = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>"
        body = [
            {"type": "heading", "value": {"level": 2, "text": evil}},
            {"type": "quote", "value": {"text": evil, "attribution": evil}},
            {"type": "code", "value": {"language": evil[:40], "code": evil}},
            {"type": "embed", "value": {"url": 'https://ok.example/"><script>alert(1)</script>'}},
        ]
        post = alice.write(evil, intro=evil, body=body[:3], seo={"title": evil, "description": evil}, tags=[evil[:50]])
        seen = anyone.get(f"posts/{post['id']}/", body="html")
        assert (seen["title"], seen["intro"], seen["seo"]["title"]) == (evil, evil, evil)
        assert active(seen["body"]) == []
        embed = alice.write(body=body[3:])
        assert active(anyone.get(f"posts/{embed['id']}/", body="html")["body"]) == []


class TestBadBlocks:
    @pytest.mark.parametrize(
        ("block", "attr"),
        [
            (None, "body.0"),
            (1, "body.0"),
            ("text", "body.0"),
            ([], "body.0"),
            ({}, "body.0.type"),
            ({"type": None, "value": 1}, "body.0.type"),
            ({"type": "nonsense", "value": 1}, "body.0.type"),
            ({"type": "block", "value": {}}, "body.0.type"),
            ({"type": ["heading"], "value": {}}, "body.0.type"),
            ({"type": "paragraph"}, "body.0.value"),
            ({"type": "paragraph", "value": 5}, "body.0.value"),
            ({"type": "paragraph", "value": ["<p>x</p>"]}, "body.0.value"),
            ({"type": "paragraph", "value": "<b>" * 60 + "x"}, "body.0.value"),
            ({"type": "heading"}, "body.0.value"),
            ({"type": "heading", "value": "x"}, "body.0.value"),
            ({"type": "heading", "value": {"level": 9, "text": "x"}}, "body.0.level"),
            ({"type": "heading", "value": {"level": True, "text": "x"}}, "body.0.level"),
            ({"type": "heading", "value": {"level": "2", "text": "x"}}, "body.0.level"),
            ({"type": "heading", "value": {"text": "x"}}, "body.0.level"),
            ({"type": "heading", "value": {"level": 2}}, "body.0.text"),
            ({"type": "heading", "value": {"level": 2, "text": " "}}, "body.0.text"),
            ({"type": "heading", "value": {"level": 2, "text": "x" * 301}}, "body.0.text"),
            ({"type": "heading", "value": {"level": 2, "text": "a\u0007b"}}, "body.0.text"),
            ({"type": "heading", "value": {"level": 2, "text": {"a": 1}}}, "body.0.text"),
            ({"type": "image", "value": 5}, "body.0.value"),
            ({"type": "image", "value": {}}, "body.0.image"),
            ({"type": "image", "value": {"image": "5"}}, "body.0.image"),
            ({"type": "image", "value": {"image": 10**9}}, "body.0.image"),
            ({"type": "image", "value": {"image": 10**40}}, "body.0.image"),
            ({"type": "image", "value": {"image": -1}}, "body.0.image"),
            ({"type": "gallery", "value": {"a": 1}}, "body.0.value"),
            ({"type": "gallery", "value": [None]}, "body.0.value.0"),
            ({"type": "gallery", "value": [10**9]}, "body.0.value.0"),
            ({"type": "quote", "value": {"attribution": "x"}}, "body.0.text"),
            ({"type": "quote", "value": {"text": "x", "attribution": "y" * 301}}, "body.0.attribution"),
            ({"type": "code", "value": {"code": ""}}, "body.0.code"),
            ({"type": "code", "value": {"language": 5, "code": "x"}}, "body.0.language"),
            ({"type": "embed", "value": {"url": "javascript:1"}}, "body.0.url"),
            ({"type": "embed", "value": {"url": "//evil.example"}}, "body.0.url"),
            ({"type": "embed", "value": {"url": "mailto:a@example.com"}}, "body.0.url"),
            ({"type": "embed", "value": {"url": "https://a b"}}, "body.0.url"),
            ({"type": "embed", "value": {"url": "https://x.example/" + "x" * 2000}}, "body.0.url"),
        ],
    )
    def test_are_named(self, alice, block, attr):
        good = {"type": "paragraph", "value": "<p>Good</p>"}
        found = is_error(alice.call("POST", "blogs/alice/posts/", json={"title": "x", "body": [block]}), 400)
        assert [error["attr"] for error in found["errors"]] == [attr]
        found = is_error(alice.call("POST", "blogs/alice/posts/", json={"title": "x", "body": [good, block]}), 400)
        assert [error["attr"] for error in found["errors"]] == [attr.replace("body.0", "body.1")]
        assert alice.get("me/posts/")["items"] == []

    def test_are_told_all_at_once(self, alice):
        body = [{"type": "heading", "value": {"level": 9, "text": ""}}, None, {"type": "x"}]
        found = is_error(alice.call("POST", "blogs/alice/posts/", json={"title": "x", "body": body}), 400)
        assert [error["attr"] for error in found["errors"]] == ["body.0.level", "body.0.text", "body.1", "body.2.type"]

    @pytest.mark.parametrize("body", ["text", {"a": 1}, 5, True, [[[[[]]]]]])
    def test_are_no_list(self, alice, body):
        is_error(alice.call("POST", "blogs/alice/posts/", json={"title": "x", "body": body}), 400)

    def test_get_ids_of_their_own(self, alice):
        id = "6f1f2f1e-7f5c-4b43-a3a1-2f9a0f9e5b11"
        blocks = [{"type": "paragraph", "value": "<p>x</p>", "id": key} for key in (id, id, "evil<b>", 5, None)]
        found = [block["id"] for block in alice.write(body=blocks)["body"]]
        assert found[0] == id
        assert len(set(found)) == 5
        assert "evil<b>" not in found


class TestLargeBodies:
    @pytest.mark.parametrize(
        "body",
        [
            [{"type": "divider"}] * 10_000,
            [{"type": "paragraph", "value": "x" * 1_000_000}],
            [{"type": "code", "value": {"code": "x" * 200_000}}] * 3,
            [{"type": "gallery", "value": list(range(1, 5000))}],
            [{"type": "nonsense"}] * 2000,
        ],
        ids=["blocks", "text", "code", "images", "mistakes"],
    )
    def test_are_refused_fast(self, alice, body):
        started = time.perf_counter()
        answer = alice.call("POST", "blogs/alice/posts/", json={"title": "x", "body": body})
        assert len(is_error(answer, 400)["errors"]) <= 100
        assert time.perf_counter() - started < 2

    @pytest.mark.parametrize("form", ["markdown", "html"])
    @pytest.mark.parametrize(
        "piece", ["*", "[", "<a", "&", "![](", "> ", "<b>", "- ", "`", "|a", "\\", "[^1]: x\n", "<p><b x>"]
    )
    def test_of_one_megabyte_are_refused(self, alice, form, piece):
        text = piece * (1_000_000 // len(piece))
        started = time.perf_counter()
        is_error(alice.call("POST", "blogs/alice/posts/", json={"title": "x", form: text}), 400, attr=form)
        assert time.perf_counter() - started < 2

    def test_of_two_thousand_blocks_are_taken(self, alice):
        assert len(alice.write(body=[{"type": "divider"}] * 2000)["body"]) == 2000


class TestOddText:
    @pytest.mark.parametrize("form", ["markdown", "html"])
    def test_is_refused_where_it_cannot_be_stored(self, alice, form):
        for text in ("a\u0000b", "a\ud800b", "a\u0001b", "a\u001bb", 5, ["x"], {"a": 1}):
            answer = alice.call("POST", "blogs/alice/posts/", json={"title": "x", form: text})
            assert answer.status_code == 400 or text == 5, (text, answer.content)

    def test_comes_back_as_it_was(self, alice):
        text = "Z̷̡a͜l g̶o 👩‍👩‍👧 עברית \u200bx\u00a0y ﷽ 𝔘𝔫𝔦 & < > \" ' \\ ` * _"
        body = [{"type": "code", "value": {"language": "", "code": text}}, {"type": "quote", "value": {"text": text}}]
        post = alice.write(body=body)
        assert post["body"][0]["value"]["code"] == text
        assert post["body"][1]["value"]["text"] == text.strip()
