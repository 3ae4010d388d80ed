"""Where in a post the words stand that were looked for, as a passage of HTML."""

from __future__ import annotations

from html import escape

from search.queries import Query
from search.words import places_of, stem

LONGEST_TEXT = 20_000
"""In characters; what comes after is not looked at."""
WORDS_BEFORE, WORDS_SHOWN = 8, 36


def highlight(query: Query, *, title: str, intro: str, body: str) -> str:
    """The passage with most of the words, from intro and body or else the title, with `<mark>` around each.

    Where the words stand elsewhere (in a tag), it is the beginning of the text.
    """
    text = "\n".join(part for part in (intro, body[:LONGEST_TEXT]) if part.strip())
    return _passage(query, text) or _passage(query, title) or _passage(query, text or title, is_needed=True)


def _passage(query: Query, text: str, *, is_needed: bool = False) -> str:
    places = places_of(text)
    meant = _meant(query, {word for _, _, word in places})
    hits = {number: meant[word] for number, (_, _, word) in enumerate(places) if word in meant}
    if not places or not (hits or is_needed):
        return ""
    first = max(_first_with_most(hits) - WORDS_BEFORE, 0) if hits else 0
    last = min(first + WORDS_SHOWN, len(places)) - 1
    parts, end = ["…" if first else ""], places[first][0]
    for number in range(first, last + 1):
        begin, close, _ = places[number]
        word = escape(text[begin:close], quote=False)
        parts += [escape(text[end:begin], quote=False), f"<mark>{word}</mark>" if number in hits else word]
        end = close
    tail = text[end:] if last == len(places) - 1 else "…"
    return " ".join("".join([*parts, escape(tail[:20], quote=False)]).split())


def _meant(query: Query, words: set[str]) -> dict[str, str]:
    """Those of the words that were looked for, each with the word of the query that it stands for."""
    stems = {stem(word): word for word in query.words}
    beginning = query.beginning
    meant = {word: found for word in words if (found := stems.get(stem(word)) or stems.get(word))}
    if beginning:
        meant |= {word: beginning for word in words if word.startswith(beginning)}
    return meant


def _first_with_most(hits: dict[int, str]) -> int:
    """Where a passage begins that shows as many of the words as any."""
    numbers = list(hits)
    best, most = numbers[0], 0
    for place, number in enumerate(numbers[:200]):
        shown = {hits[other] for other in numbers[place : place + WORDS_SHOWN] if other < number + WORDS_SHOWN // 2}
        if len(shown) > most:
            best, most = number, len(shown)
    return best
