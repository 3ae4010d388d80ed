"""Downloads: ranges, names, headers, times; from disk and from S3."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, quote, unquote, urlsplit

import httpx
import pytest

from core import clock
from media.models import File
from tests.client import is_error

CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)

NAMES = {
    'a";filename="b.html': 'a";filename="b.html',
    "a\r\nSet-Cookie: x=1.txt": "aSet-Cookie: x=1.txt",
    "ünï.txt": "ünï.txt",
    "файл 1.txt": "файл 1.txt",
    "🎉.png": "🎉.png",
    "x" * 251 + ".txt": "x" * 251 + ".txt",
    "ü" * 127 + "x": "ü" * 127 + "x",
    "y" * 300 + ".txt": "y" * 251 + ".txt",
    "a\u202etxt.lmth": "atxt.lmth",
    "../x": "x",
    "..\\..\\etc\\passwd": "passwd",
    "a\0b.jpg": "ab.jpg",
    "%2e%2e%2f": "%2e%2e%2f",
    "100%.txt": "100%.txt",
    "a'b;c.txt": "a'b;c.txt",
    "\u200b .": "file",
}


def name_in(header: str) -> str:
    """The file name in a Content-Disposition, as browsers read it: the exact one, if there are two."""
    form = re.fullmatch(r"attachment; filename=\"([^\"\\%]*)\"(?:; filename\*=UTF-8''([\w.~%-]+))?", header, re.ASCII)
    assert form, header
    plain, exact = form.groups()
    return plain if exact is None else unquote(exact)


def keep_named(api, name: str):
    """Upload a file whose name may hold anything."""
    head = f"Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''{quote(name, safe='')}"
    body = f"--b\r\n{head}\r\n\r\nx\r\n--b--\r\n".encode()
    return api.call("POST", "files/", data=body, content_type="multipart/form-data; boundary=b", expect=201).json()


class TestADownload:
    @pytest.mark.parametrize("name", NAMES)
    def test_has_the_original_name_cleaned(self, storage, alice, fetch, name):
        file = keep_named(alice, name)
        assert file["name"] == NAMES[name]
        answer = fetch(alice, file["download_url"])
        header = answer.headers["Content-Disposition"]
        assert name_in(header) == NAMES[name]
        assert "Set-Cookie" not in answer.headers

    @pytest.mark.parametrize("name", ["page.html", "page.svg", "page.xhtml", "page.xml", "code.js", "page.htm"])
    def test_is_never_a_page(self, storage, alice, keep, fetch, name):
        file = keep(alice, b"<script xmlns='http://www.w3.org/1999/xhtml'>alert(1)</script>", name)
        headers = fetch(alice, file["download_url"]).headers
        assert headers["Content-Type"] in ("application/octet-stream", "text/plain")
        assert headers["Content-Disposition"].startswith("attachment")

    def test_is_locked_up(self, alice, keep, fetch):
        headers = fetch(alice, keep(alice)["download_url"]).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert headers["Cache-Control"] == "private, no-cache"
        assert headers["Content-Type"] == "text/plain"
        assert "Content-Encoding" not in headers

    def test_from_s3_goes_there_for_a_minute(self, on_s3, alice, keep):
        file = keep(alice, CONTENT)
        answer = alice.call("GET", file["download_url"], expect=302)
        assert answer["Cache-Control"] == "no-store"
        parts = urlsplit(answer["Location"])
        query = parse_qs(parts.query)
        assert int(query["X-Amz-Expires"][0]) <= 300
        assert not any(word in parts.path for word in ("alice", "notes"))
        assert httpx.get(answer["Location"]).content == CONTENT
        assert httpx.get(answer["Location"].partition("?")[0]).status_code == 403

    def test_of_bytes_that_are_gone_is_not_found(self, alice, keep):
        file = keep(alice)
        row = File.objects.get()
        row.file.storage.delete(row.file.name)
        is_error(alice.call("GET", file["download_url"]), 404)


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, SIZE),
        ("bytes=-100", SIZE - 100, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
        (f"bytes=10-{SIZE * 2}", 10, SIZE),
    ],
)
def test_a_range_is_a_part(storage, alice, keep, fetch, wanted, start, stop):
    answer = fetch(alice, keep(alice, CONTENT)["download_url"], Range=wanted)
    assert answer.status_code == 206
    assert answer.content == CONTENT[start:stop]
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert answer.headers["Content-Length"] == str(stop - start)


class TestARange:
    @pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0"])
    def test_beyond_the_end_is_416(self, alice, keep, fetch, wanted):
        answer = fetch(alice, keep(alice, CONTENT)["download_url"], Range=wanted)
        assert answer.status_code == 416
        assert answer.headers["Content-Range"] == f"bytes */{SIZE}"
        assert answer.json()["errors"][0]["code"] == "range_not_satisfiable"
        assert File.objects.get().last_downloaded_at is None

    @pytest.mark.parametrize(
        "wanted", ["bytes=5-2", "bytes=-", "bytes=a-b", "items=0-1", "bytes", "bytes=0-1,5-9", "bytes=0-,0-,0-"]
    )
    def test_that_is_none_or_many_gets_the_whole(self, alice, keep, fetch, wanted):
        answer = fetch(alice, keep(alice, CONTENT)["download_url"], Range=wanted)
        assert answer.status_code == 200
        assert answer.content == CONTENT

    def test_of_a_version_that_is_gone_gets_the_whole(self, alice, keep, fetch):
        address = keep(alice, CONTENT)["download_url"]
        etag = fetch(alice, address).headers["ETag"]
        assert fetch(alice, address, Range="bytes=0-9", If_Range=etag).status_code == 206
        assert fetch(alice, address, Range="bytes=0-9", If_Range='"other"').status_code == 200
        whole = fetch(alice, address, Range="bytes=0-9", If_Range="Wed, 21 Oct 2015 07:28:00 GMT")
        assert whole.content == CONTENT

    def test_with_gzip_accepted_is_counted_in_plain_bytes(self, alice, keep, fetch):
        address = keep(alice, CONTENT)["download_url"]
        answer = fetch(alice, address, Range="bytes=5-9", Accept_Encoding="gzip, br")
        assert answer.content == CONTENT[5:10]
        assert "Content-Encoding" not in answer.headers


class TestTheTimeOfTheLastDownload:
    def test_is_that_of_a_get(self, storage, alice, keep, fetch):
        file = keep(alice, CONTENT)
        fetch(alice, file["download_url"])
        shown = alice.get(f"files/{file['id']}/")["last_downloaded_at"]
        assert shown.endswith("Z")
        assert abs(File.objects.get().last_downloaded_at - clock.now()) < timedelta(seconds=30)

    def test_is_that_of_a_part(self, alice, keep, fetch):
        fetch(alice, keep(alice, CONTENT)["download_url"], Range="bytes=0-1")
        assert File.objects.get().last_downloaded_at

    def test_is_not_that_of_a_head(self, storage, alice, keep, fetch):
        answer = fetch(alice, keep(alice, CONTENT)["download_url"], method="HEAD")
        assert answer.status_code == 200
        assert answer.headers["Content-Length"] == str(SIZE)
        assert not answer.content
        assert File.objects.get().last_downloaded_at is None

    def test_is_not_that_of_what_the_caller_has_already(self, alice, keep, fetch):
        address = keep(alice, CONTENT)["download_url"]
        etag = fetch(alice, address, method="HEAD").headers["ETag"]
        answer = fetch(alice, address, If_None_Match=etag)
        assert (answer.status_code, answer.content) == (304, b"")
        assert File.objects.get().last_downloaded_at is None
