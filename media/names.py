"""Names of uploads: anything may be sent, what is shown is cleaned."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 255
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def clean_name(name: str | None) -> str:
    """The last part of a path without control, direction and other invisible characters; may be empty."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name or ""))[-1]
    name = "".join(character if character != "\t" else " " for character in name)
    name = "".join(character for character in name if unicodedata.category(character)[0] != "C")
    return re.sub(r"\s+", " ", name).strip(" .")[:LONGEST]


def extension_of(name: str | None) -> str:
    """What stands behind the last dot, in lower case; empty if there is none."""
    return clean_name(name).rpartition(".")[2].lower() if "." in (name or "").strip(" .") else ""


def title_of(name: str | None, *, fallback: str) -> str:
    """A title made of an upload's name: without extension, never empty."""
    name = clean_name(name)
    stem = name.rpartition(".")[0].strip(" .") or name
    return fallback if not stem or RESERVED.match(stem) else stem


def clean_title(title: str) -> str:
    """A given title without control characters, in at most 255 characters; may be empty."""
    return clean_name(title.replace("/", "∕").replace("\\", "∖")).replace("∕", "/").replace("∖", "\\")
