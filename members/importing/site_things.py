"""What a restoration knows: the files it reads, what it has made so far, and how exported names lead to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction

from members.importing.memory import Memory
from members.importing.report import Report
from members.importing.site_files import SiteFiles


class SiteThings:
    """Makes each thing of an export once, and finds by its name what it became."""

    def __init__(self, files: SiteFiles, report: Report):
        self.report = report
        self._files = files
        self._memory = Memory(files.name)
        self._user = lru_cache(10_000)(lambda username: self._found("user", username))
        self._image = lru_cache(10_000)(lambda path: self._found("picture", path))
        self._page = lru_cache(10_000)(lambda path: self._found("post", path))

    def _once(self, kind: str, key: str, make: Callable[[], int]) -> int:
        """Make a thing, unless it was made before; gives its id."""
        noted = self._memory.find(kind, key)
        if noted is not None:
            return noted.object_id
        with transaction.atomic():
            pk = make()
            self._memory.note(kind, key, pk)
        return pk

    def _found(self, kind: str, key: str | None) -> int | None:
        noted = self._memory.find(kind, key) if key else None
        return noted.object_id if noted else None

    def _block(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "blocked_at": moment_of(facts["at"]),
            "blocked_until": moment_of(facts["until"]),
            "block_reason": facts["reason"],
            "blocked_by_id": self._user(facts["by"]),
        }


def moment_of(text: str | None) -> datetime | None:
    """A time as exports write it."""
    return datetime.fromisoformat(text) if text else None
