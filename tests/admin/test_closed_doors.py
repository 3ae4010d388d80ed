"""Nothing in the admin tells an author of another: no title, name, tag, picture or file, on any page, by any id."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from wagtail.models import Page

from blogs.models import BlogPage, BlogPostPage
from media.models import Image
from tests.admin.browser import Admin, post_form, rich_text

CANARY = "Qanary"
IDS = {"int", "str", "slug"}


def addresses() -> Iterator[tuple[str, str]]:
    """Every pattern of the admin with its name, the first in line of equal ones."""
    seen = set()
    for resolver in get_resolver().url_patterns:
        if str(resolver.pattern).startswith("admin/"):
            for route, name in _walk(resolver, ""):
                if route not in seen:
                    seen.add(route)
                    yield route, name


def _walk(pattern, above: str) -> Iterator[tuple[str, str]]:
    route = above + str(pattern.pattern)
    if isinstance(pattern, URLResolver):
        for below in pattern.url_patterns:
            yield from _walk(below, route)
    elif isinstance(pattern, URLPattern):
        yield "/" + route, pattern.name or ""


@pytest.fixture
def bobs(bob, picture):
    """What Bob keeps to himself, every piece of it with a canary in its name."""
    bob.patch("me/", json={"name": f"{CANARY}Name", "bio": f"{CANARY}Bio"})
    image = bob.upload(picture(), f"{CANARY}-image.jpg", title=f"{CANARY}Image", alt=f"{CANARY}Alt")
    content = {"markdown": f"{CANARY}Body", "intro": f"{CANARY}Intro", "tags": [f"{CANARY}Tag"]}
    posts = [
        bob.write(f"{CANARY}Draft", status="draft", slug="qanary-draft", feature_image=image["id"], **content),
        bob.write(f"{CANARY}Later", publish_at="2099-01-01T00:00:00Z", slug="qanary-later", **content),
    ]
    hidden = bob.post(
        "blogs/",
        json={"title": f"{CANARY}Private", "slug": "qanary-private", "is_private": True, "tags": [f"{CANARY}T"]},
    )
    posts.append(bob.write(f"{CANARY}Hidden", blog=hidden["slug"], slug="qanary-hidden", **content))
    bob.post(f"posts/{posts[-1]['id']}/comments/", json={"body": f"{CANARY}Remark"})
    file = bob.post(
        "files/", data={"comment": f"{CANARY}Comment"}, files=[("file", (f"{CANARY}.txt", b"Qanary bytes"))]
    )
    pages = [page.pk for page in Page.objects.filter(slug__startswith="qanary")]
    return {
        "posts": [post["id"] for post in posts],
        "pages": [BlogPage.objects.get(slug=bob.blog).pk, *pages],
        "image": image["id"],
        "file": file["id"],
        "revisions": [r["id"] for post in posts for r in bob.get(f"posts/{post['id']}/revisions/")["items"]],
    }


def assert_tells_nothing(answer) -> None:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    told = re.findall(rb".{0,80}qanary.{0,80}", body, re.IGNORECASE)
    assert not told, told[:3]
    for header, value in answer.headers.items():
        assert "qanary" not in value.lower(), (header, value)


class TestACrawlOfEveryAddress:
    """Each pattern with the ids of all that is Bob's, as Alice, with GET and with POST."""

    def fill(self, route: str, bobs: dict) -> Iterator[str]:
        route = re.sub(r"\(\?P<(\w+)>[^()]*\)", r"<str:\1>", route.replace("^", "").replace("$", "").replace("\\", ""))
        if "<" not in route:
            yield re.sub(r"\.\*", "nowhere", route)
            return
        for page in bobs["pages"]:
            for number in {page, bobs["image"], bobs["file"], bobs["revisions"][0]}:
                text = route
                for kind, name in re.findall(r"<(\w+):(\w+)>", route):
                    value = {
                        "content_type_app_name": "blogs",
                        "content_type_model_name": "blogpostpage",
                        "app_label": "blogs",
                        "app_name": "taggit",
                        "model_name": "blogpostpage",
                        "action": "delete",
                        "action_name": "approve",
                        "filter_spec": "width-400",
                        "revision_id_a": "earliest",
                        "revision_id_b": "latest",
                        "revision_id": bobs["revisions"][0],
                        "page_id": page,
                        "parent_page_id": page,
                        "page_to_move_id": page,
                        "image_id": bobs["image"],
                        "document_id": bobs["file"],
                        "doc_id": bobs["file"],
                        "uidb64": "MQ",
                        "token": "a-b",
                    }.get(name, number)
                    text = text.replace(f"<{kind}:{name}>", str(value))
                yield text

    def test_finds_no_canary(self, author: Admin, bobs):
        author.write(title="Own post")
        author.client.raise_request_exception = False
        tried, failed = 0, []
        for route, name in addresses():
            if name == "wagtailadmin_logout":
                continue
            for path in set(self.fill(route, bobs)):
                for answer in (author.client.get(path), author.client.post(path, {"next": "/admin/"})):
                    assert_tells_nothing(answer)
                    tried += 1
                    if answer.status_code >= 500:
                        failed.append(path)
        assert not failed
        assert tried > 300

    def test_finds_no_canary_by_queries_either(self, author: Admin, bobs):
        page, image, draft = bobs["pages"][0], bobs["image"], bobs["posts"][0]
        for path in (
            "/admin/pages/search/?q=Qana",
            "/admin/pages/search/results/?q=qanar",
            f"/admin/pages/{author.blog.pk}/?q=Qana&search_all=1",
            f"/admin/pages/{author.blog.pk}/results/?q=Qana&search_all=1",
            f"/admin/pages/{author.blog.pk}/?owner=3&edited_by=3",
            "/admin/choose-page/",
            "/admin/choose-page/?page_type=blogs.BlogPostPage",
            "/admin/choose-page/?page_type=blogs.BlogPage",
            "/admin/choose-page/search/?q=Qana",
            f"/admin/choose-page/chosen-multiple/?id={draft}",
            f"/admin/choose-page/?target_pages[]={draft}",
            "/admin/images/?q=Qana",
            "/admin/images/chooser/?q=Qana",
            "/admin/images/chooser/results/?q=Qana",
            f"/admin/images/chooser/chosen-multiple/?id={image}",
            "/admin/documents/?q=Qana",
            "/admin/tag-autocomplete/?term=Qan",
            "/admin/tag-autocomplete/taggit/tag/?term=Qan",
            "/admin/api/main/pages/?fields=*",
            "/admin/api/main/pages/?child_of=root&for_explorer=1",
            f"/admin/api/main/pages/?child_of={page}",
            f"/admin/api/main/pages/?descendant_of={page}",
            f"/admin/bulk/wagtailcore/page/delete/?id={draft}",
            f"/admin/bulk/wagtailcore/page/delete/?id=all&childOf={page}",
            f"/admin/bulk/media/image/delete/?id={image}",
            "/admin/bulk/media/image/delete/?id=all",
            f"/admin/bulk/media/file/delete/?id={bobs['file']}",
            f"/admin/bulk/media/image/add_tags/?id={image}",
            "/admin/bulk/accounts/user/delete/?id=3",
            "/admin/bulk/accounts/user/block/?id=3",
            "/admin/bulk/social/comment/delete/?id=1",
            f"/admin/bulk/blogs/blogcard/block/?id={page}",
            "/admin/bulk/moderation/report/delete/?id=1",
            "/admin/moderation/users/?q=Qana",
            "/admin/moderation/users/?export=csv",
            "/admin/moderation/comments/?q=Qana",
            "/admin/moderation/comments/results/?q=Qana",
            "/admin/moderation/blogs/?export=xlsx",
            f"/admin/moderation/blogs/{page}/",
            "/admin/moderation/reports/?status=any",
            "/admin/moderation/blocks/",
            "/admin/moderation/reviews/",
            "/admin/reports/site-history/",
            "/admin/reports/site-history/results/?export=csv",
        ):
            for redirects in (False, True):
                answer = author.client.get(path, follow=redirects)
                assert answer.status_code < 500, path
                assert_tells_nothing(answer)
        assert Image.objects.filter(pk=image).exists()

    def test_finds_his_own(self, author: Admin, bobs, picture):
        author.write(title="Own post")
        author.api.upload(picture(), title="Own image")
        assert b"Own post" in author.get(f"/admin/pages/{author.blog.pk}/").content
        assert b"Own post" in author.get("/admin/pages/search/?q=Own").content
        assert b"Own post" in author.client.get("/admin/choose-page/", follow=True).content
        assert b"Own image" in author.get("/admin/images/").content
        assert b"Own image" in author.get("/admin/images/chooser/").content
        assert author.get("/admin/pages/", 302)["Location"] == f"/admin/pages/{author.blog.pk}/"


