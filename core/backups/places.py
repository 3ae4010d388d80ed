"""Where bytes are kept (folders, or parts of a bucket), to be copied from and to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.files.storage import storages

FACTS = ("ContentType", "CacheControl", "ContentDisposition", "ContentEncoding", "Metadata")
_GONE = {"404", "NoSuchKey", "NotFound"}


class Place(Protocol):
    """Named bytes."""

    def names(self) -> Iterator[str]:
        """The names of everything there."""

    def fetch(self, name: str, to: Path) -> dict | None:
        """Copy something into a file; gives what else is known of it, or None when it is gone."""

    def put(self, name: str, source: Path, facts: dict) -> None:
        """Copy a file there under this name."""


class Folder:
    """A folder on disk."""

    def __init__(self, root: Path, *, mode: int = 0o640):
        self.root, self.mode = root, mode

    def names(self) -> Iterator[str]:
        for path in self.root.rglob("*"):
            if path.is_file():
                yield path.relative_to(self.root).as_posix()

    def fetch(self, name: str, to: Path) -> dict | None:
        try:
            shutil.copyfile(self.root / name, to)
        except FileNotFoundError:
            return None
        return {}

    def put(self, name: str, source: Path, facts: dict) -> None:
        target = self.root / name
        target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        target.chmod(self.mode)


class Bucket:
    """What is in a bucket under one prefix."""

    def __init__(self, client, bucket: str, prefix: str):
        self.client, self.bucket, self.prefix = client, bucket, f"{prefix.strip('/')}/"

    def names(self) -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        for page in pages:
            for found in page.get("Contents", ()):
                yield found["Key"].removeprefix(self.prefix)

    def fetch(self, name: str, to: Path) -> dict | None:
        from botocore.exceptions import ClientError

        try:
            found = self.client.get_object(Bucket=self.bucket, Key=self.prefix + name)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise
        with found["Body"] as body, to.open("wb") as file:
            shutil.copyfileobj(body, file)
        return {fact: found[fact] for fact in FACTS if found.get(fact)}

    def put(self, name: str, source: Path, facts: dict) -> None:
        self.client.upload_file(str(source), self.bucket, self.prefix + name, ExtraArgs=facts)


def places() -> dict[str, Place]:
    """Everything to be copied besides the database, by name. Secrets are there where we made them ourselves."""
    found: dict[str, Place] = {}
    for name, alias in {"pictures": "default", "files": "files"}.items():
        storage = storages[alias]
        if hasattr(storage, "bucket_name"):
            found[name] = Bucket(storage.connection.meta.client, storage.bucket_name, storage.location)
        else:
            found[name] = Folder(Path(storage.location))
    found["secrets"] = Folder(Path(settings.SECRETS_DIR), mode=0o600)
    return found
