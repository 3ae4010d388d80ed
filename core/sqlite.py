"""What SQLite lacks and we rely on."""

from __future__ import annotations

from django.db.backends.signals import connection_created
from django.dispatch import receiver


@receiver(connection_created)
def fold_case_of_every_letter(connection, **kwargs):
    """Make `LOWER` know letters beyond ASCII, as PostgreSQL's does."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("LOWER", 1, _lower, deterministic=True)


@receiver(connection_created)
def know_json(connection, **kwargs):
    """Tell Django that SQLite knows JSON, as it always does by now.

    Django would find out in a transaction of its own, when it first compiles a query that needs to know. It would wait
    for whoever is writing, who may be waiting for that query to be compiled (`core.statements`), and after a timeout
    take it that there is no JSON.
    """
    if connection.vendor == "sqlite":
        connection.features.supports_json_field = True


def _lower(text):
    return text.lower() if isinstance(text, str) else text
