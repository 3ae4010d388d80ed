"""The bytes of personal files in their storage, in step with the rows: see `media.storing`."""

from __future__ import annotations

import hashlib
import logging
import secrets

from django.core.files.base import File
from django.core.files.storage import storages

from core.errors import Unavailable
from media.files import naming
from media.storing import FILES, Claim

logger = logging.getLogger(__name__)

CHUNK = 256 * 1024


class StoredUpload(File):
    """An upload whose bytes are in the storage, waiting for the row that refers to them."""

    def __init__(self, *, key: str, claim: Claim, size: int, digest: str, content_type: str):
        super().__init__(None, name=key)
        self.size, self.digest, self.content_type = size, digest, content_type
        self._claim = claim

    def keep(self) -> None:
        """Take the promise to remove the bytes back, in the transaction that writes their row."""
        self._claim.take()

    def discard(self) -> None:
        """Remove the bytes again; whether that succeeds now or later is of no concern to the caller."""
        self._claim.drop()


def store(upload: File, *, name: str, folder: str) -> StoredUpload:
    """Write the bytes of an upload under a random key in a folder. Raises `Unavailable` if the storage is down.

    To be called outside of any transaction: bytes take time, and the promise to remove them must be committed first.
    """
    digest, head = _facts_of(upload)
    key = new_key(folder)
    content = File(upload, name=key)
    content.content_type = naming.UNKNOWN
    claim = Claim(FILES, [key])
    try:
        upload.seek(0)
        if storages[FILES].save(key, content) != key:
            raise FileExistsError(key)
    except Exception as error:
        claim.drop(at_once=False)
        logger.warning("a file could not be stored", exc_info=True)
        raise Unavailable("Files cannot be stored at the moment.", retry_after=10) from error
    except BaseException:
        claim.drop(at_once=False)
        raise
    kind = naming.content_type_of(name, head)
    return StoredUpload(key=key, claim=claim, size=upload.size, digest=digest, content_type=kind)


def new_key(folder: str) -> str:
    """A key that cannot be guessed, in a user's folder."""
    return f"{folder}/{secrets.token_urlsafe(24)}"


def _facts_of(upload: File) -> tuple[str, bytes]:
    """The digest and the first bytes: known of what came in as a stream, read of anything else."""
    if hasattr(upload, "digest"):
        return upload.digest, upload.head
    digest, head = hashlib.sha1(usedforsecurity=False), b""
    for chunk in upload.chunks(CHUNK):
        digest.update(chunk)
        head = head or chunk[: naming.HEAD]
    return digest.hexdigest(), head
