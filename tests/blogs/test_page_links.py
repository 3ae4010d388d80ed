"""A link to a page that was chosen in the editor is a real address, and tells nothing of what is hidden."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.conf import settings

from blogs.models import BlogCard, PostCard
from core import clock


@pytest.fixture
def target(bob) -> dict:
    """Bob's post, which Alice links to."""
    return bob.write("The target", slug="target-canary")


@pytest.fixture
def linking(alice, target) -> int:
    """The id of Alice's post."""
    html = f'<p>See <a linktype="page" id="{target["id"]}">this <b>post</b></a> there.</p>'
    code = f'<a href="\\x02{target["id"]}">'
    body = [
        {"type": "paragraph", "value": html},
        {"type": "code", "value": {"language": "html", "code": code}},
    ]
    return alice.write("Linking", body=body)["id"]


def paragraph(anyone, post: int) -> str:
    return anyone.get(f"posts/{post}/")["body"][0]["value"]


def link(url: str) -> str:
    return f'<p>See <a href="{url}" rel="ugc nofollow noopener">this <b>post</b></a> there.</p>'


PLAIN = "<p>See this <b>post</b> there.</p>"


class TestLinkToAPost:
    def test_is_its_address_in_every_form(self, anyone, linking, target):
        assert paragraph(anyone, linking) == link(target["url"])
        assert target["url"] in anyone.get(f"posts/{linking}/", body="html")["body"]
        assert f"[this **post**]({target['url']})" in anyone.get(f"posts/{linking}/", body="markdown")["body"]
        page = anyone.get(f"pages/{linking}/")
        assert page["body"][0]["value"] == link(target["url"])
        assert target["url"] in anyone.call("GET", "/alice/linking/").content.decode()

    def test_follows_it_to_another_address(self, anyone, bob, linking, target):
        moved = bob.patch(f"posts/{target['id']}/", json={"slug": "elsewhere"})
        assert paragraph(anyone, linking) == link(moved["url"])
        bob.patch(f"blogs/{bob.blog}/", json={"slug": "bobs-place"})
        assert paragraph(anyone, linking) == link(f"{settings.BASE_URL}/bobs-place/elsewhere/")

    @pytest.mark.parametrize("how", ["unpublished", "deleted", "private", "blocked", "blocked author", "expired"])
    def test_is_plain_text_while_it_is_hidden(self, anyone, alice, bob, linking, target, how):
        assert paragraph(anyone, linking) == link(target["url"])
        now = clock.now()
        match how:
            case "unpublished":
                bob.post(f"posts/{target['id']}/unpublish/", 200)
            case "deleted":
                bob.delete(f"posts/{target['id']}/")
            case "private":
                bob.patch(f"blogs/{bob.blog}/", json={"is_private": True})
            case "blocked":
                BlogCard.objects.filter(slug=bob.blog).update(blocked_at=now, blocked_until=now + timedelta(hours=1))
            case "blocked author":
                owner = BlogCard.objects.get(slug=bob.blog).owner
                type(owner).objects.filter(pk=owner.pk).update(blocked_at=now)
            case "expired":
                PostCard.objects.filter(pk=target["id"]).update(expire_at=now)
        for reader in (anyone, alice):
            answer = reader.call("GET", f"posts/{linking}/")
            assert answer.json()["body"][0]["value"] == PLAIN
            assert "canary" not in answer.content.decode()
        assert "canary" not in json.dumps(anyone.get(f"pages/{linking}/"))

    def test_asks_nothing_where_there_is_none(self, anyone, alice, django_assert_max_num_queries):
        post = alice.write("Plain")
        with django_assert_max_num_queries(2):
            anyone.get(f"posts/{post['id']}/")


class TestLinkToABlog:
    def test_is_its_address(self, anyone, alice, bob):
        blog = bob.get(f"blogs/{bob.blog}/")
        post = alice.write("L", body=[{"type": "paragraph", "value": f'<a linktype="page" id="{blog["id"]}">Bob</a>'}])
        assert paragraph(anyone, post["id"]) == f'<p><a href="{blog["url"]}" rel="ugc nofollow noopener">Bob</a></p>'

    @pytest.mark.parametrize("page", [1, 2, 3, 4, 999_999])
    def test_to_no_blog_and_no_post_is_plain_text(self, anyone, alice, page):
        body = [{"type": "paragraph", "value": f'<p><a linktype="page" id="{page}">Nowhere</a></p>'}]
        assert paragraph(anyone, alice.write("L", body=body)["id"]) == "<p>Nowhere</p>"


class TestRelativeLinkInMarkdown:
    @pytest.mark.parametrize(
        ("written", "address"),
        [
            ("/about/", "/about/"),
            ("../other-post/", "/alice/other-post/"),
            ("../../bob/", "/bob/"),
            ("../", "/alice/"),
            ("../../../../x", "/x"),
        ],
    )
    def test_starts_from_the_post(self, alice, written, address):
        expected = f'<p><a href="{settings.BASE_URL}{address}" rel="ugc nofollow noopener">There</a></p>'
        by_markdown = alice.write("Linking", markdown=f"[There]({written})")
        assert by_markdown["body"][0]["value"] == expected
        by_html = alice.patch(f"posts/{by_markdown['id']}/", json={"html": f'<a href="{written}">There</a>'})
        assert by_html["body"][0]["value"] == expected

    def test_is_taken_from_the_frontend(self, alice, settings):
        settings.FRONTEND_URL = "https://blog.example"
        post = alice.write("Linking", markdown="[There](/about/)")
        assert 'href="https://blog.example/about/"' in post["body"][0]["value"]

    @pytest.mark.parametrize(
        "written", ["#part", "?x=1", "picture.jpg", "./more", "javascript:alert(1)", "data:text/html,x", "ftp://x/"]
    )
    def test_keeps_its_text_alone_where_it_leads_nowhere_else(self, alice, written):
        assert alice.write("Linking", markdown=f"[There]({written})")["body"][0]["value"] == "<p>There</p>"

    @pytest.mark.parametrize("written", ["//[", "//evil.example/", "\\\\evil", "/\\evil.example", "http:/x", "///x"])
    def test_is_no_trouble_when_it_is_odd(self, alice, written):
        value = alice.write("Linking", html=f'<a href="{written}">There</a>')["body"][0]["value"]
        assert "There" in value
        assert "javascript" not in value
