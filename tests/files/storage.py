"""Looking at what the storage of files holds."""

from __future__ import annotations

from django.core.files.storage import storages

from media.models import File

FILES = "files"


def stored_keys() -> set[str]:
    """The keys of everything in the storage."""
    storage = storages[FILES]
    try:
        folders = storage.listdir("")[0]
    except FileNotFoundError:
        return set()
    return {f"{folder}/{name}" for folder in folders for name in storage.listdir(folder)[1]}


def kept_keys() -> set[str]:
    """The keys that rows refer to."""
    return set(File.objects.values_list("file", flat=True))


def bytes_of(id: int) -> bytes:
    """The bytes in the storage of a file."""
    with storages[FILES].open(File.objects.get(pk=id).file.name) as file:
        return file.read()
