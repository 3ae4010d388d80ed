"""Sending a file over HTTP: whole, one range of it, or nothing when the caller has it already."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import http_date, parse_http_date_safe

RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
CHUNK = 256 * 1024


class _Part:
    """The `length` bytes of a file from where it stands, as something a FileResponse can read and close."""

    def __init__(self, file: BinaryIO, length: int):
        self.file, self.left = file, length

    def read(self, size: int = -1) -> bytes:
        chunk = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(chunk)
        return chunk

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.read(CHUNK):
            yield chunk

    def close(self) -> None:
        self.file.close()


def send_file(
    request: HttpRequest, file: BinaryIO, *, content_type: str, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Answer with a file opened for reading, which is closed with the answer: 200, 206, 304 or 416."""
    facts = os.fstat(file.fileno())
    size = facts.st_size
    shared = {
        "Accept-Ranges": "bytes",
        "Last-Modified": http_date(facts.st_mtime),
        "ETag": f'"{facts.st_mtime_ns:x}-{size:x}"',
        "X-Content-Type-Options": "nosniff",
        **(headers or {}),
    }
    if _is_unchanged(request, shared):
        file.close()
        return HttpResponseNotModified(headers=shared)
    wanted = _range(request, size, shared["ETag"])
    if wanted is None:
        start, length, status = 0, size, 200
    elif wanted.stop <= wanted.start:
        file.close()
        return HttpResponse(status=416, headers={**shared, "Content-Range": f"bytes */{size}"})
    else:
        start, length, status = wanted.start, wanted.stop - wanted.start, 206
        shared["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    if request.method == "HEAD":
        file.close()
        return HttpResponse(status=status, content_type=content_type, headers={**shared, "Content-Length": length})
    file.seek(start)
    response = FileResponse(_Part(file, length), status=status, content_type=content_type, headers=shared)
    response.headers["Content-Length"] = str(length)
    return response


def _is_unchanged(request: HttpRequest, headers: Mapping[str, str]) -> bool:
    tags = request.headers.get("If-None-Match")
    if tags is not None:
        return tags.strip() == "*" or headers["ETag"] in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and parse_http_date_safe(headers["Last-Modified"]) <= since


def _range(request: HttpRequest, size: int, etag: str) -> range | None:
    """The one range asked for; None for the whole, which also answers what is no range or more than one."""
    match = RANGE.fullmatch(request.headers.get("Range", "").strip())
    if not match or match.group(0) == "bytes=-" or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = match.groups()
    if not first:
        return range(max(size - int(last), 0), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)
