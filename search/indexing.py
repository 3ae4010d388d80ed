"""Writing the index: each function brings entries into step with what is there now, however often it is called."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Max, Model, Q

from accounts.models import User
from blogs.models import BlogCard, PostCard
from search.entries import Entry, blog_entry, post_entry, user_entry
from search.models import BlogEntry, BlogWords, KnownWord, PostEntry, PostWords, UserEntry, UserWords, Words

CHUNK = 500
_LOCKS = 5_843_000
"""Where the numbers of PostgreSQL's locks for this begin."""


@dataclass(frozen=True)
class Indexed:
    """A kind of things in the index: what is read of those that belong in it, and how an entry is made of that."""

    number: int
    source: type[Model]
    belongs: Q
    columns: dict[str, str]
    make: Callable[..., Entry]
    entry: type[Model]
    words: type[Words]

    def last_id(self) -> int:
        """The highest id there is of the kind."""
        return self.source.objects.aggregate(last=Max("pk"))["last"] or 0

    def missing(self, *, limit: int) -> list[int]:
        """The ids of some of those that belong in the index and have no entry."""
        rows = self.source.objects.filter(self.belongs, search_entry=None).order_by("pk").values_list("pk", flat=True)
        return list(rows[:limit])

    def every_missing(self) -> Iterator[list[int]]:
        """The ids of all that is not in the index, a chunk at a time."""
        while chunk := self.missing(limit=CHUNK):
            yield chunk

    def leftover(self, *, limit: int) -> list[int]:
        """The ids of some entries of what does not belong in the index."""
        there = self.source.objects.filter(self.belongs).values("pk")
        return list(self.entry.objects.exclude(pk__in=there).values_list("pk", flat=True)[:limit])

    def total(self) -> int:
        """How much belongs in the index."""
        return self.source.objects.filter(self.belongs).count()

    def every(self, *, beyond: int = 0) -> Iterator[list[int]]:
        """All ids of what belongs in the index (of those greater than `beyond`), a chunk at a time."""
        ids = self.source.objects.filter(self.belongs).order_by("pk").values_list("pk", flat=True)
        while chunk := list(ids.filter(pk__gt=beyond)[:CHUNK]):
            yield chunk
            beyond = chunk[-1]

    def index(self, ids: Iterable[int]) -> None:
        """Write the entries of these, and remove those of what is gone or does not belong in the index any more."""
        wanted = sorted(set(ids))
        for start in range(0, len(wanted), CHUNK):
            self._index(wanted[start : start + CHUNK])

    @transaction.atomic
    def _index(self, ids: list[int]) -> None:
        _alone_with(self.number, ids)
        rows = self.source.objects.filter(self.belongs, pk__in=ids).order_by("pk")
        entries = [
            self.make(**dict(zip(self.columns, row, strict=True))) for row in rows.values_list(*self.columns.values())
        ]
        remove, write = (
            (_remove_on_postgresql, _write_on_postgresql)
            if connection.vendor == "postgresql"
            else (_remove_on_sqlite, _write_on_sqlite)
        )
        remove(self, sorted(set(ids) - {entry.pk for entry in entries}))
        if entries:
            write(self, entries)


def _blog_entry(*, tags: str, **facts) -> Entry:
    return blog_entry(tags=json.loads(tags), **facts)


POSTS = Indexed(
    number=1,
    source=PostCard,
    belongs=Q(post__live=True, published_at__isnull=False),
    columns={
        "pk": "pk",
        "blog": "blog_id",
        "author": "author_id",
        "published_at": "published_at",
        "document": "document",
        "detail": "detail",
    },
    make=post_entry,
    entry=PostEntry,
    words=PostWords,
)
BLOGS = Indexed(
    number=2,
    source=BlogCard,
    belongs=Q(),
    columns={"pk": "pk", "title": "title", "slug": "slug", "tags": "tags", "followers": "follower_count"},
    make=_blog_entry,
    entry=BlogEntry,
    words=BlogWords,
)
USERS = Indexed(
    number=3,
    source=User,
    belongs=Q(is_active=True),
    columns={"pk": "pk", "username": "username", "name": "name", "joined_at": "date_joined"},
    make=user_entry,
    entry=UserEntry,
    words=UserWords,
)
ALL = {"posts": POSTS, "blogs": BLOGS, "users": USERS}


def _alone_with(number: int, ids: Sequence[int]) -> None:
    """Let nobody else index these before we have committed: the last to read must be the last to write.

    SQLite has but one writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_advisory_xact_lock(%s, id)) FROM unnest(%s::int[]) AS id",
                [_LOCKS + number, [_as_int4(pk) for pk in ids]],
            )


def _as_int4(number: int) -> int:
    return (number + 2**31) % 2**32 - 2**31


def _write_on_postgresql(kind: Indexed, entries: list[Entry]) -> None:
    table, key = kind.entry._meta.db_table, kind.entry._meta.pk.column
    rows = ", ".join(["(%s, %s, %s::tsvector)"] * len(entries))
    sql = (
        f"INSERT INTO {table} ({key}, place, words) VALUES {rows}"  # noqa: S608 - names of our own tables
        f" ON CONFLICT ({key}) DO UPDATE SET place = EXCLUDED.place, words = EXCLUDED.words"
        f" WHERE {table}.place <> EXCLUDED.place OR {table}.words <> EXCLUDED.words"
    )
    values = [value for entry in entries for value in (entry.pk, entry.place, _quoted(entry.lexemes))]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    known = sorted({word for entry in entries for word in entry.known_words})
    KnownWord.objects.bulk_create([KnownWord(word) for word in known], ignore_conflicts=True)


def _quoted(lexemes: list[str]) -> str:
    return "'" + "' '".join(lexemes) + "'"


def _remove_on_postgresql(kind: Indexed, ids: list[int]) -> None:
    if ids:
        kind.entry.objects.filter(pk__in=ids).delete()


def _write_on_sqlite(kind: Indexed, entries: list[Entry]) -> None:
    _drop_words(kind, [entry.pk for entry in entries], [entry.place for entry in entries])
    table, key, words = kind.entry._meta.db_table, kind.entry._meta.pk.column, kind.words._meta.db_table
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({key}, place) VALUES (%s, %s)"  # noqa: S608 - names of our own tables
            f" ON CONFLICT ({key}) DO UPDATE SET place = EXCLUDED.place",
            [(entry.pk, entry.place) for entry in entries],
        )
        cursor.executemany(
            f"INSERT INTO {words} (rowid, words) VALUES (%s, %s)",  # noqa: S608
            [(entry.place, " ".join(entry.lexemes)) for entry in entries],
        )


def _remove_on_sqlite(kind: Indexed, ids: list[int]) -> None:
    if ids:
        _drop_words(kind, ids)
        kind.entry.objects.filter(pk__in=ids).delete()


def _drop_words(kind: Indexed, ids: list[int], places: Sequence[int] = ()) -> None:
    """Forget the words of these, wherever they stand or are about to stand."""
    places = {*places, *kind.entry.objects.filter(pk__in=ids).values_list("place", flat=True)}
    with connection.cursor() as cursor:
        cursor.executemany(
            f"DELETE FROM {kind.words._meta.db_table} WHERE rowid = %s",  # noqa: S608 - a name of our own table
            [(place,) for place in places],
        )
