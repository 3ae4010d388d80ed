"""What an author writes in the admin is what he would have written through the API."""

from __future__ import annotations

import pytest
from django.urls import reverse

from blogs.models import BlogPostPage, OldPostSlug, PostCard
from core.models import Event
from tests.admin.browser import post_form, rich_text

BODY = [
    ("heading", {"level": 2, "text": "A heading"}),
    ("paragraph", rich_text("Bold words.", styles=[{"offset": 0, "length": 4, "style": "BOLD"}])),
    ("code", {"language": "python", "code": "print(1)\n"}),
    ("quote", {"text": "Quoted", "attribution": "Somebody"}),
    ("divider", ""),
]
BLOCKS = [
    {"type": "heading", "value": {"level": 2, "text": "A heading"}},
    {"type": "paragraph", "value": "<p><b>Bold</b> words.</p>"},
    {"type": "code", "value": {"language": "python", "code": "print(1)\n"}},
    {"type": "quote", "value": {"text": "Quoted", "attribution": "Somebody"}},
    {"type": "divider", "value": None},
]


def kinds(post) -> list[str]:
    return [event.kind for event in Event.objects.order_by("pk") if event.payload.get("post") == post["id"]]


class TestPublishing:
    def test_makes_the_same_post_as_the_api(self, author, anyone):
        author.write(title="Of trees", intro="An intro", body=BODY, tags="wood, ink", seo_title="Trees!")
        by_admin = anyone.get(f"blogs/{author.api.blog}/posts/of-trees/")
        seo = {"title": "Trees!", "description": ""}
        made = author.api.write("Of trees", markdown=None, body=BLOCKS, intro="An intro", tags=["wood", "ink"], seo=seo)
        by_api = anyone.get(f"posts/{made['id']}/")
        own = {"id", "slug", "url", "published_at", "updated_at", "previous", "next", "body", "seo"}
        assert {k: v for k, v in by_admin.items() if k not in own} == {k: v for k, v in by_api.items() if k not in own}
        assert [(b["type"], b["value"]) for b in by_admin["body"]] == [(b["type"], b["value"]) for b in by_api["body"]]
        assert by_admin["seo"]["title"] == by_api["seo"]["title"] == "Trees!"
        assert by_admin["seo"]["description"] == by_api["seo"]["description"] == ""
        assert by_admin["author"]["username"] == author.api.username
        assert kinds(by_admin) == kinds(by_api)

    def test_shows_at_once_in_the_feed(self, author, anyone):
        author.write(title="Fresh")
        assert [post["title"] for post in anyone.get("feed/latest/")["items"]] == ["Fresh"]

    def test_of_a_draft_shows_it_to_nobody_else(self, author, anyone):
        author.write(title="Secret", action="save-draft")
        assert anyone.get("feed/latest/")["items"] == []
        assert [post["status"] for post in author.api.get("me/posts/")["items"]] == ["draft"]

    def test_at_a_time_to_come_schedules(self, author):
        author.write(title="Later", go_live_at="2099-01-01 10:00")
        [post] = author.api.get("me/posts/")["items"]
        assert (post["status"], author.api.get(f"posts/{post['id']}/")["publish_at"]) == (
            "scheduled",
            "2099-01-01T10:00:00Z",
        )

    def test_a_change_keeps_the_date_and_tells_of_the_update(self, author, anyone):
        author.write(title="First")
        [before] = anyone.get("feed/latest/")["items"]
        author.edit(before["id"], title="Second", slug="first")
        after = anyone.get(f"posts/{before['id']}/")
        assert (after["title"], after["published_at"]) == ("Second", before["published_at"])
        assert kinds(after)[-1] == "post.updated"

    def test_a_new_slug_leaves_the_old_one_leading_to_it(self, author, anyone):
        author.write(title="First")
        [post] = anyone.get("feed/latest/")["items"]
        author.edit(post["id"], title="First", slug="second")
        assert OldPostSlug.objects.filter(post=post["id"], slug="first").exists()
        answer = author.client.get(f"/{author.api.blog}/first/")
        assert (answer.status_code, answer["Location"]) == (308, f"/{author.api.blog}/second/")


class TestTakingBack:
    @pytest.fixture
    def post(self, author, anyone):
        author.write(title="Once public")
        return anyone.get("feed/latest/")["items"][0]

    def test_unpublishing_hides_it(self, author, anyone, post):
        author.post(reverse("wagtailadmin_pages:unpublish", args=(post["id"],)), {})
        anyone.get(f"posts/{post['id']}/", 404)
        assert kinds(post)[-1] == "post.unpublished"
        assert author.api.get(f"blogs/{author.api.blog}/")["counts"]["posts"] == 0

    def test_deleting_removes_it(self, author, anyone, post):
        author.post(reverse("wagtailadmin_pages:delete", args=(post["id"],)), {})
        anyone.get(f"posts/{post['id']}/", 404)
        assert not PostCard.objects.exists()
        assert not BlogPostPage.objects.exists()
        assert kinds(post)[-1] == "post.deleted"
        assert author.api.get(f"blogs/{author.api.blog}/")["counts"]["posts"] == 0