class TestOddIds:
    @pytest.mark.parametrize("odd", ["abc", "1abc", "١", "-1", "0", "9" * 30, "1%00", "'", "1,2"])
    def test_are_no_server_errors(self, author: Admin, odd):
        for path in (
            f"/admin/bulk/wagtailcore/page/delete/?id={odd}",
            f"/admin/bulk/media/image/delete/?id={odd}",
            f"/admin/choose-page/?target_pages[]={odd}",
            f"/admin/images/chooser/chosen/{odd}/",
            f"/admin/images/chooser/chosen-multiple/?id={odd}",
            f"/admin/pages/{odd}/",
            f"/admin/pages/{odd}/edit/",
            f"/admin/images/{odd}/",
            f"/admin/pages/{author.blog.pk}/?p={odd}&ordering={odd}&status={odd}",
            f"/admin/images/?p={odd}&ordering={odd}&collection_id={odd}",
            f"/admin/api/main/pages/?child_of={odd}",
            f"/admin/choose-page/search/?q=a&p={odd}&page_type={odd}",
        ):
            assert author.client.get(path).status_code < 500, path
        ping = f"/admin/editing-sessions/ping/blogs/blogpostpage/{odd}/1/"
        assert author.client.post(ping).status_code < 500


class TestForeignImages:
    @pytest.fixture
    def foreign(self, bob, picture) -> int:
        return bob.upload(picture(), title="QanaryImage")["id"]

    @pytest.mark.parametrize("action", ["publish", "save-draft"])
    def test_are_refused_as_feature_image(self, author: Admin, foreign, action):
        answer = author.write(title="Mine", feature_image=str(foreign), action=action, expect=200)
        assert "feature_image" in answer.context["form"].errors
        assert_tells_nothing(answer)
        assert not BlogPostPage.objects.exists()

    @pytest.mark.parametrize("action", ["publish", "save-draft"])
    def test_are_refused_in_the_body(self, author: Admin, foreign, action):
        for body in ([("image", {"image": foreign, "caption": "", "alt": ""})], [("gallery", [foreign])]):
            answer = author.write(title="Mine", body=body, action=action, expect=200)
            assert "body" in answer.context["form"].errors
            assert_tells_nothing(answer)
        assert not BlogPostPage.objects.exists()

    def test_are_refused_as_the_picture_of_a_blog(self, author: Admin, foreign):
        place = reverse("wagtailadmin_pages:edit", args=(author.blog.pk,))
        answer = author.post(
            place, {"title": "Mine", "slug": author.api.blog, "avatar": foreign, "action-publish": "1"}, 200
        )
        assert "avatar" in answer.context["form"].errors
        assert_tells_nothing(answer)

    def test_do_not_show_in_previews(self, author: Admin, foreign):
        place = reverse("wagtailadmin_pages:preview_on_add", args=("blogs", "blogpostpage", author.blog.pk))
        answer = author.post(place, post_form(feature_image=str(foreign), body=[("gallery", [foreign])]), 200)
        assert answer.json()["is_valid"] is False

    def test_are_not_shown_to_who_uploads_the_same_again(self, author: Admin, bob, picture):
        content = picture(320, 200)
        bob.upload(content, title="QanaryImage")
        for path, field in (
            ("/admin/images/chooser/create/", "image-chooser-upload-file"),
            ("/admin/images/multiple/add/", "files[]"),
        ):
            upload = SimpleUploadedFile("same.jpg", content, "image/jpeg")
            answer = author.post(path, {"image-chooser-upload-title": "Same", "title": "Same", field: upload}, 200)
            assert_tells_nothing(answer)
        assert set(Image.objects.filter(title="Same").values_list("uploaded_by_user__username", flat=True)) == {"alice"}

    def test_own_ones_are_taken(self, author: Admin, anyone, picture):
        own = author.api.upload(picture())["id"]
        body = [("image", {"image": own, "caption": "C", "alt": "A"}), ("gallery", [own])]
        author.write(title="Mine", feature_image=str(own), body=body)
        [post] = anyone.get("feed/latest/")["items"]
        assert post["feature_image"]["id"] == own
        assert [image["id"] for image in anyone.get(f"posts/{post['id']}/")["images"]] == [own]


