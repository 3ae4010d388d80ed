"""Whatever is typed, the answer is 200 or 400, and comes at once."""

import time

import pytest

from search import trigrams
from tests.client import is_error

ODD = [
    "&", "|", "!", "()", "a & b", "!a", "(a | b", "a:*", "a:A", "a <-> b", "foo:", "*", "**", "a*", "\"", "\"a",
    "'", "''", "\\", "\\'", "a\\", "';--", "a' OR '1'='1", "NEAR(a b)", "AND", "a OR", "NOT a", "OR OR OR", "words:a",
    "{words}: a", "^a", "-a", "+a", "a+b", "a^2", "@b1", "@d2026", "=x", "~a", "^", "%", "_", "a%", "a_b", "%s",
    "%(x)s", "?", "$1", "{}", "{0}", "[a-z]+", "(a+)+$", "\U0001f600", "a \U0001f600", "\u202eabc", "\u200b", "\ufeffa",
    "مرحبا", "שלום", "日本語", "ภาษาไทย", "\u0301", "e\u0301", "ﷺ", "İ", "ß",
    "a" * 255, "щ" * 255, " ".join("ab" * 80)[:255],
    "\"" * 255, "(" * 255, "a " * 127, "the the the", "-", "–", "—", "1.5", "c++", "c#", ".net", "node.js", "a\u00a0b",
    "\u2028", "true", "null", "None", "0", "-1", "1e400",
]  # fmt: skip


class TestOddQueries:
    def test_are_answered(self, alice):
        alice.write("a b & 'c' 日本語", tags=["%", "a_b"], markdown="مرحبا 😀 1.5 c++")
        for text, params in ((text, params) for text in ODD for params in ({}, {"type": "posts"})):
            started = time.monotonic()
            answer = alice.call("GET", "search/", params={"q": text, **params})
            assert answer.status_code == 200, (text, answer.content[:300])
            assert time.monotonic() - started < 2, text

    def test_that_are_too_long_or_no_text_are_400(self, anyone):
        long = ("a" * 256, "a" * 10_000, "%22" * 5_000, "a+" * 1_000, "%F0%9F%98%80" * 2_000)
        for query in ("%00", "a%00b", "%0A", *long):
            is_error(anyone.call("GET", f"search/?q={query}"), 400, attr="q")

    def test_in_filters_are_answered(self, alice):
        for text, name in ((text, name) for text in ODD for name in ("blog", "author", "tag")):
            assert alice.call("GET", "search/", params={"q": "a", "type": "posts", name: text}).status_code == 200, text
            is_error(alice.call("GET", f"search/?q=a&{name}=%00"), 400, attr=name)

    def test_are_no_operators(self, alice, anyone):
        alice.write("Tea")
        for text in ("tea | coffee", "tea OR coffee", "!tea | tea coffee", "NOT coffee"):
            assert anyone.get("search/", q=text)["posts"] == []
        for text in ("-tea", "(tea)", "!tea", "tea*", '"tea"', "TEA!"):
            assert len(anyone.get("search/", q=text)["posts"]) == 1, text


class TestMisspelled:
    """Where PostgreSQL knows trigrams, it is said what might have been meant; elsewhere nothing is."""

    @pytest.fixture
    def meant(self, db) -> str | None:
        return "lighthouse" if trigrams.prepare() else None

    def test_words_are_put_right(self, alice, anyone, meant):
        alice.write("The lighthouse")
        assert anyone.get("search/", q="ligthouse", type="posts")["meta"]["did_you_mean"] == meant
        assert anyone.get("search/", q="ligthouse").get("meta") == ({"did_you_mean": meant} if meant else None)
        assert anyone.get("search/", q="lighthouse", type="posts")["meta"]["did_you_mean"] is None

    def test_words_tell_nothing_of_what_is_hidden(self, alice, anyone, meant):
        alice.post("blogs/", json={"title": "Secret", "slug": "secret", "is_private": True})
        alice.write("The lighthouse", blog="secret")
        assert anyone.get("search/", q="ligthouse", type="posts")["meta"]["did_you_mean"] is None
        assert alice.get("search/", q="ligthouse", type="posts")["meta"]["did_you_mean"] == meant

    def test_words_are_put_right_though_they_are_right_somewhere_hidden(self, alice, anyone, meant):
        alice.write("The lighthouse")
        alice.post("blogs/", json={"title": "Secret", "slug": "secret", "is_private": True})
        alice.write("The ligthouse", blog="secret")
        assert anyone.get("search/", q="ligthouse", type="posts")["meta"]["did_you_mean"] == meant
