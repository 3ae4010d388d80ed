"""`documents/` in Wagtail's form: the caller's own files; admins get every one, others none."""

import pytest

from tests.client import is_error


@pytest.fixture
def upload():
    """Stores a file in somebody's personal storage."""

    def upload(owner, name, content=b"hello"):
        return owner.post("files/", 201, files=[("file", (name, content))])["id"]

    return upload


class TestDocuments:
    def test_are_the_callers_own(self, anyone, alice, bob, admin, upload):
        mine, theirs = upload(alice, "mine.txt"), upload(bob, "theirs.txt")
        for viewer, wanted in ((anyone, set()), (alice, {mine}), (bob, {theirs}), (admin, {mine, theirs})):
            listed = viewer.get("documents/?fields=*")
            assert {item["id"] for item in listed["items"]} == wanted
            assert listed["meta"]["total_count"] == len(wanted)
            for pk in (mine, theirs):
                viewer.get(f"documents/{pk}/", 200 if pk in wanted else 404)
                viewer.call("GET", f"documents/find/?id={pk}", expect=302 if pk in wanted else 404)

    def test_tell_where_their_bytes_are(self, alice, upload):
        pk = upload(alice, "mine.txt", b"bytes")
        [item] = alice.get("documents/?fields=*")["items"]
        assert item["meta"]["download_url"].endswith(f"/api/v2/files/{pk}/download/")
        download = alice.call("GET", item["meta"]["download_url"], expect=200)
        assert b"".join(download.streaming_content if download.streaming else [download.content]) == b"bytes"

    @pytest.mark.parametrize("field", ["file", "folder", "share_id", "file_hash", "uploaded_by_user", "collection"])
    def test_say_nothing_of_where_they_are_stored(self, alice, upload, field):
        upload(alice, "mine.txt")
        is_error(alice.call("GET", f"documents/?fields={field}"), 400)
        is_error(alice.call("GET", f"documents/?{field}=1"), 400)
        assert field not in alice.get("documents/?fields=*")["items"][0]

    def test_search_finds_only_ones_own(self, alice, bob, upload):
        mine = upload(alice, "secret plan.txt")
        upload(bob, "secret plan.txt")
        assert [item["id"] for item in alice.get("documents/?search=secret")["items"]] == [mine]

    def test_a_hash_tells_a_stranger_nothing(self, alice, bob, upload):
        pk = upload(alice, "mine.txt")
        etag = alice.call("GET", f"documents/{pk}/", expect=200).headers["ETag"]
        right = bob.call("GET", f"documents/{pk}/", expect=404, headers={"If-None-Match": etag})
        wrong = bob.call("GET", f"documents/{pk}/", expect=404, headers={"If-None-Match": '"x"'})
        assert right.content == wrong.content
