"""Files in the Wagtail admin: the same rules by another door."""

from __future__ import annotations

from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase

from accounts.models import User
from media.models import File
from tests.files.storage import bytes_of, kept_keys, stored_keys


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="accounts.backends.AccountBackend")
    return client


@pytest.fixture
def desk(alice) -> Client:
    """Alice at work in the admin."""
    return signed_in("alice")


def send(client: Client, path: str, **fields):
    with TestCase.captureOnCommitCallbacks(execute=True):
        return client.post(path, fields)


def drop(client: Client, content: bytes = b"Some bytes.", name: str = "notes.txt", **fields):
    """What the admin's drop zone sends."""
    return send(client, "/admin/documents/multiple/add/", **{"files[]": SimpleUploadedFile(name, content), **fields})


class TestAnUpload:
    def test_is_kept_like_one_through_the_api(self, storage, desk, alice):
        answer = drop(desk, title="notes")
        assert answer.json()["success"], answer.json()
        [file] = alice.get("files/")["items"]
        assert (file["name"], file["size"], file["content_type"]) == ("notes.txt", 11, "text/plain")
        assert bytes_of(file["id"]) == b"Some bytes."
        assert stored_keys() == kept_keys()

    def test_by_the_form_is_kept_too(self, desk, alice):
        answer = send(desk, "/admin/documents/add/", title="", file=SimpleUploadedFile("a.pdf", b"%PDF-"), comment="Hi")
        assert answer.status_code == 302, answer.content
        [file] = alice.get("files/")["items"]
        assert (file["name"], file["comment"]) == ("a.pdf", "Hi")

    def test_lands_in_the_same_folder(self, desk, alice, keep):
        drop(desk)
        keep(alice)
        assert len({key.partition("/")[0] for key in stored_keys()}) == 1

    @pytest.mark.parametrize(
        ("content", "name", "title"),
        [(b"x", "evil.exe", "evil"), (b"x" * 101, "large.txt", "large"), (b"x" * 61, "over.txt", "over")],
    )
    def test_that_is_not_allowed_is_refused(self, desk, alice, keep, settings, content, name, title):
        settings.FILE_MAX_BYTES, settings.FILE_QUOTA_BYTES = 100, 100
        keep(alice, b"x" * 40)
        before = stored_keys()
        answer = drop(desk, content, name, title=title)
        assert answer.json() == {"success": False, "error_message": answer.json()["error_message"]}
        assert stored_keys() == before

    def test_at_the_same_time_as_others_never_exceeds_the_quota(self, transactional_db, alice, at_once, settings):
        settings.FILE_QUOTA_BYTES = 35
        clients = [signed_in("alice") for _ in range(8)]
        answers = at_once(*[partial(drop, client, b"x" * 10) for client in clients])
        # Refused where the form could still say so, or by the last check.
        assert {answer.status_code for answer in answers} <= {200, 413}
        assert len(alice.get("files/")["items"]) == 3
        assert stored_keys() == kept_keys()

    @pytest.mark.parametrize("title", ["", "x" * 300, "\u202e", "run.exe", "../../x", "a\0b"])
    def test_of_any_title_never_gets_into_the_public_storage(self, desk, alice, settings, tmp_path, title):
        options = settings.STORAGES["default"]["OPTIONS"] | {"location": str(tmp_path / "media")}
        settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}
        assert drop(desk, title=title).json()["doc_id"]
        assert not (tmp_path / "media").exists()
        assert alice.get("files/")["items"][0]["name"].endswith(".txt")


class TestAChange:
    def test_replaces_the_bytes_and_removes_the_old(self, storage, desk, alice, keep):
        file = keep(alice, b"old")
        [before] = stored_keys()
        path = f"/admin/documents/edit/{file['id']}/"
        answer = send(desk, path, title="New.txt", comment="C", file=SimpleUploadedFile("other.bin", b"newer"))
        assert answer.status_code == 302, answer.content
        changed = alice.get(f"files/{file['id']}/")
        assert (changed["name"], changed["size"], changed["comment"]) == ("New.txt", 5, "C")
        assert bytes_of(file["id"]) == b"newer"
        assert stored_keys() == kept_keys()
        assert before not in stored_keys()

    def test_may_use_the_room_of_the_old_bytes(self, desk, alice, keep, settings):
        settings.FILE_QUOTA_BYTES = 10
        file = keep(alice, b"x" * 8)
        path = f"/admin/documents/edit/{file['id']}/"
        answer = send(desk, path, title="a.txt", comment="", file=SimpleUploadedFile("a.txt", b"y" * 10))
        assert answer.status_code == 302, answer.content
        answer = send(desk, path, title="a.txt", comment="", file=SimpleUploadedFile("a.txt", b"z" * 11))
        assert answer.status_code == 200
        assert bytes_of(file["id"]) == b"y" * 10
        assert stored_keys() == kept_keys()

    def test_of_the_name_obeys_the_same_rules(self, desk, alice, keep):
        file = keep(alice)
        for title in ("", "x.exe", "\u202e"):
            assert send(desk, f"/admin/documents/edit/{file['id']}/", title=title, comment="").status_code == 200
        assert alice.get(f"files/{file['id']}/") == file

    def test_that_deletes_removes_the_bytes(self, storage, desk, alice, keep):
        file = keep(alice)
        assert send(desk, f"/admin/documents/delete/{file['id']}/").status_code == 302
        assert not stored_keys()


class TestADownload:
    def test_is_linked_from_the_list(self, desk, alice, keep):
        file = keep(alice, b"mine", "<b>mine</b>.txt")
        link = f"/admin/files/{file['id']}/download/"
        for page in ("/admin/documents/", f"/admin/documents/edit/{file['id']}/"):
            answer = desk.get(page)
            assert answer.status_code == 200
            assert link in answer.content.decode()
            assert b"<b>mine" not in answer.content
        answer = desk.get(link)
        assert b"".join(answer.streaming_content) == b"mine"
        assert answer["Content-Disposition"].startswith("attachment")
        assert File.objects.get().last_downloaded_at

    def test_is_for_the_owner_and_admins(self, alice, bob, moderator, admin, keep):
        link = f"/admin/files/{keep(alice)['id']}/download/"
        assert signed_in("admin").get(link).status_code == 200
        assert signed_in("bob").get(link).status_code == 404
        assert signed_in(moderator.username).get(link).status_code == 404
        assert Client().get(link).status_code == 302
        assert signed_in("alice").get("/admin/files/99999999999999999999/download/").status_code == 404


class TestTheDeskOfAnother:
    def test_shows_none_of_ones_files(self, alice, bob, keep):
        file = keep(alice, name="kept CANARY.txt")
        client = signed_in("bob")
        for path in ("/admin/documents/", "/admin/documents/chooser/", "/admin/documents/?q=kept"):
            assert b"CANARY" not in client.get(path).content
        for path in (f"edit/{file['id']}/", f"delete/{file['id']}/", f"usage/{file['id']}/"):
            answer = client.get(f"/admin/documents/{path}")
            assert answer.status_code in (302, 403, 404), path
            assert b"CANARY" not in answer.content
        assert send(client, f"/admin/documents/delete/{file['id']}/").status_code in (302, 403, 404)
        assert File.objects.exists()
