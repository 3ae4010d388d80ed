"""“Did you mean”: words of titles and tags that look like one that was typed.

PostgreSQL tells it by trigrams, where its extension `pg_trgm` is there or may be made; elsewhere nothing is suggested.
"""

from __future__ import annotations

import logging

from django.db import DatabaseError, connection, transaction

from accounts.viewers import Viewer
from search.finding import find
from search.kinds import POSTS
from search.models import KnownWord
from search.queries import Query

logger = logging.getLogger(__name__)

SHORTEST = 4
CANDIDATES = 4
INDEX = "search_knownword_similar"


def prepare() -> bool:
    """Have PostgreSQL know which words are similar, if it lets us; returns whether it does."""
    if connection.vendor != "postgresql":
        return False
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            table = KnownWord._meta.db_table
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {INDEX} ON {table} USING gin (word gin_trgm_ops)")
    except DatabaseError as error:
        logger.info("no suggestions: pg_trgm is not there", extra={"error": str(error).splitlines()[0]})
        return False
    return True


def suggestion(query: Query, *, viewer: Viewer) -> str | None:
    """Words that look like those of the query and find posts that the viewer may see. Within `brief_search`."""
    if not _is_prepared():
        return None
    wanted = [word for word in query.typed if len(word) >= SHORTEST and word.isalpha()][:4]
    similar = {word: found for word in wanted if (found := _similar(word))}
    for place in range(CANDIDATES if similar else 0):
        words = [similar[word][min(place, len(similar[word]) - 1)] if word in similar else word for word in query.typed]
        if words != list(query.typed) and find(POSTS, Query.of(" ".join(words)), viewer=viewer, limit=1):
            return " ".join(words)
    return None


def _is_prepared() -> bool:
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [INDEX])
        return cursor.fetchone()[0]


def _similar(word: str) -> list[str]:
    """The known words most like this one, itself if it is one: that it is known must not show."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT word FROM {KnownWord._meta.db_table} WHERE word %% %s"  # noqa: S608 - a name of our own table
            " ORDER BY similarity(word, %s) DESC, word LIMIT %s",
            [word, word, CANDIDATES],
        )
        return [found for (found,) in cursor.fetchall()]
