"""`files/`: uploading, listing, renaming, deleting; on disk and on S3."""

from __future__ import annotations

import hashlib
import io

import pytest

from core.models import Event
from media.models import File, Folder
from tests.client import is_error
from tests.files.storage import bytes_of, kept_keys, stored_keys


def upload(api, content=b"x", name="a.txt", path="files/", **call):
    return api.call("POST", path, data={}, files=[("file", (name, content))], **call)


class TestAnUpload:
    def test_is_kept_and_described(self, storage, alice, keep):
        content = bytes(range(256)) * 5000
        file = keep(alice, content, "Report 1.pdf", comment="For you")
        assert set(file) == {
            "id",
            "name",
            "size",
            "content_type",
            "comment",
            "created_at",
            "last_downloaded_at",
            "download_url",
            "share_url",
        }
        assert file["name"] == "Report 1.pdf"
        assert file["size"] == len(content)
        assert file["content_type"] == "application/pdf"
        assert file["comment"] == "For you"
        assert file["created_at"].endswith("Z")
        assert file["last_downloaded_at"] is file["share_url"] is None
        assert file["download_url"] == f"http://testserver/api/v2/files/{file['id']}/download/"
        assert bytes_of(file["id"]) == content
        assert File.objects.get().file_hash == hashlib.sha1(content).hexdigest()
        assert alice.get(f"files/{file['id']}/") == file
        assert stored_keys() == kept_keys()
        assert not Event.objects.filter(kind="media.bytes_abandoned")

    def test_may_have_no_bytes(self, storage, alice, keep, fetch):
        file = keep(alice, b"", "empty.dat")
        assert file["size"] == 0
        assert fetch(alice, file["download_url"]).content == b""

    def test_of_an_equal_name_stands_beside_the_other(self, storage, alice, keep, fetch):
        one, two = keep(alice, b"one", "same.txt"), keep(alice, b"two", "same.txt")
        assert one["id"] != two["id"]
        assert fetch(alice, one["download_url"]).content == b"one"
        assert fetch(alice, two["download_url"]).content == b"two"

    def test_lands_in_the_users_own_random_folder(self, storage, alice, bob, keep):
        for number in range(3):
            keep(alice, name=f"{number}.txt")
        keep(bob)
        folders = {key.partition("/")[0] for key in stored_keys()}
        assert len(folders) == Folder.objects.count() == 2
        assert not any(word in key for key in stored_keys() for word in ("alice", "bob", "txt", "notes"))

    def test_counts_in_the_users_storage(self, alice, keep):
        keep(alice, b"12345")
        assert alice.get("me/")["storage"] == {"images": 0, "files": 1, "bytes": 5, "quota": 1024**3}

    @pytest.mark.parametrize("name", ["evil.exe", "evil.EXE", "evil.exe.", "evil.txt.exe", "evil.ex\u200be", "a.exe "])
    def test_with_a_blocked_extension_is_refused(self, alice, name):
        is_error(upload(alice, name=name), 400, "extension_not_allowed", "file")
        assert not stored_keys()

    def test_needs_a_file(self, alice):
        is_error(alice.call("POST", "files/", data={"comment": "x"}), 400, "required", "file")
        is_error(alice.call("POST", "files/", json={"file": "x"}), 415)
        is_error(alice.call("POST", "files/", data={"file": "text"}), 400, attr="file")

    def test_with_too_long_a_comment_is_refused(self, alice):
        answer = alice.call("POST", "files/", data={"comment": "x" * 501}, files=[("file", ("a.txt", b"x"))])
        is_error(answer, 400, "max_length", "comment")
        assert not stored_keys()

    def test_that_is_cut_off_is_refused(self, alice):
        body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nHalf of it'
        whole = {"CONTENT_LENGTH": str(len(body) + 1000), "wsgi.input": io.BytesIO(body)}
        answer = alice.client.generic(
            "POST",
            "/api/v2/files/",
            body,
            "multipart/form-data; boundary=b",
            headers={"Authorization": f"Bearer {alice.tokens['access']}"},
            **whole,
        )
        is_error(answer, 400)
        assert not File.objects.exists()
        assert not stored_keys()

    def test_of_other_fields_with_files_is_ignored(self, alice):
        files = [("other", ("x.exe", b"no")), ("file", ("a.txt", b"yes")), ("file", ("b.txt", b"no"))]
        file = alice.post("files/", data={}, files=files)
        assert (file["name"], file["size"]) == ("a.txt", 3)
        assert File.objects.count() == 1

    @pytest.mark.parametrize(
        ("name", "content", "kind"),
        [
            ("a.txt", b"x", "text/plain"),
            ("a.html", b"<p>", "text/html"),
            ("a.tar.gz", b"\x1f\x8b", "application/gzip"),
            ("a.docx", b"PK", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            ("picture", b"\x89PNG\r\n\x1a\n...", "image/png"),
            ("letter", "Grüße".encode(), "text/plain"),
            ("what.zzz", b"\x00\x01\x02", "application/octet-stream"),
        ],
    )
    def test_has_a_type_by_name_or_content(self, alice, keep, name, content, kind):
        assert keep(alice, content, name)["content_type"] == kind


class TestBounds:
    def test_too_many_bytes_are_refused_before_they_are_read(self, alice, settings):
        settings.FILE_MAX_BYTES = 1000
        is_error(upload(alice, b"x" * 200_000), 413, "too_large")

    def test_too_many_bytes_are_refused_while_they_come(self, alice, settings, keep):
        settings.FILE_MAX_BYTES = 1000
        is_error(upload(alice, b"x" * 1001), 413, "too_large", "file")
        assert keep(alice, b"x" * 1000)["size"] == 1000
        assert stored_keys() == kept_keys()

    def test_pictures_and_files_share_one_quota(self, alice, settings, keep, picture):
        alice.upload(picture())
        used = alice.get("me/")["storage"]["bytes"]
        settings.FILE_QUOTA_BYTES = used + 100
        keep(alice, b"x" * 60)
        is_error(upload(alice, b"x" * 41), 413, "quota_exceeded")
        keep(alice, b"x" * 40)
        is_error(upload(alice, b"x"), 413, "quota_exceeded")
        assert stored_keys() == kept_keys()

    def test_deleting_makes_room(self, alice, settings, keep):
        settings.FILE_QUOTA_BYTES = 10
        file = keep(alice, b"x" * 10)
        is_error(upload(alice), 413)
        alice.delete(f"files/{file['id']}/")
        keep(alice, b"x" * 10)


class TestTheList:
    def test_shows_the_callers_own_newest_first(self, alice, bob, keep, django_assert_max_num_queries):
        ids = [keep(alice, name=f"{number}.txt")["id"] for number in range(5)]
        keep(bob)
        with django_assert_max_num_queries(3):
            page = alice.get("files/", limit=2)
        assert [item["id"] for item in page["items"]] == ids[:2:-1]
        rest = alice.get(page["meta"]["next"])
        assert [item["id"] for item in rest["items"]] == ids[2:0:-1]
        assert rest["meta"]["previous"]

    def test_refuses_what_it_does_not_know(self, alice):
        is_error(alice.call("GET", "files/?limit=0"), 400, attr="limit")
        is_error(alice.call("GET", "files/?order=name"), 400, attr="order")
        is_error(alice.call("POST", "files/?x=1", data={}, files=[("file", ("a", b"x"))]), 400, attr="x")

    def test_is_empty_at_first(self, alice):
        assert alice.get("files/") == {"meta": {"next": None, "previous": None}, "items": []}


class TestAChange:
    def test_renames_and_comments(self, alice, keep, fetch):
        file = keep(alice)
        changed = alice.patch(f"files/{file['id']}/", json={"name": "../New name.md", "comment": "Why", "size": 1})
        assert changed == {**file, "name": "New name.md", "comment": "Why"}
        assert alice.get(f"files/{file['id']}/") == changed
        assert 'filename="New name.md"' in fetch(alice, file["download_url"]).headers["Content-Disposition"]
        assert alice.patch(f"files/{file['id']}/", json={})["name"] == "New name.md"

    @pytest.mark.parametrize(
        ("change", "code", "attr"),
        [
            ({"name": ""}, "blank", "name"),
            ({"name": "\u202e\u200b ."}, "blank", "name"),
            ({"name": None}, "null", "name"),
            ({"name": ["a"]}, "invalid", "name"),
            ({"name": "x.exe"}, "extension_not_allowed", "name"),
            ({"comment": "x" * 501}, "max_length", "comment"),
            ({"comment": "\x00"}, "null_characters_not_allowed", "comment"),
        ],
    )
    def test_that_is_wrong_is_refused(self, alice, keep, change, code, attr):
        file = keep(alice)
        is_error(alice.call("PATCH", f"files/{file['id']}/", json=change), 400, code, attr)
        assert alice.get(f"files/{file['id']}/") == file

    def test_never_replaces_the_bytes(self, storage, alice, bob, keep):
        file = keep(alice, b"mine")
        form = {"data": {"name": "x"}, "files": [("file", ("a.txt", b"other"))]}
        is_error(alice.call("PATCH", f"files/{file['id']}/", **form), 415)
        is_error(bob.call("PATCH", f"files/{file['id']}/", **form), 404)
        is_error(bob.call("PUT", f"files/{file['id']}/", **form), 405)
        assert bytes_of(file["id"]) == b"mine"


class TestADeletion:
    def test_removes_row_bytes_and_link(self, storage, alice, anyone, keep):
        file = keep(alice)
        link = alice.put(f"files/{file['id']}/share/")["share_url"]
        alice.delete(f"files/{file['id']}/")
        assert not stored_keys()
        assert not File.objects.exists()
        assert anyone.call("GET", link).status_code == 404
        for path in ("", "download/"):
            is_error(alice.call("GET", f"files/{file['id']}/{path}"), 404, "not_found")
        is_error(alice.call("DELETE", f"files/{file['id']}/"), 404)

    def test_of_anothers_file_is_recorded_with_who_and_why(self, alice, admin, keep):
        file = keep(alice)
        admin.delete(f"files/{file['id']}/?reason=malware")
        payload = Event.objects.get(kind="file.deleted").payload
        assert payload["file"] == file["id"]
        assert payload["reason"] == "malware"
        assert {"actor", "owner"} <= payload.keys()

    def test_of_the_account_removes_the_files(self, storage, alice, keep):
        keep(alice)
        alice.delete("me/", json={"password": alice.password})
        assert not stored_keys()
        assert not Folder.objects.exists()


@pytest.mark.parametrize("id", ["0", "-1", "01", "1.0", "1abc", "%201", "１", "99999999999999999999", "[1]"])
def test_what_is_no_id_is_not_found(alice, id):
    for path in ("", "download/"):
        is_error(alice.call("GET", f"files/{id}/{path}"), 404, "not_found")
    is_error(alice.call("PUT", f"files/{id}/share/"), 404, "not_found")
