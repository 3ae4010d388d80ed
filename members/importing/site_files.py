"""An export of a whole site (`manage.py export_site`), as a folder or as a zip."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import File as Upload

from members.exporting.site import FORMAT, HEAD, VERSION
from members.importing.things import Unreadable

LONGEST_LINE = 16 * 1024 * 1024
"""Of a list, a line is one thing; this is more than any has."""


class SiteFiles:
    """Reads the files of an export, little by little. Nothing is unpacked: paths are names, and lead nowhere."""

    def __init__(self, source: Path):
        self._folder, self._archive = None, None
        if source.is_dir():
            self._folder = source.resolve()
        else:
            try:
                self._archive = zipfile.ZipFile(source)
            except (OSError, zipfile.BadZipFile) as error:
                raise Unreadable(f"There is no export in {source}: {error}.") from None
        head = self.facts(HEAD)
        if head.get("format") != FORMAT or head.get("version") != VERSION:
            raise Unreadable(f"{source} is no export of a site, or one of another version.")
        self.name = f"site {head.get('exported_at')} {head.get('url')}"[:200]

    def facts(self, path: str) -> dict:
        """The object in a JSON file. Raises `Unreadable`."""
        with self._opened(path) as file:
            text = file.read(LONGEST_LINE + 1)
        known = self._parsed(path, text)
        if not isinstance(known, dict):
            raise Unreadable(f"{path} holds no object.")
        return known

    def rows(self, path: str) -> Iterator[dict]:
        """The objects in a JSON list, a line each; none where there is no such file. Raises `Unreadable`."""
        if not self.has(path):
            return
        with self._opened(path) as file:
            while line := file.readline(LONGEST_LINE + 1):
                line = line.strip().rstrip(b",")
                if line in (b"", b"[", b"]"):
                    continue
                row = self._parsed(path, line)
                if not isinstance(row, dict):
                    raise Unreadable(f"{path} holds something that is no object.")
                yield row

    def has(self, path: str) -> bool:
        """Whether there is a file of this path."""
        if self._archive is not None:
            try:
                self._archive.getinfo(path)
            except KeyError:
                return False
            return True
        file = (self._folder / path).resolve()
        return file.is_relative_to(self._folder) and file.is_file()

    @contextmanager
    def upload(self, path: str, *, most: int) -> Iterator[Upload]:
        """A file of the export as an upload, of at most so many bytes. Raises `Unreadable`."""
        with self._opened(path) as file:
            content = _Spooled(file, most)
            try:
                upload = Upload(content.file, name=path.rpartition("/")[2])
                upload.size = content.size
                yield upload
            finally:
                content.file.close()

    @contextmanager
    def _opened(self, path: str) -> Iterator[BinaryIO]:
        if not self.has(path):
            raise Unreadable(f"{path} is missing in the export.")
        try:
            with self._archive.open(path) if self._archive else (self._folder / path).open("rb") as file:
                yield file
        except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise Unreadable(f"{path} cannot be read: {error}.") from None

    @staticmethod
    def _parsed(path: str, text: bytes):
        if len(text) > LONGEST_LINE:
            raise Unreadable(f"{path} is larger than anything we write.")
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"{path} is broken: {error}.") from None


class _Spooled:
    """The bytes of a member, on disk if they are many, so that they can be read more than once."""

    def __init__(self, source: BinaryIO, most: int):
        self.file = tempfile.SpooledTemporaryFile(max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE)  # noqa: SIM115
        self.size = 0
        while chunk := source.read(256 * 1024):
            self.size += len(chunk)
            if self.size > most:
                self.file.close()
                raise Unreadable("A file in the export is larger than this site allows.")
            self.file.write(chunk)
        self.file.seek(0)
