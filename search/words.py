"""Words of a text as the index knows them: without case and accents, whole and stemmed.

A word is stemmed as the letters it is written in suggest: Cyrillic as Russian, Latin as English. The database is given
finished words and knows nothing of languages, so that every database finds the same.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache

import snowballstemmer

LONGEST_WORD = 64
"""In bytes of UTF-8; what is longer is cut off."""
STOP_WORDS = frozenset(
    """a an and are as at be but by for from had has have he her his i if in is it its of on or our she that the their
    there they this to was we were what which who will with you your
    а без был была были было быть в вы где да для до его ее если есть же за и из или им их к как ко ли мы на не нет но о
    об он она они оно от по при с так там то тут ты у уже чем что чтобы это этот я""".split()
)
"""Words that say nothing of what is looked for, unless nothing else is."""

_ACCENTS = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\ufe20-\ufe2f]")
_NO_SPACES = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_NO_SPACES}]|[^\W_{_NO_SPACES}]+")
_SHOWN_WORD = re.compile(rf"[{_NO_SPACES}]|(?:[^\W_{_NO_SPACES}]|{_ACCENTS.pattern})+")


def fold(text: str) -> str:
    """The text without case and accents; `ё` is `е`, and `й` stays a letter of its own."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text.casefold()).replace("и\u0306", "й")
    return unicodedata.normalize("NFC", _ACCENTS.sub("", text)).casefold()


def words_of(text: str) -> list[str]:
    """The words of a text, folded, in their order. Of scripts without spaces, each character is a word."""
    return [_cut(word) for word in _WORD.findall(fold(text))]


def places_of(text: str) -> list[tuple[int, int, str]]:
    """Where the words of a text begin and end, each with its folded form."""
    return [(*found.span(), _folded(found[0])) for found in _SHOWN_WORD.finditer(text)]


@lru_cache(maxsize=2**16)
def _folded(word: str) -> str:
    return _cut(fold(word))


@lru_cache(maxsize=2**17)
def stem(word: str) -> str:
    """What a folded word has in common with its other forms."""
    if word.isascii():
        return _stemmers("english").stemWord(word) if word.isalpha() else word
    return _stemmers("russian").stemWord(word) if "а" <= word[0] <= "я" else word


def forms_of(words: list[str]) -> dict[str, None]:
    """The words and their stems, each once: what a text is found by."""
    return dict.fromkeys(form for word in words for form in (word, stem(word)))


_of_thread = threading.local()


def _stemmers(language: str):
    """A stemmer of this thread's own: it keeps what it is working on."""
    found = _of_thread.__dict__.get(language)
    if found is None:
        found = _of_thread.__dict__[language] = snowballstemmer.stemmer(language)
    return found


def _cut(word: str) -> str:
    if len(word) <= LONGEST_WORD // 4:
        return word
    return word.encode()[:LONGEST_WORD].decode(errors="ignore")
