"""Where exported entries go: into a zip that is sent while it is made, or into a folder. Little is held in memory."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core import clock

logger = logging.getLogger(__name__)

CHUNK = 256 * 1024
PACKED = (".json", ".md", ".txt")
"""What is worth compressing; pictures are compressed already."""


@dataclass(frozen=True)
class Entry:
    """One file of an export: its path, and its bytes in pieces, made when they are asked for."""

    path: str
    pieces: Iterable[bytes]


def of_text(path: str, text: str) -> Entry:
    """A file with this text."""
    return Entry(path, (text.encode(),))


def of_facts(path: str, facts: dict) -> Entry:
    """A JSON file with one object."""
    return of_text(path, json.dumps(facts, ensure_ascii=False, indent=1) + "\n")


def of_list(path: str, rows: Iterable[dict]) -> Entry:
    """A JSON file with a list of objects, a line each, so that it can be read line by line as well."""

    def pieces() -> Iterator[bytes]:
        yield b"["
        is_first = True
        for row in rows:
            yield (("\n" if is_first else ",\n") + json.dumps(row, ensure_ascii=False)).encode()
            is_first = False
        yield b"\n]\n"

    return Entry(path, pieces())


def of_file(path: str, stored) -> Entry:
    """A file with the bytes of a stored one, opened when its turn comes; empty where they are gone."""

    def pieces() -> Iterator[bytes]:
        try:
            opened = stored.storage.open(stored.name)
        except FileNotFoundError:  # one lost file must not keep the others from being saved
            logger.error("the bytes of an exported file are missing", extra={"path": path})
            return
        with opened:
            while chunk := opened.read(CHUNK):
                yield chunk

    return Entry(path, pieces())


def as_zip(entries: Iterable[Entry], *, at: datetime | None = None) -> Iterator[bytes]:
    """The bytes of a zip with these entries, one piece after another as they come to be."""
    moment = (at or clock.now()).timetuple()[:6]
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.path, moment)
            info.compress_type = zipfile.ZIP_DEFLATED if entry.path.endswith(PACKED) else zipfile.ZIP_STORED
            info.external_attr = 0o644 << 16
            with archive.open(info, "w", force_zip64=True) as target:
                for piece in entry.pieces:
                    target.write(piece)
                    if sink.size >= CHUNK:
                        yield sink.take()
    yield sink.take()


def into_folder(entries: Iterable[Entry], folder: Path) -> Iterator[str]:
    """Write the entries as files below a folder; gives the path of each when it is there."""
    for entry in entries:
        target = folder / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            file.writelines(entry.pieces)
        yield entry.path


class _Sink(io.RawIOBase):
    """Takes what a zip writes, and gives it on."""

    def __init__(self):
        super().__init__()
        self._pieces: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, piece) -> int:
        self._pieces.append(bytes(piece))
        self.size += len(piece)
        return len(piece)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        self.size = 0
        return taken
