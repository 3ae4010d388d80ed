"""Bytes and rows stay in step: on disk and on S3, whatever fails and whenever."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import outbox
from core.models import Event
from media import pictures, storing
from media.models import Image, Rendition
from media.services import images
from tests.client import is_error
from tests.media.pictures import cornered, decoded, encoded, fetched, keys_of, stored_keys, urls_of
from tests.servers.ports import free_port

LIST = "users/alice/images/"
PICTURE = encoded(cornered(900, 600))


def post(api, content: bytes = PICTURE):
    return api.call("POST", LIST, data={}, files=[("file", ("a.jpg", content))])


def upload(content: bytes = PICTURE) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", content)


def time_passes(**much) -> int:
    """Let the ticker find what is due after this time; gives how many events it delivered."""
    for event in Event.objects.filter(delivered_at=None):
        Event.objects.filter(pk=event.pk).update(retry_at=event.retry_at - timedelta(**much))
    return outbox.deliver_due()


@pytest.fixture(params=["disk", "s3"])
def storage(request):
    """Both places in which pictures are kept."""
    if request.param == "s3":
        request.getfixturevalue("on_s3")
    return default_storage


class TestAnUpload:
    def test_stores_what_its_rows_refer_to_and_nothing_else(self, storage, alice):
        image = alice.upload(PICTURE)
        assert stored_keys() == keys_of(image["id"])
        assert not Event.objects.filter(kind="media.bytes_abandoned")

    def test_that_is_refused_stores_nothing(self, storage, alice):
        is_error(post(alice, PICTURE[:5000]), 400)
        assert not stored_keys()

    def test_whose_transaction_fails_leaves_nothing(self, storage, alice, monkeypatch):
        def fail(*args, **kwargs):
            raise RuntimeError("the database said no")

        monkeypatch.setattr(Rendition.objects, "bulk_create", fail)
        with pytest.raises(RuntimeError):
            post(alice)
        assert not stored_keys()
        assert not Image.objects.exists()

    def test_whose_row_is_rolled_back_by_others_leaves_nothing(self, storage, alice):
        owner = User.objects.get(username="alice")

        def post_with_a_picture():
            with images.prepared(owner=owner, uploads=[upload(), upload()]) as prepared, transaction.atomic():
                for picture in prepared:
                    images.add_prepared(owner=owner, picture=picture)
                assert len(stored_keys()) > 10
                raise LookupError("something else in this transaction")

        with pytest.raises(LookupError):
            post_with_a_picture()
        assert not stored_keys()
        assert not Image.objects.exists()

    def test_of_several_is_all_or_nothing(self, storage, alice):
        owner = User.objects.get(username="alice")
        files = [upload(), upload(b"no picture"), upload()]
        with pytest.raises(Exception, match="damaged"), images.prepared(owner=owner, uploads=files, attr="images"):
            pass
        assert not stored_keys()

    def test_cut_off_by_a_kill_is_cleared_away(self, storage, alice):
        with pictures.develop(upload()) as picture:
            storing.store(picture)
        assert stored_keys()
        assert time_passes(minutes=10) == 0
        assert stored_keys()
        assert time_passes(minutes=20) == 1
        assert not stored_keys()

    def test_that_comes_too_late_gets_no_row(self, storage, alice):
        owner = User.objects.get(username="alice")
        with pictures.develop(upload()) as picture:
            stored = storing.store(picture)
        time_passes(minutes=20)
        with pytest.raises(Exception, match="too long"), transaction.atomic():
            images.add_prepared(owner=owner, picture=stored)
        assert not Image.objects.exists()

    def test_of_a_small_picture_shares_the_bytes_of_equal_renditions(self, storage, alice):
        image = alice.upload(encoded(cornered(200, 200)))
        assert len(stored_keys()) == 5  # the picture, its thumbnail, that of the admin, AVIF and WebP
        assert all(decoded(read(key)).size in {(200, 200), (165, 165)} for key in stored_keys())
        alice.patch(f"{LIST}{image['id']}/", json={"focal_point": {"x": 10, "y": 10}})
        assert stored_keys() == keys_of(image["id"])


class TestDeleting:
    def test_removes_the_bytes(self, storage, alice):
        first, second = alice.upload(PICTURE), alice.upload(PICTURE)
        alice.delete(f"{LIST}{first['id']}/")
        assert stored_keys() == keys_of(second["id"])

    def test_through_a_queryset_removes_the_bytes(self, storage, alice, django_capture_on_commit_callbacks):
        for _ in range(3):
            alice.upload(PICTURE)
        with django_capture_on_commit_callbacks(execute=True):
            Image.objects.all().delete()
        assert not stored_keys()

    def test_that_is_rolled_back_removes_nothing(self, storage, alice):
        image = alice.upload(PICTURE)

        def change_ones_mind():
            with transaction.atomic():
                kept = Image.objects.get(pk=image["id"])
                images.delete_image(actor=kept.uploaded_by_user, image=kept)
                raise LookupError

        with pytest.raises(LookupError):
            change_ones_mind()
        assert stored_keys() == keys_of(image["id"])

    def test_of_one_rendition_removes_its_bytes_alone(self, storage, alice, django_capture_on_commit_callbacks):
        image = alice.upload(encoded(cornered(200, 200)))
        with django_capture_on_commit_callbacks(execute=True):
            Rendition.objects.get(image=image["id"], filter_spec="max-165x165").delete()
            Rendition.objects.get(image=image["id"], filter_spec="width-400").delete()
        assert stored_keys() == keys_of(image["id"])

    def test_is_tried_again_until_the_storage_does_it(self, alice, monkeypatch):
        image = alice.upload(PICTURE)

        def fail(self, name):
            raise OSError("the storage is down")

        with monkeypatch.context() as broken:
            broken.setattr(FileSystemStorage, "delete", fail)
            alice.delete(f"{LIST}{image['id']}/")
            assert stored_keys()
            time_passes(hours=2)
        assert stored_keys()
        assert time_passes(hours=2) == 1
        assert not stored_keys()

    def test_is_no_error_when_the_bytes_are_gone_already(self, storage, alice):
        image = alice.upload(PICTURE)
        for key in keys_of(image["id"]):
            default_storage.delete(key)
        alice.delete(f"{LIST}{image['id']}/")
        assert not Event.objects.filter(kind="media.bytes_abandoned", delivered_at=None)


class TestChanging:
    def test_removes_what_it_replaces(self, storage, alice):
        image = alice.upload(PICTURE)
        before = stored_keys()
        for change in ({"focal_point": {"x": 10, "y": 10}}, {"rotate": 90}, {"rotate": 180}):
            alice.patch(f"{LIST}{image['id']}/", json=change)
            assert stored_keys() == keys_of(image["id"])
        assert not stored_keys() & before

    def test_that_fails_changes_nothing(self, storage, alice, monkeypatch):
        image = alice.upload(PICTURE)
        before = stored_keys()

        def fail(*args, **kwargs):
            raise RuntimeError("the database said no")

        with monkeypatch.context() as broken:
            broken.setattr(Rendition.objects, "bulk_create", fail)
            for change in ({"rotate": 90}, {"focal_point": {"x": 1, "y": 1}}):
                with pytest.raises(RuntimeError):
                    alice.patch(f"{LIST}{image['id']}/", json=change)
        assert stored_keys() == before
        assert alice.get(f"{LIST}{image['id']}/") == image


class TestS3:
    def test_serves_images_from_the_bucket(self, on_s3, aws, alice):
        image = alice.upload(PICTURE)
        s3 = aws.client("s3")
        for url in urls_of(image):
            assert url.startswith(f"{aws.endpoint_url}/{on_s3}/media/images/")
            key = url.partition(f"/{on_s3}/")[2]
            found = s3.get_object(Bucket=on_s3, Key=key)
            assert found["CacheControl"] == "public, max-age=31536000, immutable"
            assert found["ContentType"] == f"image/{decoded(found['Body'].read()).format.lower()}"

    def test_is_asked_nothing_by_reads(self, on_s3, alice, monkeypatch):
        image = alice.upload(PICTURE)

        def refuse(*args, **kwargs):
            raise AssertionError("the storage was asked")

        monkeypatch.setattr("botocore.client.BaseClient._make_api_call", refuse)
        monkeypatch.setattr("botocore.signers.generate_presigned_url", refuse)
        assert alice.get(LIST)["items"] == [image]
        assert alice.get(f"{LIST}{image['id']}/") == image

    def test_that_is_down_makes_uploads_unavailable_at_once(self, on_s3, alice, settings):
        present = alice.upload(PICTURE)
        self.move_to(settings, f"http://127.0.0.1:{free_port()}")
        started = time.monotonic()
        response = post(alice)
        assert time.monotonic() - started < 5
        is_error(response, 503)
        assert response.headers["Retry-After"]
        assert [item["id"] for item in alice.get(LIST)["items"]] == [present["id"]]

    def test_that_never_answers_makes_uploads_unavailable_within_seconds(self, on_s3, alice, settings):
        import socket

        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.move_to(settings, f"http://127.0.0.1:{silent.getsockname()[1]}")
            started = time.monotonic()
            response = post(alice)
            assert time.monotonic() - started < 5
            is_error(response, 503)
        assert alice.get(LIST)["items"] == []

    def test_that_refuses_our_key_makes_uploads_unavailable(self, on_s3, alice, settings):
        options = settings.STORAGES["default"]["OPTIONS"] | {"secret_key": "wrong"}
        settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}
        is_error(post(alice), 503)

    def test_that_was_down_for_deletions_has_them_made_up_for(self, on_s3, alice, settings):
        image = alice.upload(PICTURE)
        present = settings.STORAGES
        self.move_to(settings, f"http://127.0.0.1:{free_port()}")
        alice.delete(f"{LIST}{image['id']}/")
        settings.STORAGES = present
        assert stored_keys()
        assert time_passes(hours=2) == 1
        assert not stored_keys()

    def move_to(self, settings, endpoint: str) -> None:
        options = settings.STORAGES["default"]["OPTIONS"] | {"endpoint_url": endpoint}
        settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}


class TestDisk:
    def test_that_is_full_makes_uploads_unavailable(self, alice, monkeypatch):
        def fail(self, name, content):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as full:
            full.setattr(FileSystemStorage, "_save", fail)
            is_error(post(alice), 503)
        alice.upload(PICTURE)

    def test_serves_images_for_good(self, alice, anyone):
        image = alice.upload(PICTURE)
        response = anyone.call("GET", image["url"], expect=200)
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["Content-Type"] == "image/jpeg"
        for source in image["sources"]:
            response = anyone.call("GET", source["srcset"].split()[0], expect=200)
            assert response.headers["Content-Type"] == source["type"]
        assert fetched(image["url"])


class TestTheClock:
    def test_of_a_claim_leaves_time_to_write_the_row(self, alice):
        with pictures.develop(upload()) as picture:
            storing.store(picture)
        [event] = Event.objects.filter(kind="media.bytes_abandoned")
        assert event.retry_at - timezone.now() > timedelta(minutes=10)


def read(key: str) -> bytes:
    with default_storage.open(key) as file:
        return file.read()
