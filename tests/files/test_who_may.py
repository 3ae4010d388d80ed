"""Who may do what with a file: its owner and admins everything, nobody else anything."""

from __future__ import annotations

import pytest

from media.models import File
from tests.client import is_error
from tests.files.storage import bytes_of

CALLS = [
    ("GET", "files/{id}/", {}, 200),
    ("GET", "files/{id}/download/", {}, 200),
    ("HEAD", "files/{id}/download/", {}, 200),
    ("PATCH", "files/{id}/", {"json": {"name": "mine.txt"}}, 200),
    ("PUT", "files/{id}/share/", {}, 200),
    ("DELETE", "files/{id}/share/", {}, 204),
    ("DELETE", "files/{id}/", {}, 204),
]


@pytest.fixture
def stranger(bob):
    return bob


@pytest.fixture
def owner(alice):
    return alice


@pytest.mark.parametrize(("method", "path", "body", "status"), CALLS)
class TestAFile:
    @pytest.mark.parametrize("who", ["owner", "admin"])
    def test_obeys(self, request, alice, keep, who, method, path, body, status):
        api = request.getfixturevalue(who)
        id = keep(alice)["id"]
        api.call(method, path.format(id=id), expect=status, **body)

    @pytest.mark.parametrize(("who", "refusal"), [("anyone", 401), ("stranger", 404), ("moderator", 404)])
    def test_is_not_there_for(self, request, alice, keep, who, refusal, method, path, body, status):
        api = request.getfixturevalue(who)
        id = keep(alice, b"CANARY")["id"]
        before = File.objects.values().get()
        answer = api.call(method, path.format(id=id), expect=refusal, **body)
        missing = api.call(method, path.format(id=id + 1000), expect=refusal, **body)
        assert answer.content == missing.content
        assert File.objects.values().get() == before
        assert bytes_of(id) == b"CANARY"


class TestTheStorageOfAnother:
    def test_is_open_to_admins(self, alice, admin, keep):
        file = keep(admin, b"12345", "from admin.txt", owner="alice")
        keep(admin)
        assert admin.get("files/", owner="alice")["items"] == [file]
        assert alice.get("files/")["items"] == [file]
        assert len(admin.get("files/")["items"]) == 1
        assert alice.get("me/")["storage"]["bytes"] == 5

    def test_has_the_owners_quota(self, alice, admin, keep, settings):
        settings.FILE_QUOTA_BYTES = 10
        keep(admin, b"x" * 10)
        keep(alice, b"x" * 10)
        answer = admin.call("POST", "files/?owner=alice", data={}, files=[("file", ("a.txt", b"x"))])
        is_error(answer, 413, "quota_exceeded")

    @pytest.mark.parametrize("who", ["bob", "moderator"])
    def test_is_closed_to_others(self, request, alice, keep, who):
        api = request.getfixturevalue(who)
        keep(alice)
        for name in ("alice", "nobody", "admin"):
            is_error(api.call("GET", f"files/?owner={name}"), 403)
            is_error(api.call("POST", f"files/?owner={name}", data={}, files=[("file", ("a", b"x"))]), 403)
        assert File.objects.count() == 1

    def test_may_be_ones_own(self, alice, keep):
        file = keep(alice)
        assert alice.get("files/", owner="ALICE")["items"] == [file]

    def test_is_not_found_if_there_is_no_such_user(self, admin):
        is_error(admin.call("GET", "files/?owner=nobody"), 404)
        is_error(admin.call("GET", "files/?owner="), 400)

    def test_needs_a_credential(self, anyone):
        is_error(anyone.call("GET", "files/"), 401)
        is_error(anyone.call("GET", "files/?owner=alice"), 401)
        is_error(anyone.call("POST", "files/", data={}, files=[("file", ("a", b"x"))]), 401)


class TestNoOtherDoor:
    def test_lists_or_serves_the_file(self, alice, bob, anyone, admin, keep):
        file = keep(alice, b"CANARY", "canary.txt")
        key = File.objects.get().file.name
        alice.put(f"files/{file['id']}/share/")
        for api in (anyone, bob):
            for path in (
                "documents/",
                f"documents/{file['id']}/",
                "/documents/",
                f"/documents/{file['id']}/canary.txt",
                f"/documents/{file['id']}/{key.rpartition('/')[2]}",
                f"/media/{key}",
                f"/media/files/{key}",
                f"/media/../files/{key}",
                f"/media/%2e%2e/files/{key}",
                f"/files/{key}",
                f"/static/../files/{key}",
                f"/admin/files/{file['id']}/download/",
                f"/admin/documents/edit/{file['id']}/",
            ):
                answer = api.call("GET", path)
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                assert b"CANARY" not in body, path
                assert b"canary" not in body, path
        assert [item["title"] for item in alice.get("documents/")["items"]] == ["canary.txt"]
        assert len(admin.get("documents/")["items"]) == 1

    def test_is_the_public_folder(self, settings):
        from cms.settings import FILES_ROOT, MEDIA_ROOT, STATIC_ROOT, UPLOADS_ROOT

        for private in (FILES_ROOT, UPLOADS_ROOT):
            for public in (MEDIA_ROOT, STATIC_ROOT):
                assert public not in private.parents
                assert public != private
