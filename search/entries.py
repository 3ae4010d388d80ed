"""What posts, blogs and users are found by: the lexemes of an entry, and its place.

A lexeme is a word or stem behind a sign that says where it stands: see `Field`. What is in a field is in those below it
as well, so that each of them is asked alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from blogs import body
from core import holes
from search.words import fold, forms_of, words_of

MOST_WORDS = 10_000
"""Of a post; what comes after so many different words is not found."""
LONGEST_TEXT = 1_000_000
PLACE_BITS = 32
_ID = (1 << PLACE_BITS) - 1
_HEAVIEST = 1 << 30
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Field(StrEnum):
    """The sign of a lexeme. None of them is a letter, a digit or of use to the databases' query languages."""

    WHOLE = "="  # a title or name as a whole
    TITLE = "^"  # the title; of a blog also its slug; of a user both his names
    HEAD = "~"  # the above, tags, and of a post the intro
    ANYWHERE = ""
    BLOG = "@b"
    AUTHOR = "@u"
    TAG = "@t"


class Entry(NamedTuple):
    """What is written into the index for a thing."""

    pk: int
    place: int
    lexemes: list[str]
    known_words: frozenset[str] = frozenset()


def place(weight: int, pk: int) -> int:
    """Where an entry of this weight stands: heavier ones before lighter ones, of equals the newer first."""
    return (max(-_HEAVIEST, min(weight, _HEAVIEST)) << PLACE_BITS) | pk


def pk_at(place: int) -> int:
    """The id of what stands there."""
    return place & _ID


def minute(moment: datetime) -> int:
    """The weight of something that happened then."""
    return int((moment - _EPOCH).total_seconds() // 60)


def whole(words: list[str]) -> str:
    """The lexeme of a text as a whole."""
    return Field.WHOLE + hashlib.blake2b(" ".join(words).encode(), digest_size=9).hexdigest()


def tag_mark(name: str) -> str:
    """The lexeme by which posts with this tag are picked out."""
    return Field.TAG + hashlib.blake2b(" ".join(fold(name).split()).encode(), digest_size=9).hexdigest()


def post_entry(*, pk: int, blog: int, author: int, published_at: datetime, document: str, detail: str) -> Entry:
    """The entry of a post, from the stored fragments of its card."""
    card = json.loads(holes.fill(document, "null") + "}")
    title, tags = words_of(card["title"]), card["tags"]
    tag_words = [word for tag in tags for word in words_of(tag)]
    head = [*title, *tag_words, *words_of(card["intro"])]
    marks = [f"{Field.BLOG}{blog}", f"{Field.AUTHOR}{author}"]
    head_forms = forms_of(head)
    body_forms = [form for form in _body_forms(detail) if form not in head_forms][:MOST_WORDS]
    lexemes = [whole(title), *marks, *map(tag_mark, tags), *_in_fields(title, head), *head_forms, *body_forms]
    known = frozenset(word for word in (*title, *tag_words) if 4 <= len(word) <= 30 and word.isalpha())
    return Entry(pk, place(minute(published_at), pk), _unique(lexemes), known)


def blog_entry(*, pk: int, title: str, slug: str, tags: Iterable[str], followers: int) -> Entry:
    """The entry of a blog. Its tags are below its title: of a private blog a stranger must not learn them."""
    title_words, slug_words = words_of(title), words_of(slug)
    names = [*title_words, *slug_words]
    head = [*names, *(word for tag in tags for word in words_of(tag))]
    lexemes = [whole(title_words), whole(slug_words), *_in_fields(names, head)]
    return Entry(pk, place(followers, pk), _unique(lexemes))


def user_entry(*, pk: int, username: str, name: str, joined_at: datetime) -> Entry:
    """The entry of a user."""
    username_words, name_words = words_of(username), words_of(name)
    lexemes = [whole(username_words), whole(name_words), *_in_fields([*username_words, *name_words])]
    return Entry(pk, place(minute(joined_at), pk), _unique(lexemes))


def _in_fields(title: list[str], head: Sequence[str] = ()) -> list[str]:
    return [Field.TITLE + form for form in forms_of(title)] + [Field.HEAD + form for form in forms_of(head)]


def _unique(lexemes: list[str]) -> list[str]:
    return list(dict.fromkeys(lexemes))


@lru_cache(maxsize=512)
def _body_forms(detail: str) -> tuple[str, ...]:
    """The words of a body; generated posts share theirs."""
    return tuple(forms_of(words_of(body_text(detail)[:LONGEST_TEXT])))


def body_text(detail: str) -> str:
    """The plain text of the body in a card's stored fragment."""
    return body.to_text(json.loads("{" + holes.fill(detail, "null") + "}", strict=False)["body"])
