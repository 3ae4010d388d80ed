"""The picture beside a user's name."""

from __future__ import annotations

import pytest

from media.models import Image
from tests.client import is_error
from tests.media.pictures import cornered, decoded, encoded, fetched, stored_keys


def put(api, content: bytes = b"", name: str = "me.jpg", expect: int = 200):
    return api.put("me/avatar/", expect, data={}, files=[("file", (name, content or encoded(cornered())))])


class TestAnAvatar:
    def test_is_shown_with_the_user(self, alice, anyone):
        reference = put(alice)
        assert reference["username"] == "alice"
        avatar = reference["avatar"]
        assert avatar["owner"] == {"username": "alice", "name": "Alice Adams", "avatar": None}
        assert decoded(fetched(avatar["renditions"]["thumbnail"]["url"])).size == (300, 300)
        assert anyone.get("users/alice/")["avatar"] == avatar
        assert alice.get("me/")["avatar"] == avatar

    def test_takes_the_place_of_the_one_before(self, alice):
        first = put(alice)["avatar"]
        second = put(alice)["avatar"]
        assert first["url"] != second["url"]
        assert Image.objects.count() == 1
        assert len(stored_keys()) <= 12

    def test_goes_when_it_is_removed(self, alice, anyone):
        put(alice)
        alice.delete("me/avatar/")
        alice.delete("me/avatar/")
        assert anyone.get("users/alice/")["avatar"] is None
        assert not Image.objects.exists()
        assert not stored_keys()

    def test_goes_when_its_image_is_deleted(self, alice, anyone):
        image = put(alice)["avatar"]["id"]
        alice.delete(f"users/alice/images/{image}/")
        assert anyone.get("users/alice/")["avatar"] is None

    def test_changes_with_its_image(self, alice, anyone):
        image = put(alice)["avatar"]["id"]
        turned = alice.patch(f"users/alice/images/{image}/", json={"rotate": 90})
        assert anyone.get("users/alice/")["avatar"]["url"] == turned["url"]

    def test_is_judged_as_every_picture_is(self, alice, settings):
        put(alice)
        is_error(self.send(alice, b"<svg/>"), 400, "unsupported_image", "file")
        is_error(self.send(alice, encoded(cornered()), "me.exe"), 400, "extension_not_allowed", "file")
        settings.IMAGE_MAX_BYTES = 100
        is_error(self.send(alice, encoded(cornered())), 413)
        assert alice.get("me/")["avatar"] is not None

    def test_is_for_the_signed_in(self, alice, anyone):
        is_error(self.send(anyone, encoded(cornered())), 401)
        is_error(anyone.call("DELETE", "me/avatar/"), 401)
        is_error(alice.call("GET", "me/avatar/"), 405)

    @pytest.mark.parametrize("body", [{"json": {}}, {"data": {"file": "x"}}])
    def test_needs_a_file(self, alice, body):
        assert alice.call("PUT", "me/avatar/", **body).status_code in (400, 415)

    def send(self, api, content, name="me.jpg"):
        return api.call("PUT", "me/avatar/", data={}, files=[("file", (name, content))])
