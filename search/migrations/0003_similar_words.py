"""Similar words for "did you mean", where the database has the extension and lets us make it; elsewhere nothing."""

from django.db import DatabaseError, migrations, transaction

INDEX = "search_knownword_similar"


def prepare(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            schema_editor.execute(f"CREATE INDEX {INDEX} ON search_knownword USING gin (word gin_trgm_ops)")
    except DatabaseError:
        pass  # `rebuild_search` tries again


def forget(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {INDEX}")


class Migration(migrations.Migration):
    dependencies = [("search", "0002_words_of_each_database")]

    operations = [migrations.RunPython(prepare, forget)]
