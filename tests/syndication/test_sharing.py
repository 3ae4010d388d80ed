"""oEmbed, and what posts say of themselves where they are shared."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from lxml import etree

from tests.client import is_error

EVIL = '</script><script>alert(1)</script> "quoted" & <b>'


class TestOembed:
    @pytest.fixture
    def post(self, alice, picture) -> dict:
        image = alice.upload(picture(1600, 1200))["id"]
        return alice.write("A post", intro="In short.", feature_image=image)

    def test_gives_the_card_of_a_post(self, alice, anyone, post):
        answer = anyone.call("GET", "/oembed/", expect=200, params={"url": post["url"]})
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "public, no-cache"
        card = answer.json()
        assert (card["version"], card["type"], card["title"]) == ("1.0", "rich", "A post")
        assert (card["author_name"], card["provider_name"]) == ("Alice Adams", "Inktree")
        assert card["author_url"] == "http://testserver/alice/"
        assert isinstance(card["width"], int)
        assert isinstance(card["height"], int)
        assert post["url"] in card["html"]
        assert "In short." in card["html"]
        assert card["thumbnail_width"] > 300
        anyone.call("GET", "/oembed/", expect=304, params={"url": post["url"]},
                    headers={"If-None-Match": answer.headers["ETag"]})  # fmt: skip

    def test_keeps_within_what_is_asked_for(self, anyone, post):
        card = anyone.get("/oembed/", url=post["url"], maxwidth=320, maxheight=350)
        assert card["width"] <= 320
        assert card["height"] <= 350
        assert card["thumbnail_width"] <= 320
        assert card["thumbnail_height"] <= 350
        assert "thumbnail_url" not in anyone.get("/oembed/", url=post["url"], maxwidth=20)

    def test_speaks_xml_and_nothing_else(self, anyone, post):
        answer = anyone.call("GET", "/oembed/", expect=200, params={"url": post["url"], "format": "xml"})
        tree = etree.fromstring(answer.content)
        assert (tree.tag, tree.findtext("type"), tree.findtext("title")) == ("oembed", "rich", "A post")
        assert post["url"] in tree.findtext("html")
        is_error(anyone.call("GET", "/oembed/", params={"url": post["url"], "format": "yaml"}), 501)

    def test_finds_a_post_by_any_form_of_its_address(self, alice, anyone, post):
        for address in (
            post["url"].rstrip("/"),
            f"{post['url']}?utm=x#top",
            post["url"].replace("http://t", "HTTP://T"),
        ):
            assert anyone.get("/oembed/", url=address)["title"] == "A post"
        alice.patch(f"posts/{post['id']}/", json={"slug": "renamed"})
        alice.patch("blogs/alice/", json={"slug": "alices"})
        assert anyone.get("/oembed/", url=post["url"])["url"] == "http://testserver/alices/renamed/"

    @pytest.mark.parametrize(
        "address",
        [
            "http://testserver/", "http://testserver/alice/", "http://testserver/alice/nothing/", "ftp://testserver/a/b/",
            "https://example.org/alice/a-post/", "http://testserver:81/alice/a-post/", "http://[::1/", "a-post", "//",
            "http://testserver/alice/%00/", "http://testserver/alice/a/b/",
        ],
    )  # fmt: skip
    def test_knows_no_other_addresses(self, anyone, post, address):
        is_error(anyone.call("GET", "/oembed/", params={"url": address}), 404)

    @pytest.mark.parametrize("query", ["", "url=", "url={url}&maxwidth=0", "url={url}&maxheight=x"])
    def test_refuses_a_bad_question(self, anyone, post, query):
        is_error(anyone.call("GET", f"/oembed/?{query.format(url=post['url'])}"), 400)

    def test_tells_nothing_of_what_is_hidden(self, alice, anyone, post):
        draft = alice.write("Draft", status="draft")
        is_error(anyone.call("GET", "/oembed/", params={"url": draft["url"]}), 404)
        alice.patch("blogs/alice/", json={"is_private": True})
        for reader in (anyone, alice):
            is_error(reader.call("GET", "/oembed/", params={"url": post["url"]}), 404)

    def test_its_html_is_safe(self, alice, anyone):
        alice.patch("me/", json={"name": "<i>Alice"})
        post = alice.write(EVIL, intro=EVIL)
        tags = set()
        parser = HTMLParser()
        parser.handle_starttag = lambda tag, attributes: tags.add(tag)
        parser.feed(anyone.get("/oembed/", url=post["url"])["html"])
        assert tags == {"blockquote", "p", "a", "strong", "footer"}


class TestSeo:
    def test_holds_what_a_frontend_puts_into_its_head(self, alice, anyone, picture):
        image = alice.upload(picture(1600, 1200), alt="A hill")
        post = alice.write("A post", intro="In short.", tags=["hills"], feature_image=image["id"])
        seo = anyone.get(f"posts/{post['id']}/")["seo"]
        assert (seo["title"], seo["description"], seo["canonical_url"]) == ("", "", post["url"])
        graph = seo["open_graph"]
        assert (graph["og:type"], graph["og:title"], graph["og:description"]) == ("article", "A post", "In short.")
        assert (graph["og:url"], graph["og:site_name"]) == (post["url"], "Alice Adams")
        assert (graph["og:image"], graph["og:image:alt"]) == (image["renditions"]["large"]["url"], "A hill")
        assert (graph["article:published_time"], graph["article:tag"]) == (post["published_at"], ["hills"])
        assert seo["twitter"]["twitter:card"] == "summary_large_image"
        linked = seo["json_ld"]
        assert (linked["@context"], linked["@type"]) == ("https://schema.org", "BlogPosting")
        assert (linked["headline"], linked["author"]) == ("A post", {"@type": "Person", "name": "Alice Adams"})
        assert linked["isPartOf"]["url"] == "http://testserver/alice/"
        assert linked["image"]["url"] == image["renditions"]["large"]["url"]

    def test_prefers_what_the_author_wrote_for_it(self, alice):
        seo = alice.write("A post", intro="Intro", seo={"title": "For you", "description": "Read it"})["seo"]
        assert (seo["title"], seo["description"]) == ("For you", "Read it")
        assert (seo["open_graph"]["og:title"], seo["json_ld"]["description"]) == ("For you", "Read it")

    def test_takes_the_first_picture_of_the_text_where_there_is_no_other(self, alice, picture):
        image = alice.upload(picture())
        body = [{"type": "image", "value": {"image": image["id"], "caption": "", "alt": ""}}]
        seo = alice.write("A post", body=body)["seo"]
        assert seo["open_graph"]["og:image"] == image["renditions"]["large"]["url"]
        assert alice.write("Words alone")["seo"]["twitter"]["twitter:card"] == "summary"

    def test_follows_a_new_name_and_a_new_address(self, alice, anyone):
        post = alice.write("A post")["id"]
        alice.patch("me/", json={"name": "Alicia"})
        alice.patch("blogs/alice/", json={"slug": "alices", "title": "Alicia's"})
        seo = anyone.get(f"posts/{post}/")["seo"]
        assert seo["json_ld"]["author"]["name"] == "Alicia"
        assert seo["open_graph"]["og:site_name"] == "Alicia's"
        assert seo["canonical_url"] == "http://testserver/alices/a-post/"

    def test_quoting_it_in_a_post_does_not_confuse_it(self, alice, picture):
        evil = (
            '"seo":{"title":"x"},"images":[1,"intro":,"url":,"blog":{,"author":{,"name":"avatar":},"expire_at":"large":'
        )
        alice.patch("me/", json={"name": evil[:100]})
        alice.patch("blogs/alice/", json={"title": evil})
        image = alice.upload(picture(), title=evil, alt=evil)
        body = [
            {"type": "code", "value": {"code": evil, "language": ""}},
            {"type": "image", "value": {"image": image["id"], "caption": evil, "alt": evil}},
        ]
        for fields in ({}, {"feature_image": image["id"]}, {"seo": {"title": evil, "description": evil}}):
            post = alice.write(evil, intro=evil, tags=[evil[:50]], body=body, **fields)
            seo = post["seo"]
            assert (seo["open_graph"]["og:title"], seo["open_graph"]["og:description"]) == (evil, evil)
            assert (seo["open_graph"]["og:site_name"], seo["open_graph"]["article:author"]) == (evil, evil[:100])
            assert seo["open_graph"]["og:image"] == image["renditions"]["large"]["url"]
            assert seo["open_graph"]["og:image:alt"] == evil
            assert seo["canonical_url"] == post["url"]
            assert post["body"][0]["value"]["code"] == evil


class TestOwnPages:
    def test_a_post_says_where_its_card_and_its_feeds_are(self, alice, anyone):
        post = alice.write("A post", intro="In short.")
        page = anyone.call("GET", post["url"], expect=200).content.decode()
        for wanted in (
            f'<link rel="canonical" href="{post["url"]}">',
            'type="application/json+oembed"', 'type="text/xml+oembed"', 'href="/feeds/blogs/alice.rss"',
            '<meta property="og:title" content="A post">', '<meta name="twitter:card" content="summary">',
        ):  # fmt: skip
            assert wanted in page
        address = re.search(r'application/json\+oembed" href="([^"]+)"', page)[1].replace("&amp;", "&")
        assert anyone.get(address)["title"] == "A post"

    def test_structured_data_cannot_end_its_element(self, alice, anyone):
        post = alice.write(EVIL, intro=EVIL)
        page = anyone.call("GET", post["url"], expect=200).content.decode()
        assert "<script>alert" not in page
        linked = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
        assert linked["headline"] == post["title"]

    def test_blogs_and_the_first_page_say_where_their_feeds_are(self, alice, anyone):
        for path, feed in (("/", "latest"), ("/alice/", "blogs/alice")):
            page = anyone.call("GET", path, expect=200).content.decode()
            for kind in ("rss", "atom", "json"):
                assert f'href="/feeds/{feed}.{kind}"' in page

    def test_a_private_blog_names_no_feed(self, alice):
        alice.patch("blogs/alice/", json={"is_private": True})
        alice.write("Roses")
        alice.client.force_login(__import__("accounts.models", fromlist=["User"]).User.objects.get(username="alice"))
        for path in ("/alice/", "/alice/roses/"):
            assert "/feeds/blogs/" not in alice.call("GET", path, expect=200).content.decode()
