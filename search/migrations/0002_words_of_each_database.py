"""How each database finds words: PostgreSQL by GIN indexes, SQLite by full text tables."""

from django.db import migrations

KINDS = ("post", "blog", "user")


def prepare(apps, schema_editor):
    (_prepare_postgresql if schema_editor.connection.vendor == "postgresql" else _prepare_sqlite)(schema_editor)


def _prepare_postgresql(schema_editor):
    for kind in KINDS:
        # Not compressed: for a common word they are read of many rows.
        schema_editor.execute(f"ALTER TABLE search_{kind}entry ALTER COLUMN words SET STORAGE EXTERNAL")
        # Without a list of what is yet to be sorted in, which every search would have to read through.
        schema_editor.execute(
            f"CREATE INDEX search_{kind}entry_words ON search_{kind}entry USING gin (words) WITH (fastupdate = off)"
        )


def _prepare_sqlite(schema_editor):
    for kind in KINDS:
        schema_editor.execute(
            f"CREATE VIRTUAL TABLE search_{kind}words USING fts5"
            "(words, detail = none, columnsize = 0, prefix = '3 4', tokenize = \"ascii tokenchars '=^~@'\")"
        )


def forget(apps, schema_editor):
    for kind in KINDS:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX search_{kind}entry_words")
        else:
            schema_editor.execute(f"DROP TABLE search_{kind}words")


class Migration(migrations.Migration):
    dependencies = [("search", "0001_index")]

    operations = [migrations.RunPython(prepare, forget)]