class TestTheForm:
    def test_cleans_what_a_browser_would_not_send(self, author, anyone):
        link = {"0": {"type": "LINK", "mutability": "MUTABLE", "data": {"url": "javascript:alert(1)"}}}
        text = rich_text("<script>alert(1)</script>", entities=link, ranges=[{"offset": 0, "length": 5, "key": 0}])
        author.write(title="<script>alert(2)</script>", body=[("paragraph", text)])
        [post] = anyone.get("feed/latest/")["items"]
        body = str(anyone.get(f"posts/{post['id']}/")["body"])
        assert "<script>" not in body
        assert "javascript:" not in body
        page = author.client.get(f"/{author.api.blog}/{post['slug']}/").content.decode()
        assert "<script" not in page

    def test_refuses_the_slug_of_another_post(self, author):
        author.write(title="Same")
        answer = author.write(title="Other", slug="same", expect=200)
        assert "slug" in answer.context["form"].errors

    def test_refuses_control_characters(self, author):
        assert "title" in author.write(title="a\x0bb\x1bc", expect=200).context["form"].errors

    def test_refuses_reserved_and_former_slugs_of_blogs(self, author, bob):
        bob.patch(f"blogs/{bob.blog}/", json={"slug": "bobs-new-place"})
        place = reverse("wagtailadmin_pages:edit", args=(author.blog.pk,))
        for slug in ("api", "docs", bob.blog, "bobs-new-place"):
            answer = author.post(place, {"title": "Mine", "slug": slug, "tags": "", "action-publish": "1"})
            assert "slug" in answer.context["form"].errors, slug

    def test_of_a_blog_changes_it_as_the_api_does(self, author, anyone):
        place = reverse("wagtailadmin_pages:edit", args=(author.blog.pk,))
        fields = {
            "title": "New name",
            "slug": "new-place",
            "description": "About",
            "tags": "a, b",
            "action-publish": "1",
        }
        author.post(place, fields, 302)
        blog = anyone.get("blogs/new-place/")
        assert (blog["title"], blog["description"], blog["tags"]) == ("New name", "About", ["a", "b"])
        anyone.get(f"blogs/{author.api.blog}/", 308)


class TestPreview:
    def test_shows_what_is_not_saved_yet(self, author):
        place = reverse("wagtailadmin_pages:preview_on_add", args=("blogs", "blogpostpage", author.blog.pk))
        answer = author.post(place, post_form(title="Not saved", body=BODY))
        assert answer.json() == {"is_valid": True, "is_available": True}
        page = author.get(place)
        assert "Not saved" in page.content.decode()
        assert "<b>Bold</b> words." in page.content.decode()
        assert not BlogPostPage.objects.exists()

    def test_shows_unpublished_changes_of_a_post(self, author, anyone):
        author.write(title="Public")
        [post] = anyone.get("feed/latest/")["items"]
        author.edit(post["id"], title="Changed", slug="public", action="save-draft")
        assert "Changed" in author.get(reverse("wagtailadmin_pages:view_draft", args=(post["id"],))).content.decode()
        assert anyone.get(f"posts/{post['id']}/")["title"] == "Public"

    def test_of_a_blog_shows_its_posts(self, author):
        author.write(title="Listed")
        place = reverse("wagtailadmin_pages:preview_on_edit", args=(author.blog.pk,))
        author.post(place, {"title": "Another name", "slug": author.api.blog, "tags": ""}, 200)
        page = author.get(place).content.decode()
        assert "Listed" in page
        assert "Another name" in page


class TestWhatNoEditorSends:
    @pytest.mark.parametrize(
        "odd",
        [
            {"body-count": "x"},
            {"body-count": "-1"},
            {"body-count": "9" * 30},
            {"body-count": "2"},
            {"body-count": ""},
            {"body-0-order": "x"},
            {"body-0-type": "nothing"},
            {"body-0-type": "__class__"},
            {"body-0-type": "gallery"},
            {"body-0-type": "image"},
            {"body-0-type": "heading", "body-0-value-level": "9", "body-0-value-text": "x"},
            {"body-0-value": "not json"},
            {"body-0-value": "[" * 5000},
            {"body-0-value": '{"blocks": [{"text": "\\u0000", "type": "unstyled"}], "entityMap": {}}'},
            {"body-0-id": "x" * 5000},
            {"feature_image": "abc"},
            {"feature_image": "9" * 30},
            {"title": "x" * 300},
            {"title": "\x00"},
            {"title": "\u200b"},
            {"slug": "Ünï"},
            {"slug": "a" * 300},
            {"tags": "x" * 300},
            {"tags": ",".join(f"tag{number}" for number in range(50))},
            {"tags": '"'},
            {"go_live_at": "soon"},
            {"go_live_at": "9999-12-31 23:59"},
            {"go_live_at": "2099-01-02 00:00", "expire_at": "2099-01-01 00:00"},
            {"expire_at": "2001-01-01 00:00"},
            {"intro": "x" * 5000},
            {"seo_title": "x" * 5000},
        ],
    )
    @pytest.mark.parametrize("action", ["publish", "save-draft"])
    def test_is_no_server_error_and_nothing_half_done(self, author, odd, action):
        author.client.raise_request_exception = False
        body = [("paragraph", rich_text("Text"))]
        author.write(**{"title": "Odd", "body": body, **odd}, action=action, expect=(200, 302))
        place = reverse("wagtailadmin_pages:preview_on_add", args=("blogs", "blogpostpage", author.blog.pk))
        author.post(place, post_form(**{"title": "Odd", "body": body, **odd}), 200)
        author.get(place)
        assert BlogPostPage.objects.count() == PostCard.objects.count() == len(author.api.get("me/posts/")["items"])
        for post in author.api.get("me/posts/")["items"]:
            author.get(reverse("wagtailadmin_pages:edit", args=(post["id"],)))
