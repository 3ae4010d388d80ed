"""What a user may keep is bounded, in bytes and in number, however many uploads come at once."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from media import quota
from media.models import Image
from tests.client import is_error
from tests.media.pictures import encoded, fetched, noise, stored_keys

LIST = "users/alice/images/"


def post(api, content: bytes):
    return api.call("POST", LIST, data={}, files=[("file", ("a.jpg", content))])


class TestTheQuota:
    def test_refuses_what_does_not_fit(self, alice, settings):
        content = encoded(noise(300, 200))
        size = len(fetched(alice.upload(content)["url"]))
        settings.FILE_QUOTA_BYTES = 2 * size
        alice.upload(content)
        before = stored_keys()
        is_error(post(alice, content), 413, "quota_exceeded")
        assert stored_keys() == before
        assert alice.get("me/")["storage"] == {"images": 2, "files": 0, "bytes": 2 * size, "quota": 2 * size}

    def test_is_freed_by_deleting(self, alice, settings):
        content = encoded(noise(300, 200))
        image = alice.upload(content)
        settings.FILE_QUOTA_BYTES = len(fetched(image["url"]))
        is_error(post(alice, content), 413)
        alice.delete(f"{LIST}{image['id']}/")
        alice.upload(content)

    def test_is_the_owners_not_the_admins(self, alice, admin, settings):
        content = encoded(noise(300, 200))
        settings.FILE_QUOTA_BYTES = len(fetched(alice.upload(content)["url"]))
        is_error(post(admin, content), 413, "quota_exceeded")

    def test_counts_things_too(self, alice, monkeypatch):
        monkeypatch.setattr(quota, "MOST_THINGS", 2)
        content = encoded(noise(30, 20))
        alice.upload(content)
        image = alice.upload(content)
        is_error(post(alice, content), 413, "quota_exceeded")
        alice.patch(f"{LIST}{image['id']}/", json={"rotate": 90})

    def test_lets_a_full_user_turn_a_picture(self, alice, settings):
        image = alice.upload(encoded(noise(300, 200)))
        settings.FILE_QUOTA_BYTES = len(fetched(image["url"])) * 2
        alice.patch(f"{LIST}{image['id']}/", json={"rotate": 180})

    def test_bounds_avatars_too(self, alice, settings):
        settings.FILE_QUOTA_BYTES = 1000
        files = [("file", ("a.jpg", encoded(noise(300, 200))))]
        is_error(alice.call("PUT", "me/avatar/", data={}, files=files), 413, "quota_exceeded")


class TestTwentyAtOnce:
    @pytest.fixture
    def content(self) -> bytes:
        return encoded(noise(120, 80))

    def test_never_exceed_it_together(self, alice, at_once, content, settings):
        size = len(fetched(alice.upload(content)["url"]))
        settings.FILE_QUOTA_BYTES = 6 * size + size // 2
        answers = at_once(*[lambda: post(alice, content).status_code for _ in range(20)])
        assert sorted(answers) == [201] * 5 + [413] * 15
        kept = Image.objects.all()
        assert kept.aggregate(bytes=Sum("file_size"))["bytes"] <= settings.FILE_QUOTA_BYTES
        assert kept.count() == 6
        files = {image.file.name for image in kept}
        files |= {name for image in kept for name in image.renditions.values_list("file", flat=True)}
        assert stored_keys() == files
