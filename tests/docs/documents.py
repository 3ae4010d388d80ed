"""The documents of the repository, taken apart: what stands in them as code, and where they link to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.servers.plugin import ROOT

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
CALLS = re.compile(r"^API=|\bcurl ", re.MULTILINE)


@dataclass(frozen=True)
class Document:
    """One Markdown file."""

    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @cached_property
    def commands(self) -> list[str]:
        """What stands in blocks without a language, which are for a shell: line by line, those that go on joined."""
        blocks = [text for language, text in FENCED.findall(self.text) if not language]
        return [line for text in blocks for line in text.replace("\\\n", " ").splitlines()]

    @cached_property
    def blocks(self) -> list[str]:
        """The blocks for a shell, but for calls of the API and for what a terminal showed."""
        blocks = [text for language, text in FENCED.findall(self.text) if not language]
        return [text for text in blocks if not CALLS.search(text) and not text.startswith("$ ")]

    @cached_property
    def calls(self) -> str:
        """The blocks with calls of the API, one after the other; empty where there are none."""
        blocks = [text for language, text in FENCED.findall(self.text) if not language and CALLS.search(text)]
        return "\n".join(blocks) if any("curl " in text for text in blocks) else ""

    @cached_property
    def spans(self) -> list[str]:
        """What stands as code within sentences."""
        return [" ".join(span.split()) for span in SPAN.findall(FENCED.sub("", self.text))]

    @cached_property
    def links(self) -> list[str]:
        return LINK.findall(FENCED.sub("", self.text))

    @cached_property
    def anchors(self) -> set[str]:
        """The headings as addresses name them."""
        headings = HEADING.findall(FENCED.sub("", self.text))
        return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))


def documents() -> list[Document]:
    """Every document, the README first."""
    paths = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    return [Document(path) for path in [*paths, *sorted((ROOT / "docs").rglob("*.md"))]]
