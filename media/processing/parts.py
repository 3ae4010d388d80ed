"""What both processes know of an encoded picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One encoded picture of a result file: where it stands, and what it is. Equal `start` means the same bytes.

    `spec` is that of its rendition; the original has none.
    """

    spec: str | None
    start: int
    length: int
    width: int
    height: int
    format: str

    @property
    def content_type(self) -> str:
        return f"image/{self.format.lower()}"

    @property
    def ending(self) -> str:
        """What its file's name ends with."""
        return {"JPEG": "jpg"}.get(self.format, self.format.lower())