class TestLinksToPages:
    def test_do_not_tell_the_address_of_what_is_hidden(self, author: Admin, bobs):
        page = {"0": {"type": "LINK", "mutability": "MUTABLE", "data": {"id": bobs["posts"][0], "url": "/x/"}}}
        text = rich_text("A link", entities=page, ranges=[{"offset": 0, "length": 6, "key": 0}])
        author.write(title="Linking", body=[("paragraph", text)])
        post = BlogPostPage.objects.get(title="Linking")
        for answer in (
            author.get(reverse("wagtailadmin_pages:edit", args=(post.pk,))),
            author.get(reverse("wagtailadmin_pages:view_draft", args=(post.pk,))),
            author.client.get(f"/{author.api.blog}/linking/"),
            author.api.call("GET", f"posts/{post.pk}/"),
        ):
            assert_tells_nothing(answer)


class TestTheMenu:
    def test_offers_an_author_only_what_he_may_open(self, author: Admin):
        page = author.get("/admin/").content.decode()
        for url in (
            "/admin/users/",
            "/admin/groups/",
            "/admin/reports/",
            "/admin/redirects/",
            "/admin/sites/",
            "/admin/collections/",
            "/admin/workflows/",
            "/admin/snippets/",
        ):
            assert url not in page, url

    @pytest.mark.parametrize(
        "path", ["/django-admin/", "/admin/users/", "/admin/settings/", "/admin/reports/site-history/"]
    )
    def test_what_it_does_not_offer_is_not_there(self, author: Admin, path):
        assert author.client.get(path).status_code == 404
