"""The fields of posts and blogs as clients send them: checked, cleaned, and turned into what pages hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from core import clock
from core.errors import Problems

TITLE_LENGTH = 255
INTRO_LENGTH = 1000
DESCRIPTION_LENGTH = 2000
SEO_TITLE_LENGTH = 255
SEO_DESCRIPTION_LENGTH = 500
MOST_TAGS = 20
TAG_LENGTH = 50

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")


def read_title(title: str, problems: Problems) -> str:
    """A title in one line."""
    title = " ".join(_read(title, "title", problems, TITLE_LENGTH).split())
    if not _shows(title):
        problems.add("title", "May not be blank.", "blank")
    return title


def read_text(text: str, attr: str, problems: Problems, length: int) -> str:
    """A text of any number of lines, that may be empty."""
    return _read(text, attr, problems, length).strip()


def read_line(text: str, attr: str, problems: Problems, length: int) -> str:
    """A text in one line, that may be empty."""
    return " ".join(_read(text, attr, problems, length).split())


def read_tags(tags: Iterable[str], problems: Problems) -> list[str]:
    """Tags in one line each, without those that are there already in another case."""
    found: dict[str, str] = {}
    for place, tag in enumerate(tags):
        tag = " ".join(_read(tag, f"tags.{place}", problems, TAG_LENGTH).split()).lstrip("#").strip()
        if _shows(tag):
            found.setdefault(tag.casefold(), tag)
    if len(found) > MOST_TAGS:
        problems.add("tags", f"At most {MOST_TAGS} tags.", "too_many")
    return list(found.values())


def check_future(moment: datetime | None, attr: str, problems: Problems) -> None:
    """Add a problem if there is a time and it has passed."""
    if moment is not None and moment <= clock.now():
        problems.add(attr, "Give a time in the future.", "in_the_past")


def check_past(moment: datetime | None, attr: str, problems: Problems, *, latest: datetime | None = None) -> None:
    """Add a problem if there is a time and it is still to come, or after the latest it may be."""
    if moment is not None and moment > clock.now():
        problems.add(attr, "Give a time in the past.", "in_the_future")
    elif moment is not None and latest is not None and moment > latest:
        problems.add(attr, "Give a time not after the first publication.", "after_publication")


def check_expiry(expire_at: datetime | None, publish_at: datetime | None, problems: Problems) -> None:
    """Add a problem if a post would expire before it is published."""
    if expire_at is not None and publish_at is not None and expire_at <= publish_at:
        problems.add("expire_at", "Give a time after publish_at.", "before_publication")


def _read(text: str, attr: str, problems: Problems, length: int) -> str:
    if _CONTROL.search(text):
        problems.add(attr, "Control characters are not allowed.", "invalid_characters")
    text = _DIRECTION.sub("", unicodedata.normalize("NFC", text).replace("\r\n", "\n"))
    if len(text) > length:
        problems.add(attr, f"At most {length} characters.", "too_long")
    return text


def _shows(text: str) -> bool:
    """Whether there is anything to see in a text."""
    return any(unicodedata.category(char)[0] not in "CZM" for char in text)
