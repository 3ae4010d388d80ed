"""Making and restoring a whole backup: the database, pictures, files, and secrets that are kept on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from core import clock
from core.backups import databases
from core.backups.databases import Failed
from core.backups.places import Place, places

MANIFEST = "manifest.json"
STATISTICS = "statistics.sqlite3"
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with bytes, as it stands in the list of its place."""

    name: str
    size: int
    sha256: str
    facts: dict


def make(folder: Path, *, tell: Callable[[str], object]) -> None:
    """Write a backup into an empty folder; the manifest comes last, and a backup without one is none.

    Bytes are written once and never changed, and each is there before a row names it. So they are copied, then the
    database, then what came meanwhile: all that the rows of that moment name is in the backup, but for what was
    deleted while it was made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Failed(f"{folder} is not empty.")
    found = places()
    copied = {name: _fetch_all(place, folder / name, known=set()) for name, place in found.items()}
    tables = databases.dump(folder)
    statistics = Path(settings.STATS_FILE)
    if statistics.is_file():  # where they are not kept elsewhere
        databases.copy_sqlite(statistics, folder / STATISTICS)
    for name, place in found.items():
        known = {thing.name for thing in copied[name]}
        copied[name] += _fetch_all(place, folder / name, known=known)
        _write_list(folder / f"{name}.jsonl", copied[name])
        tell(f"{name}: {len(copied[name])} with {sum(thing.size for thing in copied[name])} bytes")
    manifest = {"made_at": clock.iso(clock.now()), "database": databases.kind(), "tables": tables}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1))
    tell(f"database: {len(tables)} tables")


def restore(folder: Path, *, tell: Callable[[str], object]) -> None:
    """Bring a backup back into an empty place, and compare every table and every object with it."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError as error:
        raise Failed(f"{folder} is no backup, or one that was not finished.") from error
    if manifest["database"] != databases.kind():
        raise Failed(f"This is a backup of {manifest['database']}; DATABASE_URL names {databases.kind()}.")
    found = places()
    if not databases.is_empty():
        raise Failed("The database is not empty. A backup is restored before `migrate`, into a new one.")
    for name, place in found.items():
        if name != "secrets" and next(place.names(), None) is not None:
            raise Failed(f"There are {name} already.")
    for name, place in found.items():
        things = list(_read_list(folder / f"{name}.jsonl"))
        _put_all(place, folder / name, things)
        tell(f"{name}: {len(things)}")
    if (folder / STATISTICS).is_file():
        databases.place_sqlite(folder / STATISTICS, Path(settings.STATS_FILE))
    tables = databases.restore(folder)
    different = sorted(
        name for name in manifest["tables"].keys() | tables if manifest["tables"].get(name) != tables.get(name)
    )
    if different:
        raise Failed(f"These tables are not as they were: {', '.join(different)}")
    tell(f"database: {len(tables)} tables, all as they were")


def _fetch_all(place: Place, folder: Path, *, known: set[str]) -> list[Thing]:
    def fetch(name: str) -> Thing | None:
        target = _inside(folder, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        facts = place.fetch(name, target)
        if facts is None:
            target.unlink(missing_ok=True)
            return None
        return Thing(name, target.stat().st_size, _sha256(target), facts)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [thing for thing in pool.map(fetch, (name for name in place.names() if name not in known)) if thing]


def _put_all(place: Place, folder: Path, things: list[Thing]) -> None:
    def put(thing: Thing) -> None:
        source = _inside(folder, thing.name)
        if not source.is_file() or _sha256(source) != thing.sha256:
            raise Failed(f"{source} is not as it was written.")
        place.put(thing.name, source, thing.facts)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(put, things))


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise Failed(f"{name!r} leads out of the backup.")
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_list(path: Path, things: list[Thing]) -> None:
    with path.open("w") as file:
        for thing in sorted(things, key=lambda thing: thing.name):
            file.write(json.dumps(asdict(thing)) + "\n")


def _read_list(path: Path) -> Iterator[Thing]:
    with path.open() as file:
        for line in file:
            yield Thing(**json.loads(line))
