"""An upload on its way in: from the socket to a nameless file on disk, chunk by chunk, refused as soon as it can be.

The file has no name, so it is gone with the process, however that ends; and it lies beside the embedded data, because
the system's folder for temporary files may be kept in memory.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from typing import BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from accounts.models import User
from core.errors import TooLarge, Unavailable
from media import quota
from media.files import naming

logger = logging.getLogger(__name__)

CHUNK = 256 * 1024
BESIDE_THE_FILE = 64 * 1024
"""What a form may have beside the bytes of its file."""


class Incoming(UploadedFile):
    """An uploaded file with what was learned of it on its way in: `digest` (SHA-1) and `head`, its first bytes."""

    def __init__(self, file: BinaryIO, *, name: str, size: int, digest: str, head: bytes):
        super().__init__(file, name=name, size=size)
        self.digest, self.head = digest, head


class IncomingHandler(FileUploadHandler):
    """Takes in the one file of a form's field `file`; `room` is how many bytes its owner may still keep."""

    chunk_size = CHUNK

    def __init__(self, *, room: int):
        super().__init__()
        self._room = room
        self._is_taken = False

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        if self.field_name != "file" or self._is_taken:
            raise SkipFile
        self._is_taken = True
        self._name = naming.clean(self.file_name) or naming.NAMELESS
        naming.check_extension(self._name)
        self._size, self._head, self._digest = 0, b"", hashlib.sha1(usedforsecurity=False)
        self.file = _new_file()

    def receive_data_chunk(self, raw_data, start):
        self._size += len(raw_data)
        check_size(self._size, room=self._room)
        self._digest.update(raw_data)
        if len(self._head) < naming.HEAD:
            self._head += raw_data[: naming.HEAD - len(self._head)]
        try:
            self.file.write(raw_data)
        except OSError as error:
            raise _no_place(error) from error

    def file_complete(self, file_size):
        try:
            self.file.flush()
        except OSError as error:
            raise _no_place(error) from error
        file = self.file
        del self.file  # which Django would close when it skips a later one
        file.seek(0)
        return Incoming(file, name=self._name, size=self._size, digest=self._digest.hexdigest(), head=self._head)


def expect(owner: User, *, length: int) -> IncomingHandler:
    """The handler for an upload to this user's storage whose body has `length` bytes.

    Raises `TooLarge` if that cannot be taken in, before any of it is read.
    """
    used = quota.usage(owner)
    quota.check_room(used, size=0)
    room = max(0, used["quota"] - used["bytes"])
    check_size(length - BESIDE_THE_FILE, room=room)
    return IncomingHandler(room=room)


def check_size(size: int, *, room: int | None = None) -> None:
    """Raise `TooLarge` for a file of more bytes than are accepted, or than there is room for."""
    if size > settings.FILE_MAX_BYTES:
        raise TooLarge(f"A file may have at most {settings.FILE_MAX_BYTES} bytes.", attr="file")
    if room is not None and size > room:
        raise quota.QuotaReached(f"You may keep {settings.FILE_QUOTA_BYTES} bytes; there is room for {room} more.")


def _new_file() -> BinaryIO:
    try:
        settings.UPLOADS_ROOT.mkdir(mode=0o750, parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=settings.UPLOADS_ROOT)
    except OSError as error:
        raise _no_place(error) from error


def _no_place(error: OSError) -> Unavailable:
    logger.error("an upload cannot be taken in", exc_info=error)
    return Unavailable("Files cannot be stored at the moment.", retry_after=10)
