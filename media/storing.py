"""Bytes and rows kept in step: nothing is stored without a row, no row without its bytes.

An event to remove the bytes is committed before they are written, and taken back in the transaction that writes the
row. So whatever fails, and whenever the process dies, what no row came to refer to is removed. Bytes of deleted rows
are removed by the same event, written in the transaction that deletes them.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache

from django.apps import apps
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.utils import timezone
from wagtail.images.models import Filter

from core import outbox
from core.errors import Unavailable
from core.models import Event
from media.pictures import Picture

logger = logging.getLogger(__name__)

IMAGES = "default"
FILES = "files"
"""The storages of public pictures and of personal files, by their names in STORAGES."""
STORE_SECONDS = 4.0
SLOWEST = 1024 * 1024
"""How long writing may take: so many seconds, and one more for so many bytes."""
WRITERS = 8
KEPT_UNCLAIMED = timedelta(minutes=15)
"""How long bytes may wait for their row."""


class StoredPicture:
    """A picture whose bytes are in the storage, waiting for the row that refers to them."""

    def __init__(self, picture: Picture, keys: dict[int, str], claim: Claim):
        self.name = picture.name
        self.original = next((part for part in picture.parts if part.spec is None), None)
        self.renditions = picture.renditions
        self.placeholder = picture.placeholder
        self.digest = picture.digest() if self.original else ""
        self._keys = keys
        self._claim = claim

    def key_of(self, part) -> str:
        return self._keys[part.start]

    def keep(self, image) -> None:
        """Give the image its renditions and the bytes their row, in the caller's transaction."""
        model = image.get_rendition_model()
        model.objects.bulk_create(
            model(
                image=image,
                filter_spec=part.spec,
                focal_point_key=Filter(part.spec).get_cache_key(image),
                file=self.key_of(part),
                width=part.width,
                height=part.height,
            )
            for part in self.renditions
        )
        self._claim.take()

    def discard(self) -> None:
        """Remove the bytes again; whether that succeeds now or later is of no concern to the caller."""
        self._claim.drop()


class StoredFile(File):
    """A stored picture in the shape of a file, as forms and model fields pass files on."""

    def __init__(self, stored: StoredPicture):
        super().__init__(None, name=stored.key_of(stored.original))
        self.stored = stored
        self.size = stored.original.length
        self.content_type = stored.original.content_type

    def __bool__(self):
        return True

    def open(self, mode="rb"):
        self.file = storages[IMAGES].open(self.name)
        return self


class Claim:
    """The promise, kept in the database, to remove bytes that get no row."""

    def __init__(self, alias: str, keys: Iterable[str]):
        self._retry_at = timezone.now() + KEPT_UNCLAIMED
        payload = {"alias": alias, "keys": sorted(keys)}
        self._event = Event.objects.create(kind="media.bytes_abandoned", payload=payload, retry_at=self._retry_at)

    @property
    def _row(self):
        return Event.objects.filter(pk=self._event.pk)

    def take(self) -> None:
        """Call the removal off, in the transaction that writes the row. Raises `Unavailable` if it began already."""
        if not self._row.filter(retry_at=self._retry_at).delete()[0]:
            raise Unavailable("The upload took too long.")

    def drop(self, *, at_once: bool = True) -> None:
        """Have the bytes removed, unless their row was committed: now, or else by the ticker within minutes."""
        try:
            if at_once and self._row.exists():
                remove_bytes(**self._event.payload)
                self._row.delete()
            else:
                self._row.update(retry_at=timezone.now() + timedelta(minutes=1))
        except Exception:  # storage or database may be down: if the event stays, it is tried again
            logger.warning("unclaimed bytes could not be removed yet", exc_info=True)


@contextmanager
def stored(pictures: Sequence[Picture]) -> Iterator[list[StoredPicture]]:
    """The pictures with their bytes written. What is not kept within the block is removed again at its end.

    To be entered outside of any transaction: bytes take time, and the promise to remove them must be committed first.
    """
    entered: list[StoredPicture] = []
    try:
        for picture in pictures:
            entered.append(store(picture))  # noqa: PERF401 - those entered are removed if the next one fails
        yield entered
    except BaseException:
        for one in entered:
            one.discard()
        raise


def store(picture: Picture) -> StoredPicture:
    """Write the bytes of a picture. Raises `Unavailable` if the storage does not take them within seconds."""
    distinct = {part.start: part for part in picture.parts}
    keys = {start: new_key(part.ending) for start, part in distinct.items()}
    claim = Claim(IMAGES, keys.values())
    try:
        _write_all(
            [lambda part=part, key=keys[start]: _write(key, picture, part) for start, part in distinct.items()],
            seconds=STORE_SECONDS + sum(part.length for part in distinct.values()) / SLOWEST,
        )
    except Exception as error:
        claim.drop(at_once=False)
        logger.warning("pictures could not be stored", exc_info=True)
        raise Unavailable("Pictures cannot be stored at the moment.", retry_after=10) from error
    return StoredPicture(picture, keys, claim)


def new_key(ending: str) -> str:
    """A storage key that cannot be guessed."""
    key = secrets.token_urlsafe(24)
    return f"images/{key[:2]}/{key}.{ending}"


def abandon(*, alias: str, keys: Iterable[str], image: int | None = None) -> None:
    """Have bytes removed once the current transaction has committed, but those that rows of `image` still refer to."""
    keys = sorted({key for key in keys if key})
    if keys:
        outbox.record("media.bytes_abandoned", alias=alias, keys=keys, image=image)


@outbox.handles("media.bytes_abandoned", background=True)
def remove_bytes(*, alias: str, keys: list[str], image: int | None = None) -> None:
    """Remove bytes from a storage; those that are gone already are no error."""
    used = _used_by(image) if image is not None else set()
    storage = storages[alias]
    for key in keys:
        if key not in used:
            storage.delete(key)


def _used_by(image: int) -> set[str]:
    """The keys that an image and its renditions refer to: equal renditions share theirs."""
    model = apps.get_model("media", "Image")
    files = set(model.objects.filter(pk=image).values_list("file", flat=True))
    return files | set(model.get_rendition_model().objects.filter(image=image).values_list("file", flat=True))


def _write(key: str, picture: Picture, part) -> None:
    content = ContentFile(picture.bytes_of(part), name=key)
    content.content_type = part.content_type
    taken = storages[IMAGES].save(key, content)
    if taken != key:
        raise FileExistsError(key)


def _write_all(writes: list[Callable[[], None]], *, seconds: float) -> None:
    """Call all of them side by side; raise what one raised, or that they take too long."""
    futures = [_writers(os.getpid()).submit(write) for write in writes]
    done, waiting = wait(futures, timeout=seconds, return_when="FIRST_EXCEPTION")
    for future in waiting:
        future.cancel()
    for future in done:
        future.result()
    if waiting:
        raise TimeoutError(f"{len(waiting)} of {len(writes)} pictures were not stored within {seconds:.1f} s")


@lru_cache(maxsize=1)
def _writers(pid: int) -> ThreadPoolExecutor:
    """The threads that write; each keeps its own connection to the storage. A forked process gets its own."""
    return ThreadPoolExecutor(WRITERS, thread_name_prefix="media")
