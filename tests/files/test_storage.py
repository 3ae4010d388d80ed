"""Bytes and rows stay in step, and within the quota: whatever fails, whoever comes at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from core import outbox
from core.errors import NotFound, Unavailable
from core.models import Event
from media.files import storing
from media.models import File, Folder
from media.services import files
from media.storing import KEPT_UNCLAIMED
from tests.client import is_error
from tests.files.storage import FILES, kept_keys, stored_keys
from tests.servers.ports import free_port


def upload(content: bytes = b"Some bytes.", name: str = "a.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def time_passes(**much) -> int:
    """Let the ticker find what is due after this time; gives how many events it delivered."""
    for event in Event.objects.filter(delivered_at=None):
        Event.objects.filter(pk=event.pk).update(retry_at=event.retry_at - timedelta(**much))
    return outbox.deliver_due()


@pytest.fixture
def owner(alice) -> User:
    return User.objects.get(username="alice")


class TestAnUploadThatFails:
    def test_when_its_row_is_written_leaves_no_bytes(self, storage, owner, monkeypatch):
        monkeypatch.setattr(File, "_leave_room_for", lambda self, stored: (_ for _ in ()).throw(NotFound))
        with pytest.raises(NotFound):
            files.add_file(owner=owner, upload=upload())
        assert not stored_keys()
        assert not Event.objects.filter(kind="media.bytes_abandoned")

    def test_in_a_transaction_rolled_back_leaves_no_bytes(self, storage, owner):
        stored = storing.store(upload(), name="a.txt", folder=Folder.name_for(owner))
        with transaction.atomic():
            File(title="a.txt", uploaded_by_user=owner, file=stored).save()
            transaction.set_rollback(True)
        assert not File.objects.exists()
        assert stored.name in stored_keys()
        assert time_passes(seconds=KEPT_UNCLAIMED.total_seconds()) == 1
        assert stored.name not in stored_keys()

    def test_because_the_process_died_leaves_no_bytes(self, storage, owner):
        stored = storing.store(upload(), name="a.txt", folder=Folder.name_for(owner))
        assert stored_keys() == {stored.name}
        time_passes(minutes=1)
        assert stored_keys() == {stored.name}
        time_passes(seconds=KEPT_UNCLAIMED.total_seconds())
        assert not stored_keys()

    def test_too_late_gets_no_row(self, storage, owner):
        stored = storing.store(upload(), name="a.txt", folder=Folder.name_for(owner))
        time_passes(seconds=KEPT_UNCLAIMED.total_seconds())
        with pytest.raises(Unavailable):
            File(title="a.txt", uploaded_by_user=owner, file=stored).save()
        assert not File.objects.exists()

    def test_of_an_account_closed_meanwhile_leaves_nothing(self, storage, owner):
        stored = storing.store(upload(), name="a.txt", folder=Folder.name_for(owner))
        User.objects.filter(pk=owner.pk).update(is_active=False)
        with pytest.raises(NotFound):
            File(title="a.txt", uploaded_by_user=owner, file=stored).save()
        assert not File.objects.exists()
        assert not stored_keys()


class TestABucket:
    @pytest.fixture
    def _is_down(self, settings, on_s3):
        options = settings.STORAGES[FILES]["OPTIONS"] | {"endpoint_url": f"http://127.0.0.1:{free_port()}"}
        settings.STORAGES = settings.STORAGES | {FILES: settings.STORAGES[FILES] | {"OPTIONS": options}}

    @pytest.mark.usefixtures("_is_down")
    def test_that_is_down_makes_uploads_503_and_reading_go_on(self, alice):
        answer = alice.call("POST", "files/", data={}, files=[("file", ("a.txt", b"x"))])
        is_error(answer, 503, "unavailable")
        assert answer["Retry-After"]
        assert alice.get("files/")["items"] == []

    def test_that_was_down_at_a_deletion_is_cleaned_later(self, on_s3, alice, keep, monkeypatch):
        file = keep(alice)
        monkeypatch.setattr(type(storages[FILES]), "delete", lambda *args: 1 / 0)
        alice.delete(f"files/{file['id']}/")
        assert len(stored_keys()) == 1
        monkeypatch.undo()
        time_passes(minutes=5)
        assert not stored_keys()

    def test_keeps_large_files_in_parts_and_none_of_those_never_finished(self, on_s3, aws, alice, keep, fetch):
        content = bytes(range(256)) * 4096 * 20
        file = keep(alice, content, "large.bin")
        assert fetch(alice, file["download_url"], Range="bytes=-5").content == content[-5:]
        s3, key = aws.client("s3"), f"files/{File.objects.get().file.name}"
        s3.create_multipart_upload(Bucket=on_s3, Key=key)
        alice.delete(f"files/{file['id']}/")
        assert not s3.list_multipart_uploads(Bucket=on_s3).get("Uploads")
        assert not stored_keys()


class TestADisk:
    def test_that_is_full_makes_uploads_503(self, alice, monkeypatch):
        def is_full(self, name, content):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(FileSystemStorage, "_save", is_full)
        is_error(alice.call("POST", "files/", data={}, files=[("file", ("a.txt", b"x"))]), 503, "unavailable")
        assert not File.objects.exists()

    def test_holds_nothing_of_uploads_that_are_done(self, alice, keep, settings):
        keep(alice)
        assert list(settings.UPLOADS_ROOT.iterdir()) == []


class TestTwentyUploadsAtOnce:
    def test_never_exceed_the_quota(self, transactional_db, storage, alice, at_once, settings):
        settings.FILE_QUOTA_BYTES = 10 * 1000 + 500

        def one() -> int:
            files = [("file", ("a.bin", b"x" * 1000))]
            return alice.call("POST", "files/", data={}, files=files).status_code

        statuses = at_once(*[one] * 20)
        assert sorted(statuses) == [201] * 10 + [413] * 10
        assert File.objects.aggregate(total=Sum("file_size"))["total"] == 10_000
        assert stored_keys() == kept_keys()
        assert Folder.objects.count() == 1
        assert len({key.partition("/")[0] for key in stored_keys()}) == 1
        assert not Event.objects.filter(kind="media.bytes_abandoned", delivered_at=None)


class TestAtOnce:
    def test_deleting_changing_and_sharing_end_in_one_state(self, transactional_db, alice, keep, at_once):
        file = keep(alice)
        path = f"files/{file['id']}/"
        statuses = at_once(
            *[lambda: alice.call("DELETE", path).status_code] * 4,
            *[lambda: alice.call("PATCH", path, json={"name": "b.txt"}).status_code] * 4,
            *[lambda: alice.call("PUT", f"{path}share/").status_code] * 4,
        )
        assert statuses[:4].count(204) == 1
        assert set(statuses) <= {200, 204, 404}, statuses
        assert not stored_keys()
