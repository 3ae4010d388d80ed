"""What the import remembers between runs: the accounts it made, and what it carried over from which file.

The file holds passwords and tokens, so only its owner may read it. It is replaced as a whole after every step, so a run
that is cut off leaves a good one.
"""

from __future__ import annotations

import json
import os
from pathlib import Path


class Memory:
    """The accounts and posts on one server, kept in a file together with those on others."""

    def __init__(self, file: Path, server: str):
        self._file = file
        self._servers = json.loads(file.read_text()) if file.exists() else {}
        mine = self._servers.setdefault(server, {})
        self.authors: dict[str, dict] = mine.setdefault("authors", {})
        """By name: `username`, `email`, `password`, `access`, `refresh`, `blog`, and `pictures` (URLs by digest)."""
        self.posts: dict[str, dict] = mine.setdefault("posts", {})
        """By the path of the source: `id` and `digest`."""

    def save(self) -> None:
        """Write everything down."""
        draft = self._file.with_name(self._file.name + ".new")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(self._servers, file, ensure_ascii=False, indent=1)
        draft.replace(self._file)
