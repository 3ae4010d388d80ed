"""Pictures in posts: sent with them, added to them, and taken out of them."""

from __future__ import annotations

import json

from blogs.models import BlogPostPage
from media.models import Image
from tests.client import is_error


class TestPictures:
    def test_come_with_a_post_in_order(self, alice, picture):
        files = [("images", ("one.jpg", picture(300, 200))), ("images", ("two.png", picture(200, 300, "PNG")))]
        data = {"title": "Trip", "markdown": "Look:", "status": "live", "tags": ["a", "b"], "seo.title": "Seo"}
        post = alice.post("blogs/alice/posts/", data=data, files=files)
        assert [(image["width"], image["height"]) for image in post["images"]] == [(300, 200), (200, 300)]
        assert [block["type"] for block in post["body"]] == ["paragraph", "image", "image"]
        assert (post["status"], post["tags"], post["comments_open"]) == ("live", ["a", "b"], True)
        assert post["seo"]["title"] == "Seo"

    def test_stand_where_they_are_named(self, alice, picture):
        files = [("images", ("one.jpg", picture(300, 200))), ("images", ("my two.png", picture(200, 300, "PNG")))]
        data = {"title": "Trip", "markdown": "![Second](my%20two.png)\n\nThen ![](./one.jpg 'First') there"}
        post = alice.post("blogs/alice/posts/", data=data, files=files)
        assert [block["type"] for block in post["body"]] == ["image", "paragraph", "image", "paragraph"]
        assert [image["height"] for image in post["images"]] == [300, 200]
        assert post["body"][0]["value"]["alt"] == "Second"
        assert post["body"][2]["value"]["caption"] == "First"

    def test_come_with_blocks(self, alice, picture):
        data = {"title": "Trip", "body": '[{"type": "heading", "value": {"level": 3, "text": "Here"}}]'}
        post = alice.post("blogs/alice/posts/", data=data, files=[("images", ("one.jpg", picture(300, 200)))])
        assert [block["type"] for block in post["body"]] == ["heading", "image"]
        is_error(alice.call("POST", "blogs/alice/posts/", data={"title": "x", "body": "{"}), 400, attr="body")

    def test_more_pictures_at_once_than_are_taken_are_refused_with_the_number(self, alice, picture, settings):
        settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
        data = {"title": "Three", "markdown": "Text."}
        files = [("images", (f"{number}.jpg", picture(9, 9))) for number in range(3)]
        error = is_error(alice.call("POST", "blogs/alice/posts/", data=data, files=files), 400, "too_many_files")
        assert "at most 2 files" in error["errors"][0]["detail"]

    def test_that_are_none_leave_nothing_behind(self, alice, picture):
        files = [("images", ("one.jpg", picture(300, 200))), ("images", ("two.png", b"not a picture"))]
        answer = alice.call("POST", "blogs/alice/posts/", data={"title": "Trip", "status": "live"}, files=files)
        is_error(answer, 400, attr="images")
        assert not BlogPostPage.objects.exists()
        assert not Image.objects.exists()

    def test_are_not_kept_for_a_post_that_is_refused(self, alice, picture):
        files = [("images", ("one.jpg", picture(300, 200)))]
        is_error(alice.call("POST", "blogs/alice/posts/", data={"title": "\u200b"}, files=files), 400, attr="title")
        alice.write("Taken", slug="taken")
        is_error(alice.call("POST", "blogs/alice/posts/", data={"title": "x", "slug": "taken"}, files=files), 400)
        assert not Image.objects.exists()

    def test_are_added_to_a_live_post(self, alice, anyone, picture):
        post = alice.write("Growing")
        image = alice.post(f"posts/{post['id']}/images/", files=[("file", ("x.jpg", picture()))], data={"alt": "New"})
        assert image["alt"] == "New"
        assert anyone.get(f"posts/{post['id']}/")["images"] == [image]

    def test_are_added_by_their_author_only(self, alice, bob, anyone, picture):
        post = alice.write("Growing")
        draft = alice.write("Hidden", status="draft")
        files = [("file", ("x.jpg", picture()))]
        for caller, id, status in ((bob, post["id"], 403), (anyone, post["id"], 401), (bob, draft["id"], 404)):
            is_error(caller.call("POST", f"posts/{id}/images/", files=files), status)
        is_error(alice.call("POST", f"posts/{post['id']}/images/", files=[("file", ("x.jpg", b"no"))]), 400)
        is_error(alice.call("POST", f"posts/{post['id']}/images/", data={"alt": "x"}), 400, attr="file")
        assert not Image.objects.exists()

    def test_are_known_by_their_urls(self, alice, bob, picture):
        photo = alice.upload(picture())
        small = photo["renditions"]["small"]["url"]
        markdown = f"![]({photo['url']})\n\nText ![alt]({small})\n\n![far](https://far.example/x.png)"
        post = alice.write(markdown=markdown)
        assert [block["type"] for block in post["body"]] == ["image", "paragraph", "image", "paragraph"]
        assert {image["id"] for image in post["images"]} == {photo["id"]}
        assert 'href="https://far.example/x.png"' in post["body"][3]["value"]
        others = bob.write(markdown=markdown)
        assert others["images"] == []
        assert photo["url"] in others["body"][0]["value"]

    def test_of_others_cannot_be_used(self, alice, bob, picture):
        theirs = bob.upload(picture())["id"]
        for fields in (
            {"feature_image": theirs},
            {"body": [{"type": "image", "value": {"image": theirs}}]},
            {"body": [{"type": "gallery", "value": [theirs]}]},
        ):
            refused = is_error(alice.call("POST", "blogs/alice/posts/", json={"title": "x", **fields}), 400)
            missing = json.loads(json.dumps(fields).replace(str(theirs), "1000000000"))
            assert is_error(alice.call("POST", "blogs/alice/posts/", json={"title": "x", **missing}), 400) == refused

    def test_leave_the_posts_that_show_them_when_they_are_deleted(self, alice, picture):
        photo = alice.upload(picture())["id"]
        body = [{"type": "image", "value": {"image": photo}}, {"type": "paragraph", "value": "<p>Text</p>"}]
        post = alice.write(body=body, feature_image=photo)
        alice.delete(f"users/alice/images/{photo}/")
        seen = alice.get(f"posts/{post['id']}/")
        assert ([block["type"] for block in seen["body"]], seen["feature_image"]) == (["paragraph"], None)
        assert alice.patch(f"posts/{post['id']}/", json={"title": "Still there"})["title"] == "Still there"
