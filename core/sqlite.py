"""What SQLite lacks and we rely on."""

from __future__ import annotations

from django.db.backends.signals import connection_created
from django.dispatch import receiver


@receiver(connection_created)
def fold_case_of_every_letter(connection, **kwargs):
    """Make `LOWER` know letters beyond ASCII, as PostgreSQL's does."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("LOWER", 1, _lower, deterministic=True)


def _lower(text):
    return text.lower() if isinstance(text, str) else text
