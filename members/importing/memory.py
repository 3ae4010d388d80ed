"""What was brought from a source before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from members.models import ImportedThing

LONGEST = 200


def key_of(key: str) -> str:
    """A key as it is stored; a long one as its digest."""
    return key if len(key) <= LONGEST else hashlib.sha256(key.encode()).hexdigest()


class Memory:
    """Finds things of one source again. What is noted belongs in the transaction that makes the thing."""

    def __init__(self, source: str):
        self._things = ImportedThing.objects.filter(source=key_of(source))
        self._source = key_of(source)

    def find(self, kind: str, key: str) -> ImportedThing | None:
        """What was noted of this thing."""
        return self._things.filter(kind=kind, key=key_of(key)).first()

    def find_all(self, kind: str, keys: Iterable[str]) -> dict[str, int | None]:
        """The ids of those of these things that were brought, by their keys."""
        by_stored = {key_of(key): key for key in keys}
        found = self._things.filter(kind=kind, key__in=list(by_stored)).values_list("key", "object_id")
        return {by_stored[key]: object_id for key, object_id in found}

    def keys(self, kind: str) -> Iterator[str]:
        """The keys of all things of a kind that were brought."""
        return self._things.filter(kind=kind).values_list("key", flat=True).iterator()

    def note(self, kind: str, key: str, object_id: int | None) -> None:
        """Note what a thing became."""
        ImportedThing.objects.create(source=self._source, kind=kind, key=key_of(key), object_id=object_id)
