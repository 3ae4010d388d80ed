"""The built-in pages for readers show what the API gives the same viewer, and nothing else."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import User
from core import clock

CANARY = "Qanary"


@pytest.fixture
def reader() -> Client:
    return Client()


class TestThePageOfAPost:
    def test_shows_all_of_it(self, alice, reader, picture):
        image = alice.upload(picture(900, 600), title="Leaf", alt="A leaf")
        post = alice.write(
            "Of <trees>",
            intro="An intro",
            tags=["wood"],
            feature_image=image["id"],
            seo={"title": "Trees!", "description": "What search engines show"},
            body=[
                {"type": "heading", "value": {"level": 2, "text": "Heading & more"}},
                {"type": "paragraph", "value": "<p>Some <b>bold</b> text.</p>"},
                {"type": "image", "value": {"image": image["id"], "caption": "A caption"}},
                {"type": "gallery", "value": [image["id"], image["id"]]},
                {"type": "quote", "value": {"text": "Quoted", "attribution": "Somebody"}},
                {"type": "code", "value": {"language": "python", "code": "if a < b:\n    pass"}},
                {"type": "embed", "value": {"url": "https://example.com/video"}},
                {"type": "divider"},
            ],
        )
        page = reader.get("/alice/of-trees/").content.decode()
        for shown in (
            "<title>Trees! · Alice Adams</title>",
            '<meta name="description" content="What search engines show">',
            f'<link rel="canonical" href="{post["url"]}">',
            "<h1>Of &lt;trees&gt;</h1>",
            "Heading &amp; more</h2>",
            "<p>Some <b>bold</b> text.</p>",
            "A caption</figcaption>",
            "if a &lt; b:\n    pass",
            'href="https://example.com/video"',
            "<hr>",
            "<li>wood</li>",
            'type="image/avif"',
            "srcset=",
        ):
            assert shown in page, shown

    def test_links_its_neighbours(self, alice, reader):
        posts = [alice.write(f"Post {number}") for number in range(3)]
        page = reader.get(f"/alice/{posts[1]['slug']}/").content.decode()
        assert f'<link rel="prev" href="{posts[0]["url"]}">' in page
        assert f'<link rel="next" href="{posts[2]["url"]}">' in page

    def test_has_nothing_that_a_strict_policy_would_stop(self, alice, reader):
        post = alice.write("Strict")
        for path in ("/", "/alice/", f"/alice/{post['slug']}/"):
            answer = reader.get(path)
            page = answer.content.decode()
            assert "default-src 'none'" in answer["Content-Security-Policy"]
            page = page.replace('<script type="application/ld+json">', "")  # data, which nothing runs
            assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", page)

    def test_may_be_kept_only_when_it_is_for_everybody(self, author, reader):
        author.write(title="Cached")
        anonymous, own = reader.get("/alice/cached/"), author.client.get("/alice/cached/")
        assert anonymous["Cache-Control"] == "public, no-cache"
        assert "no-store" in own["Cache-Control"]
        assert "Cookie" in own["Vary"]
        assert not anonymous.cookies


class TestWhatIsHidden:
    @pytest.fixture
    def hidden(self, alice) -> list[str]:
        alice.post("blogs/", json={"title": f"{CANARY} blog", "slug": "qanary-blog", "is_private": True})
        private = alice.write(f"{CANARY} post", blog="qanary-blog", slug="private")
        draft = alice.write(f"{CANARY} draft", status="draft", slug="draft")
        later = alice.write(f"{CANARY} later", publish_at="2099-01-01T00:00:00Z", slug="later")
        return [
            "/qanary-blog/",
            "/qanary-blog/private/",
            *(f"/alice/{post['slug']}/" for post in (draft, later)),
            private["slug"],
        ][:4]

    def test_is_not_there_for_strangers(self, hidden, reader, enter, bob):
        nothing = reader.get("/alice/never-was/").content
        for client in (reader, enter(bob).client):
            for path in hidden:
                answer = client.get(path)
                assert (answer.status_code, answer.content) == (404, nothing), path
            for path in ("/", "/alice/"):
                assert CANARY.encode() not in client.get(path).content

    def test_is_there_for_its_author(self, hidden, author):
        for path in hidden:
            assert author.client.get(path).status_code == 200, path

    def test_goes_with_a_block(self, alice, reader):
        alice.write("Soon blocked", slug="soon")
        User.objects.filter(username="alice").update(blocked_at=clock.now())
        assert reader.get("/alice/soon/").status_code == reader.get("/alice/").status_code == 404


class TestOldAddresses:
    def test_lead_to_the_new_ones(self, alice, reader):
        post = alice.write("First")
        alice.patch(f"posts/{post['id']}/", json={"slug": "second"})
        alice.patch("blogs/alice/", json={"slug": "new-place"})
        for old, new in (
            ("/alice/", "/new-place/"),
            ("/alice/first/", "/new-place/second/"),
            ("/alice/second/", "/new-place/second/"),
            ("/new-place/first/", "/new-place/second/"),
        ):
            answer = reader.get(old)
            assert (answer.status_code, answer["Location"]) == (308, new)

    def test_of_what_is_hidden_lead_nowhere(self, alice, reader):
        post = alice.write("First")
        alice.patch(f"posts/{post['id']}/", json={"slug": "qanary"})
        alice.post(f"posts/{post['id']}/unpublish/", 200)
        assert reader.get("/alice/first/").status_code == 404
        alice.patch("blogs/alice/", json={"slug": "qanary-place", "is_private": True})
        assert reader.get("/alice/").status_code == 404


class TestThePageOfABlog:
    def test_goes_on_with_older_posts(self, alice, reader):
        for number in range(23):
            alice.write(f"Post number {number:02}")
        first = reader.get("/alice/").content.decode()
        older = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
        second = reader.get("/alice/" + older).content.decode()
        titles = re.findall(r"Post number \d\d", first + second)
        assert len(set(titles)) == 23
        assert 'rel="next"' not in second

    @pytest.mark.parametrize(
        "place", ["x", "2020-01-01,1", "2020-01-01T00:00:00Z,x", "0001-01-01T00:00:00+23:59,1", ",", "a,b,c", "9" * 99]
    )
    def test_refuses_bad_places(self, alice, reader, place):
        assert reader.get("/alice/", {"after": place}).status_code in (200, 400)

    def test_takes_no_other_methods(self, alice, reader):
        assert reader.post("/alice/").status_code == 405
        assert reader.head("/alice/").status_code == 200


class TestTheLandingPage:
    def test_names_the_site_and_the_ways_in(self, reader, db):
        page = reader.get("/").content.decode()
        for shown in ("Inktree", 'href="/docs/"', 'href="/admin/"'):
            assert shown in page
