"""The index: which words find what, and in which order.

An entry is found by its `words` (see `search.entries`) and ordered by its `place`: a weight (for a post the minute of
its publication, for a blog its number of followers, for a user the minute he joined) in the upper bits, the id of
what it stands for in the lower ones. PostgreSQL keeps the words in a column with a GIN index; on SQLite they are in a
full text table beside, whose row ids are the places, so that it gives the highest places first by itself.

Entries say what a text contains, never who may read it: that is asked of `blogs.visibility` in each search.
"""

from django.contrib.postgres.search import SearchVectorField
from django.db import models

from accounts.models import User
from blogs.models import BlogCard, PostCard


class Entry(models.Model):
    """What a thing is found by. It outlives the thing until the index hears of its end."""

    place = models.BigIntegerField(unique=True)
    words = SearchVectorField(null=True)

    class Meta:
        abstract = True

    def __str__(self):
        return f"entry of {self.pk}"


class PostEntry(Entry):
    post = models.OneToOneField(
        PostCard, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="search_entry"
    )


class BlogEntry(Entry):
    blog = models.OneToOneField(
        BlogCard, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="search_entry"
    )


class UserEntry(Entry):
    user = models.OneToOneField(
        User, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="search_entry"
    )


class KnownWord(models.Model):
    """A word of a title or a tag, for "did you mean"; only PostgreSQL can look for similar ones."""

    word = models.CharField(max_length=64, primary_key=True)

    def __str__(self):
        return self.word


def _words_of(entry: type[Entry]) -> models.OneToOneField:
    return models.OneToOneField(
        entry,
        to_field="place",
        db_column="rowid",
        primary_key=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )


class Words(models.Model):
    """A full text table of SQLite."""

    words = models.TextField()

    class Meta:
        abstract = True
        managed = False

    def __str__(self):
        return f"words at {self.pk}"


class PostWords(Words):
    entry = _words_of(PostEntry)

    class Meta(Words.Meta):
        db_table = "search_postwords"


class BlogWords(Words):
    entry = _words_of(BlogEntry)

    class Meta(Words.Meta):
        db_table = "search_blogwords"


class UserWords(Words):
    entry = _words_of(UserEntry)

    class Meta(Words.Meta):
        db_table = "search_userwords"
