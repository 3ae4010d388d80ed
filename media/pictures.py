"""A stranger's upload turned into clean pictures, or into a clear refusal."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import File

from core.errors import Invalid, TooLarge, Unavailable
from media import names
from media.processing import parent
from media.processing.parts import Part
from media.renditions import ADMIN_SPECS, SPECS, THUMBNAIL

FORMATS = ("webp", "jpeg", "png", "avif")
ROTATIONS = (0, 90, 180, 270)
CHUNK = 256 * 1024


class Picture:
    """An upload, decoded and encoded anew: the original (`original`) and its renditions. Close it when done."""

    def __init__(self, result: parent.Result, name: str):
        self._result = result
        self.name = name
        self.parts = result.parts
        self.placeholder = result.placeholder

    @property
    def original(self) -> Part:
        return next(part for part in self.parts if part.spec is None)

    @property
    def renditions(self) -> list[Part]:
        return [part for part in self.parts if part.spec is not None]

    def bytes_of(self, part: Part) -> bytes:
        return self._result.bytes_of(part)

    def digest(self) -> str:
        """The SHA-1 of the original, by which Wagtail finds duplicates."""
        return hashlib.sha1(self.bytes_of(self.original), usedforsecurity=False).hexdigest()

    def close(self) -> None:
        self._result.close()

    def __enter__(self) -> Picture:
        return self

    def __exit__(self, *error) -> None:
        self.close()


def develop(
    upload: File,
    *,
    rotate: int = 0,
    format: str | None = None,
    max_width: int | None = None,
    attr: str | None = "file",
) -> Picture:
    """Decode an uploaded file once, in another process, and make all that is kept of it.

    Raises `Invalid` for what is no picture or has too many pixels (naming the field `attr`), `TooLarge` for too many
    bytes, `Unavailable` when pictures cannot be decoded at the moment.
    """
    extension = names.extension_of(upload.name)
    if extension and extension not in settings.IMAGE_EXTENSIONS:
        raise Invalid(
            f"Files named .{extension[:20]} are not accepted. Send one of: {', '.join(settings.IMAGE_EXTENSIONS)}.",
            code="extension_not_allowed",
            attr=attr,
        )
    if upload.size > settings.IMAGE_MAX_BYTES:
        raise TooLarge(f"A picture may have at most {settings.IMAGE_MAX_BYTES} bytes.", attr=attr)
    with _on_disk(upload) as source:
        result = _render(
            source, attr=attr, specs=[*SPECS, *ADMIN_SPECS], rotate=rotate, format=format, max_width=max_width
        )
    return Picture(result, upload.name or "")


def develop_all(uploads: Sequence[File], **wishes) -> list[Picture]:
    """Develop several uploads side by side: all of them, or none with the error of the first that is refused."""
    if len(uploads) < 2:
        return [develop(upload, **wishes) for upload in uploads]
    with ThreadPoolExecutor(parent.AT_ONCE) as threads:
        futures = [threads.submit(develop, upload, **wishes) for upload in uploads]
    refused = next((error for future in futures if (error := future.exception())), None)
    if refused:
        for future in futures:
            if not future.exception():
                future.result().close()
        raise refused
    return [future.result() for future in futures]


def turn(original: File, *, rotate: int, focal_point: tuple[int, int] | None) -> Picture:
    """A kept original turned clockwise, with all its renditions; the focal point is that of the turned picture."""
    with _on_disk(original) as source:
        result = _render(source, attr=None, specs=[*SPECS, *ADMIN_SPECS], rotate=rotate, focal_point=focal_point)
    return Picture(result, "")


def crop(original: File, *, focal_point: tuple[int, int] | None) -> Picture:
    """The thumbnail of a kept original, cropped anew; nothing else."""
    with _on_disk(original) as source:
        result = _render(source, attr=None, specs=[THUMBNAIL], original=False, focal_point=focal_point)
    return Picture(result, "")


def _render(source: BinaryIO, *, attr: str | None, **wishes) -> parent.Result:
    try:
        return parent.render(source, max_pixels=settings.IMAGE_MAX_PIXELS, **wishes)
    except parent.Undecodable as error:
        raise Invalid(error.detail, code=error.code, attr=attr) from error
    except parent.Overloaded as error:
        raise Unavailable("Pictures cannot be processed at the moment.", retry_after=10) from error


@contextmanager
def _on_disk(upload: File):
    """The bytes as an open file on disk with a position of its own; small uploads are only in memory."""
    path = getattr(upload, "temporary_file_path", None)
    with open(path(), "rb") if path else tempfile.TemporaryFile(prefix="upload-") as file:
        if not path:
            upload.seek(0)
            for chunk in upload.chunks(CHUNK):
                file.write(chunk)
            file.flush()
            file.seek(0)
        yield file
