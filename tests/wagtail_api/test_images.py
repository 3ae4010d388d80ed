"""`images/` in Wagtail's form: those in posts the caller may see, and his own; admins get every one."""

import pytest

from tests.client import is_error


def ids(answer):
    return {item["id"] for item in answer["items"]}


class TestImages:
    @pytest.fixture
    def images(self, alice, bob, picture):
        """Images by where they are shown: in a public post, in a draft, in a private blog, nowhere."""
        shown, drafted, kept = (alice.upload(picture(), title=title)["id"] for title in ("shown", "drafted", "kept"))
        alice.write("Public", feature_image=shown)
        alice.write("Draft", status="draft", feature_image=drafted)
        bob.patch(f"blogs/{bob.blog}/", json={"is_private": True})
        private = bob.upload(picture(), title="private")["id"]
        bob.write("Private", body=[{"type": "image", "value": {"image": private}}])
        return {"shown": shown, "drafted": drafted, "kept": kept, "private": private}

    def test_are_those_the_caller_may_see(self, images, anyone, alice, bob, charlie, admin):
        by_viewer = [
            (anyone, {"shown"}),
            (charlie, {"shown"}),
            (alice, {"shown", "drafted", "kept"}),
            (bob, {"shown", "private"}),
            (admin, {"shown", "drafted", "kept", "private"}),
        ]
        for viewer, names in by_viewer:
            listed = viewer.get("images/")
            assert ids(listed) == {images[name] for name in names}, viewer.username
            assert listed["meta"]["total_count"] == len(names)
            for name, pk in images.items():
                viewer.get(f"images/{pk}/", 200 if name in names else 404)
                viewer.call("GET", f"images/find/?id={pk}", expect=302 if name in names else 404)

    def test_show_with_all_fields_the_whole_image(self, images, alice, anyone):
        [item] = anyone.get("images/?fields=*")["items"]
        whole = alice.get(f"users/alice/images/{images['shown']}/")
        assert {name: item[name] for name in whole} == whole
        assert item["meta"]["type"] == "media.Image"
        assert "download_url" not in item["meta"]
        is_error(anyone.call("GET", "images/?fields=download_url"), 400)
        is_error(anyone.call("GET", "images/?fields=file"), 400)

    def test_are_found_by_title(self, images, anyone):
        assert ids(anyone.get("images/?search=shown")) == {images["shown"]}
        assert anyone.get("images/?search=private") == {"meta": {"total_count": 0}, "items": []}
        assert ids(anyone.get("images/?title=shown&order=-title")) == {images["shown"]}

    def test_follow_the_widest_use(self, images, alice, anyone):
        again = alice.write("Again", status="draft", feature_image=images["shown"])
        [public] = [post for post in alice.get("posts/?author=alice")["items"] if post["title"] == "Public"]
        alice.delete(f"posts/{public['id']}/")
        assert ids(anyone.get("images/")) == set()
        anyone.get(f"images/{images['shown']}/", 404)
        alice.post(f"posts/{again['id']}/publish/", 200)
        assert ids(anyone.get("images/")) == {images["shown"]}
