"""The sitemap: valid, complete, and of what everybody may see alone."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from lxml import etree

from api.hot_pages import hot_pages
from syndication import sitemap
from syndication.models import SyncedPost
from tests.client import Api

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
IMAGE = "http://www.google.com/schemas/sitemap-image/1.1"
NAMES = {"s": SITEMAP, "i": IMAGE}


def read(api: Api, path: str, root: str) -> list[dict]:
    """The addresses of a file, which must be as the protocol says: at least one, `loc` first, then a W3C time."""
    answer = api.call("GET", path, expect=200)
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert answer.headers["Cache-Control"] == "public, no-cache"
    tree = etree.fromstring(answer.content)
    assert tree.tag == f"{{{SITEMAP}}}{root}"
    assert 1 <= len(tree) <= 50_000
    found = []
    for each in tree:
        assert each.tag == f"{{{SITEMAP}}}{ {'urlset': 'url', 'sitemapindex': 'sitemap'}[root] }".replace(" ", "")
        names = [etree.QName(child).localname for child in each]
        assert names == ["loc", *(["lastmod"] if "lastmod" in names else []), *["image"] * names.count("image")]
        lastmod = each.findtext("s:lastmod", namespaces=NAMES)
        if lastmod:
            assert datetime.fromisoformat(lastmod).tzinfo
        found.append(
            {
                "loc": each.findtext("s:loc", namespaces=NAMES),
                "lastmod": lastmod,
                "images": [image.text for image in each.iterfind("i:image/i:loc", NAMES)],
            }
        )
    return found


def whole(api: Api) -> dict[str, dict]:
    parts = [part["loc"] for part in read(api, "/sitemap.xml", "sitemapindex")]
    found = [url for part in parts for url in read(api, part, "urlset")]
    assert len({url["loc"] for url in found}) == len(found)
    return {url["loc"]: url for url in found}


class TestSitemap:
    def test_names_home_page_public_blogs_and_posts_with_their_pictures(self, alice, anyone, picture):
        image = alice.upload(picture())
        post = alice.write("A post", feature_image=image["id"])
        alice.write("Draft", status="draft")
        anyone.get("sync/")
        found = whole(anyone)
        assert set(found) == {"http://testserver/", "http://testserver/alice/", post["url"]}
        assert found[post["url"]]["images"] == [image["url"]]
        assert found[post["url"]]["lastmod"] == post["updated_at"]
        assert found["http://testserver/alice/"]["lastmod"] == post["published_at"]
        [part] = read(anyone, "/sitemap.xml", "sitemapindex")
        assert part["lastmod"] >= post["updated_at"]

    def test_hides_what_is_hidden(self, alice, anyone):
        post = alice.write("Canary")
        anyone.get("sync/")
        assert post["url"] in whole(anyone)
        alice.patch("blogs/alice/", json={"is_private": True})
        assert set(whole(anyone)) == {"http://testserver/"}

    def test_is_cut_into_files_by_ids(self, alice, bob, anyone, monkeypatch):
        posts = {author.write(f"Post {number}")["url"] for number in range(3) for author in (alice, bob)}
        anyone.get("sync/")
        everything = set(whole(anyone))
        monkeypatch.setattr(sitemap, "PART", 2)
        monkeypatch.setattr(sitemap, "_PARTS", sitemap._PARTS.replace("10000", "2"))
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {SyncedPost._meta.db_table} SET part = post / 2")
        hot_pages.forget()
        assert set(whole(anyone)) == everything
        assert posts < everything
        assert len(read(anyone, "/sitemap.xml", "sitemapindex")) > 3

    def test_is_there_on_an_empty_site(self, anyone):
        assert set(whole(anyone)) == {"http://testserver/"}

    @pytest.mark.parametrize("path", ["/sitemaps/1.xml", "/sitemaps/99999999999999999999.xml", "/sitemaps/x.xml"])
    def test_has_no_empty_files(self, anyone, path):
        anyone.call("GET", path, expect=404)

    def test_costs_the_same_whatever_is_there(self, alice, anyone, django_assert_max_num_queries):
        for number in range(6):
            alice.write(f"Post {number}")
        for path, most in (("/sitemap.xml", 2), ("/sitemaps/0.xml", 3)):
            with django_assert_max_num_queries(most):
                anyone.call("GET", path, expect=200)

    def test_is_304_while_nothing_changes(self, alice, anyone):
        alice.write()
        for path in ("/sitemap.xml", "/sitemaps/0.xml", "/robots.txt"):
            etag = anyone.call("GET", path, expect=200).headers["ETag"]
            anyone.call("GET", path, expect=304, headers={"If-None-Match": etag})

    def test_robots_are_told_of_it(self, anyone):
        text = anyone.call("GET", "/robots.txt", expect=200).content.decode()
        assert "Sitemap: http://testserver/sitemap.xml" in text
        assert "Disallow: /admin/" in text
