"""The head of a Markdown file: YAML between `---`, TOML between `+++`, or a JSON object."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, date, datetime, time
from typing import Any

import yaml

from members.importing.things import Unreadable

_HEAD = re.compile(
    r"\ufeff?(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<head>.*?)(?<=\n)(?P=fence)[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_DATE = re.compile(r"(?<!\d)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")


class Head:
    """What stands in front of a text: names and values, whatever their case."""

    def __init__(self, known: dict[str, Any]):
        self._known = {str(name).lower(): value for name, value in known.items()}

    def text(self, *names: str) -> str:
        """The first of these that says something."""
        for name in names:
            value = self._known.get(name)
            if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
                return str(value).strip()
        return ""

    def texts(self, *names: str, splits: bool = True) -> list[str]:
        """The first of these that is a list, or one text (with commas between where `splits`), as a list of texts."""
        for name in names:
            value = self._known.get(name)
            if isinstance(value, str):
                value = value.split(",") if splits else [value]
            if isinstance(value, dict):
                value = [value]
            if isinstance(value, list):
                texts = (entry.get("name") if isinstance(entry, dict) else entry for entry in value)
                found = [" ".join(str(text).split()) for text in texts if text not in (None, "")]
                if found:
                    return list(dict.fromkeys(found))
        return []

    def moment(self, *names: str) -> datetime | None:
        """The first of these that is a time; a date alone is its beginning in UTC."""
        for name in names:
            if (moment := moment_of(self._known.get(name))) is not None:
                return moment
        return None

    def flag(self, name: str, default: bool) -> bool:
        """Whether that is true; `default` where nothing clear is said."""
        value = self._known.get(name)
        if isinstance(value, str):
            value = _FLAGS.get(value.lower())
        return value if isinstance(value, bool) else default

    def below(self, name: str) -> Head:
        """The names and values that stand under one name."""
        value = self._known.get(name)
        return Head(value if isinstance(value, dict) else {})


def read(text: str) -> tuple[Head, str]:
    """The head of a text and the text after it. Raises `Unreadable` where there is no head, or a broken one."""
    try:
        if found := _HEAD.match(text):
            load = yaml.safe_load if found["fence"] == "---" else tomllib.loads
            known, body = load(found["head"]), text[found.end() :]
        elif text.lstrip("\ufeff").startswith("{"):
            text = text.lstrip("\ufeff")
            known, end = json.JSONDecoder().raw_decode(text)
            body = text[end:].lstrip("\r\n")
        else:
            raise Unreadable("it has no front matter")
    except (tomllib.TOMLDecodeError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise Unreadable(f"its front matter is broken: {' '.join(str(error).split())}") from error
    if known is None:
        known = {}
    if not isinstance(known, dict):
        raise Unreadable("its front matter holds no names and values")
    return Head(known), body


def moment_of(value: Any) -> datetime | None:
    """A time from the ways in which people write one."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return date_in(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else None


def date_in(text: str) -> datetime | None:
    """The date that a path or name holds, as in `2024-05-06-title` or `2024/05/06/title`."""
    for found in _DATE.finditer(text):
        try:
            return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC)
        except ValueError:
            continue
    return None
