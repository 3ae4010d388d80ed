"""Images that come in through the Wagtail admin go the same way as through the API."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase
from wagtail.models import UploadedFile

from core import outbox
from core.models import Event
from media.models import Image
from tests.media.pictures import (
    SECRET,
    cornered,
    corners_of,
    decoded,
    encoded,
    fetched,
    keys_of,
    noise,
    stored_keys,
    urls_of,
    with_metadata,
)

ADD = "/admin/images/add/"
MULTIPLE = "/admin/images/multiple/add/"
CHOOSER = "/admin/images/chooser/create/"
AJAX = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


def hostile() -> bytes:
    """A picture lying on its side, with a place and a script behind it."""
    sideways = cornered(640, 480).transpose(2)  # a quarter turn to the left
    return encoded(sideways, exif=with_metadata(6).tobytes()) + b"<script>alert(1)</script>"


def file(content: bytes, name: str = "holiday.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


class Desk:
    """An author signed in at the admin."""

    def __init__(self, api):
        self.client = Client()
        answer = self.client.post("/admin/login/", {"username": api.username, "password": api.password})
        assert answer.status_code == 302, answer.content[:300]

    def post(self, path: str, data: dict, **extra):
        with TestCase.captureOnCommitCallbacks(execute=True):
            return self.client.post(path, data, **extra)


@pytest.fixture
def desk(alice) -> Desk:
    return Desk(alice)


def is_clean(api, image: Image) -> None:
    document = api.get(f"users/alice/images/{image.pk}/")
    assert (document["width"], document["height"]) == (640, 480)
    for url in urls_of(document):
        content = fetched(url)
        assert SECRET not in content
        assert b"<script" not in content
        assert corners_of(decoded(content)) == ["red", "green", "blue", "white"]
    assert document["placeholder"]
    assert stored_keys() == keys_of(image.pk)


class TestEveryDoor:
    def test_of_one_image_takes_clean_pictures_in(self, alice, desk):
        answer = desk.post(ADD, {"title": "Sea", "file": file(hostile()), "description": "Waves", "collection": "1"})
        assert answer.status_code == 302, answer.content[:3000]
        image = Image.objects.get()
        assert (image.title, image.description, image.uploaded_by_user.username) == ("Sea", "Waves", "alice")
        is_clean(alice, image)

    def test_of_many_images_takes_clean_pictures_in(self, alice, desk):
        answer = desk.post(MULTIPLE, {"title": "Sea", "files[]": file(hostile()), "collection": "1"}, **AJAX)
        assert answer.json()["success"], answer.content
        is_clean(alice, Image.objects.get())

    def test_of_the_chooser_takes_clean_pictures_in(self, alice, desk):
        form = {"image-chooser-upload-title": "Sea", "image-chooser-upload-file": file(hostile())}
        answer = desk.post(CHOOSER, {**form, "image-chooser-upload-collection": "1"}, **AJAX)
        assert answer.json()["step"] == "chosen", answer.content
        is_clean(alice, Image.objects.get())

    def test_that_leads_to_the_model_takes_clean_pictures_in(self, alice, django_user_model):
        with TestCase.captureOnCommitCallbacks(execute=True):
            image = Image.objects.create(
                title="Sea", file=file(hostile()), uploaded_by_user=django_user_model.objects.get(username="alice")
            )
        is_clean(alice, image)

    @pytest.mark.parametrize(
        ("content", "name", "words"),
        [
            (b"<svg/>", "a.jpg", "not a JPEG"),
            (encoded(cornered())[:3000], "a.jpg", "damaged"),
            (encoded(cornered()), "a.svg", "not accepted"),
            (encoded(noise(300, 300)), "a.jpg", "at most"),
        ],
    )
    def test_says_what_is_wrong_with_a_file(self, desk, settings, content, name, words):
        settings.IMAGE_MAX_BYTES = 20_000
        answer = desk.post(MULTIPLE, {"title": "Sea", "files[]": file(content, name), "collection": "1"}, **AJAX)
        assert answer.status_code == 200
        assert not answer.json()["success"]
        assert words in answer.json()["error_message"]
        assert words in desk.post(ADD, {"title": "Sea", "file": file(content, name)}).content.decode()
        assert not Image.objects.exists()
        assert not stored_keys()

    def test_keeps_to_the_quota(self, desk, settings):
        settings.FILE_QUOTA_BYTES = 1000
        answer = desk.post(MULTIPLE, {"title": "Sea", "files[]": file(hostile()), "collection": "1"}, **AJAX)
        assert "You may keep" in answer.json()["error_message"]
        assert not Image.objects.exists()
        self.time_passes()
        assert not stored_keys()

    def test_forgets_what_was_not_kept_in_the_end(self, alice, desk):
        answer = desk.post(ADD, {"title": "", "file": file(hostile()), "collection": "1"})
        assert answer.status_code == 200
        assert not Image.objects.exists()
        self.time_passes()
        assert not stored_keys()

    def test_keeps_no_original_while_a_title_is_missing(self, alice, desk):
        answer = desk.post(MULTIPLE, {"title": "", "files[]": file(hostile()), "collection": "1"}, **AJAX).json()
        for upload in UploadedFile.objects.all():
            with default_storage.open(upload.file.name) as kept:
                content = kept.read()
            assert SECRET not in content
            assert b"<script" not in content
        pk = answer["uploaded_file_id"]
        form = {f"uploaded-image-{pk}-title": "Sea", f"uploaded-image-{pk}-collection": "1"}
        made = desk.post(f"/admin/images/multiple/create_from_uploaded_image/{pk}/", form, **AJAX)
        assert made.json()["success"], made.content
        self.time_passes()
        is_clean(alice, Image.objects.get())

    def time_passes(self):
        for event in Event.objects.filter(delivered_at=None):
            Event.objects.filter(pk=event.pk).update(retry_at=event.retry_at - timedelta(minutes=20))
        outbox.deliver_due()


class TestChanging:
    @pytest.fixture
    def image(self, alice) -> Image:
        return Image.objects.get(pk=alice.upload(encoded(cornered(640, 480)))["id"])

    def test_the_file_replaces_all_renditions(self, alice, desk, image):
        form = {"title": "New", "collection": "1", "file": file(encoded(cornered(300, 600)))}
        answer = desk.post(f"/admin/images/{image.pk}/", form)
        assert answer.status_code == 302, answer.content[:2000]
        document = alice.get(f"users/alice/images/{image.pk}/")
        assert (document["title"], document["width"], document["height"]) == ("New", 300, 600)
        assert stored_keys() == keys_of(image.pk)
        assert decoded(fetched(document["renditions"]["small"]["url"])).size == (300, 600)

    def test_the_focal_point_crops_the_thumbnail_anew(self, alice, desk, image):
        before = alice.get(f"users/alice/images/{image.pk}/")
        focus = {"focal_point_x": 20, "focal_point_y": 20, "focal_point_width": 40, "focal_point_height": 40}
        answer = desk.post(f"/admin/images/{image.pk}/", {"title": "Sea", "collection": "1", **focus})
        assert answer.status_code == 302, answer.content[:2000]
        after = alice.get(f"users/alice/images/{image.pk}/")
        assert urls_of(before) - urls_of(after) == {before["renditions"]["thumbnail"]["url"]}
        assert stored_keys() == keys_of(image.pk)

    def test_the_title_shows_in_the_posts(self, alice, desk, image):
        post = alice.write("By the sea", feature_image=image.pk)
        desk.post(f"/admin/images/{image.pk}/", {"title": "Renamed", "collection": "1", "description": "Waves"})
        shown = alice.get(f"posts/{post['id']}/")["feature_image"]
        assert (shown["title"], shown["alt"]) == ("Renamed", "Waves")

    def test_by_deleting_removes_the_bytes(self, desk, image):
        assert desk.post(f"/admin/images/{image.pk}/delete/", {}).status_code == 302
        assert not Image.objects.exists()
        assert not stored_keys()


class TestTheAdminsOwnViews:
    def test_show_lists_without_decoding_anything(self, alice, desk, monkeypatch):
        alice.upload(encoded(cornered(640, 480)))

        def refuse(*args, **kwargs):
            raise AssertionError("a picture was decoded")

        monkeypatch.setattr("willow.Image.open", refuse)
        assert desk.client.get("/admin/images/").status_code == 200
        assert desk.client.get("/admin/images/chooser/").status_code == 200

    def test_make_other_sizes_of_the_clean_original(self, alice, desk):
        image = alice.upload(hostile())
        assert desk.client.get(f"/admin/images/{image['id']}/").status_code == 200
        for key in keys_of(image["id"]):
            with default_storage.open(key) as kept:
                shown = decoded(io.BytesIO(kept.read()).getvalue())
            assert not dict(shown.getexif())
