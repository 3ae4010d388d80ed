"""What somebody typed, as questions to the index.

All words must be found. A word finds its other forms; the last one, which may still be being typed, also what begins
with it. Everything that is no letter or digit only parts words, so no input is an operator of a query language.
"""

from __future__ import annotations

from dataclasses import dataclass

from search.entries import Field, whole
from search.words import STOP_WORDS, stem, words_of

MOST_WORDS = 32


@dataclass(frozen=True, slots=True)
class Term:
    """A lexeme, or the beginning of lexemes."""

    text: str
    is_beginning: bool = False


Clause = tuple[Term, ...]
"""Terms of which one has to be there."""


@dataclass(frozen=True, slots=True)
class Question:
    """Clauses that must all be met, and a question that must not be."""

    clauses: tuple[Clause, ...]
    without: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """The words that are looked for, folded; `typed` is all that was typed, in its order."""

    typed: tuple[str, ...]
    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Query:
        """The query in a text."""
        typed = words_of(text)
        telling = [word for word in typed if word not in STOP_WORDS] or typed
        return cls(tuple(typed), tuple(dict.fromkeys(telling))[:MOST_WORDS])

    @property
    def beginning(self) -> str:
        """The word that may still be being typed."""
        return self.typed[-1] if self.typed and self.typed[-1] == self.words[-1] else ""

    def within(self, field: Field, *, shortest: int) -> tuple[Clause, ...]:
        """The question that is met where all words are found in the field.

        What the last word begins is found if it has as many letters as `shortest` says.
        """
        clauses = []
        for word in self.words:
            terms = [Term(field + stem(word))]
            if word == self.beginning and len(word) >= shortest:
                terms.append(Term(field + word, is_beginning=True))
            clauses.append(tuple(terms))
        return tuple(clauses)

    def as_a_whole(self) -> tuple[Clause, ...]:
        """The question that is met where the title or name is just what was typed."""
        return ((Term(whole(list(self.typed))),),)


def for_postgresql(question: Question) -> str:
    """The question as a `tsquery`."""

    def term(term: Term) -> str:
        return f"'{term.text}':*" if term.is_beginning else f"'{term.text}'"

    asked = " & ".join(_either(clause, term, "|") for clause in question.clauses)
    if question.without:
        asked += " & !(" + " & ".join(_either(clause, term, "|") for clause in question.without) + ")"
    return asked


def for_sqlite(question: Question) -> str:
    """The question in the language of FTS5."""

    def term(term: Term) -> str:
        return f'"{term.text}"*' if term.is_beginning else f'"{term.text}"'

    asked = " AND ".join(_either(clause, term, "OR") for clause in question.clauses)
    if question.without:
        asked = f"({asked}) NOT (" + " AND ".join(_either(clause, term, "OR") for clause in question.without) + ")"
    return asked


def _either(clause: Clause, write, word: str) -> str:
    return "(" + f" {word} ".join(map(write, clause)) + ")"
