"""`POST images/delete-all/`: an admin who says the exact words deletes every image of everybody."""

from __future__ import annotations

import pytest
from django.test import TestCase
from django.utils import timezone
from wagtail.models import ModelLogEntry

from core import outbox
from core.models import Event
from media.models import Image
from media.services import clearing
from tests.client import is_error
from tests.media.pictures import stored_keys

WORDS = {"confirm": "delete all images"}


class Killed(BaseException):
    """The process ends here."""


class TestDeletingAllImages:
    @pytest.fixture
    def post(self, alice, bob, picture) -> dict:
        """Alice's post with a picture; Bob has one, too, and one beside his name."""
        bob.upload(picture())
        bob.put("me/avatar/", files=[("file", ("me.jpg", picture()))])
        image = alice.upload(picture())
        body = [{"type": "image", "value": {"image": image["id"]}}]
        return alice.write("Pictured", feature_image=image["id"], body=body)

    @pytest.mark.parametrize("way", [("POST", "images/delete-all/"), ("DELETE", "images/")])
    def test_removes_them_with_their_files_and_from_posts(self, post, admin, anyone, way):
        assert post["feature_image"]
        assert stored_keys()
        answer = admin.call(*way, json=WORDS, expect=202)
        assert answer.json() == {"count": 3}
        assert not Image.objects.exists()
        assert stored_keys() == set()
        shown = anyone.get(f"posts/{post['id']}/")
        assert shown["feature_image"] is None
        assert "/media/" not in str(shown)
        assert "/media/" not in str(anyone.get("feed/latest/"))
        assert anyone.get("users/bob/")["avatar"] is None

    def test_is_for_admins(self, post, anyone, alice, moderator):
        for path, method in (("images/delete-all/", "POST"), ("images/", "DELETE")):
            is_error(anyone.call(method, path, json=WORDS), 401)
            is_error(alice.call(method, path, json=WORDS), 403)
            is_error(moderator.call(method, path, json=WORDS), 403)
        assert Image.objects.count() == 3

    @pytest.mark.parametrize(
        "said", [{}, {"confirm": ""}, {"confirm": "yes"}, {"confirm": "Delete all images"}, {"confirm": True}, []]
    )
    def test_wants_the_exact_words(self, post, admin, said):
        for path, method in (("images/delete-all/", "POST"), ("images/", "DELETE")):
            is_error(admin.call(method, path, json=said), 400)
        is_error(admin.call("DELETE", "images/"), 400)
        assert Image.objects.count() == 3

    def test_other_methods_are_refused(self, admin):
        is_error(admin.call("GET", "images/delete-all/"), 405)
        is_error(admin.call("POST", "images/", json=WORDS), 405)
        admin.get("images/")

    def test_is_noted_in_the_audit_log(self, post, admin):
        admin.post("images/delete-all/", 202, json=WORDS)
        entry = ModelLogEntry.objects.get(action=clearing.LOGGED_AS)
        assert (entry.user.username, entry.data) == ("admin", {"count": 3})
        assert "3" in str(entry.message)

    def test_of_none_is_nothing(self, admin):
        assert admin.post("images/delete-all/", 202, json=WORDS) == {"count": 0}

    def test_goes_on_where_a_kill_cut_it_off(self, alice, admin, picture, monkeypatch):
        monkeypatch.setattr(clearing, "CHUNK", 2)
        for _ in range(5):
            alice.upload(picture(40, 30))
        delete, deleted = Image.delete, []

        def delete_until_killed(self, *arguments, **keywords):
            if len(deleted) == 3:
                raise Killed
            deleted.append(self.pk)
            return delete(self, *arguments, **keywords)

        monkeypatch.setattr(Image, "delete", delete_until_killed)
        with pytest.raises(Killed):
            admin.post("images/delete-all/", 202, json=WORDS)
        assert Image.objects.count() == 3  # a chunk is deleted whole or not at all
        monkeypatch.setattr(Image, "delete", delete)
        late = alice.upload(picture(40, 30))
        deliver_what_is_left()
        assert list(Image.objects.values_list("pk", flat=True)) == [late["id"]]
        alice.delete(f"users/alice/images/{late['id']}/")
        assert stored_keys() == set()


def deliver_what_is_left() -> None:
    """What the ticker does later."""
    delivered = 1
    while delivered:
        Event.objects.filter(delivered_at=None).update(retry_at=timezone.now())
        with TestCase.captureOnCommitCallbacks(execute=True):
            delivered = outbox.deliver_due()
