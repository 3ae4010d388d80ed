"""Media on disk is served by us, in every mode: cached for good, in ranges, and nothing but media."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages

from tests.client import Api

BYTES = bytes(range(256)) * 8


@pytest.fixture
def name(db) -> str:
    name = default_storage.save("images/one two.png", ContentFile(BYTES))
    yield name
    default_storage.delete(name)


def fetch(name: str, method: str = "GET", **headers):
    response = Api().call(method, f"/media/{name}", headers={key.replace("_", "-"): v for key, v in headers.items()})
    response.body = b"".join(response.streaming_content) if response.streaming else response.content
    return response


class TestAMediaFile:
    def test_is_found_at_the_address_that_storage_names(self, name, settings):
        url = default_storage.url(name)
        assert url.startswith(settings.BASE_URL + "/media/images/one%20two")
        response = Api().call("GET", url, expect=200)
        assert b"".join(response.streaming_content) == BYTES

    def test_may_be_cached_for_good(self, name):
        response = fetch(name)
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Type"] == "image/png"
        assert response.headers["Content-Length"] == str(len(BYTES))
        assert not response.cookies

    def test_is_not_sent_again_to_one_who_has_it(self, name):
        first = fetch(name)
        assert fetch(name, If_None_Match=first.headers["ETag"]).status_code == 304
        assert fetch(name, If_Modified_Since=first.headers["Last-Modified"]).status_code == 304
        assert fetch(name, If_None_Match='"other"').status_code == 200

    @pytest.mark.parametrize(
        ("asked", "start", "stop"),
        [("bytes=0-9", 0, 10), ("bytes=100-", 100, 2048), ("bytes=-5", 2043, 2048), ("bytes=2000-99999", 2000, 2048)],
    )
    def test_is_sent_in_part(self, asked, start, stop, name):
        response = fetch(name, Range=asked)
        assert response.status_code == 206
        assert response.body == BYTES[start:stop]
        assert response.headers["Content-Range"] == f"bytes {start}-{stop - 1}/2048"
        assert response.headers["Content-Length"] == str(stop - start)

    @pytest.mark.parametrize("asked", ["bytes=2048-", "bytes=99999-100000", "bytes=-0"])
    def test_has_no_bytes_after_its_end(self, asked, name):
        response = fetch(name, Range=asked)
        assert response.status_code == 416
        assert response.headers["Content-Range"] == "bytes */2048"

    @pytest.mark.parametrize("asked", ["", "bytes=", "bytes=-", "bytes=9-0", "bytes=0-1,5-6", "lines=1-2", "bytes=x-y"])
    def test_is_sent_whole_for_an_odd_range(self, asked, name):
        response = fetch(name, Range=asked)
        assert (response.status_code, response.body) == (200, BYTES)

    def test_is_sent_whole_when_the_range_was_of_another_version(self, name):
        assert fetch(name, Range="bytes=0-9", If_Range='"other"').status_code == 200
        assert fetch(name, Range="bytes=0-9", If_Range=fetch(name).headers["ETag"]).status_code == 206

    def test_has_the_same_headers_for_head(self, name):
        response = fetch(name, "HEAD")
        assert (response.status_code, response.body) == (200, b"")
        assert response.headers["Content-Length"] == "2048"

    def test_cannot_be_posted_to(self, name):
        assert fetch(name, "POST").status_code == 405


class TestWhatIsNotMedia:
    @pytest.mark.parametrize(
        "path",
        ["none.png", "images", "images/", "", "../inktree.sqlite3", "%2e%2e/secrets/secret-key", "a%00b", "x" * 5000],
    )
    def test_is_not_there(self, path, name):
        assert fetch(path).status_code == 404

    def test_includes_personal_files(self, db):
        storage = storages["files"]
        name = storage.save("secret.txt", ContentFile(b"mine"))
        try:
            assert fetch(name).status_code == 404
            assert fetch(f"../files/{name}").status_code == 404
        finally:
            storage.delete(name)
