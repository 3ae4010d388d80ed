"""Databases: SQLite under DATA_DIR, or what DATABASE_URL names."""

from pathlib import Path

import dj_database_url
from environs import ValidationError

from cms.environment import BASE_DIR, env, split_url
from cms.settings.paths import DATA_DIR

SQLITE_OPTIONS = {
    "timeout": 20,
    # Take the write lock when a transaction begins: upgrading a read lock later fails at once under concurrency.
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; "
        "PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456; PRAGMA journal_size_limit=67108864"
    ),
}

POSTGRESQL_OPTIONS = {
    "application_name": "inktree",
    "connect_timeout": 10,
    # A server that vanished without a word is noticed within a minute.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}


@env.parser_for("database")
def parse_database(value: str) -> dict | None:
    """The entry of DATABASES for a `postgresql://…` or `sqlite:///…` URL; None for nothing."""
    if not value:
        return None
    parts = split_url(value, schemes=("postgresql", "postgres", "sqlite"))
    if not parts.path.strip("/"):
        raise ValidationError("The URL names no database.")
    try:
        database = dj_database_url.parse(value)
    except ValueError as error:
        raise ValidationError("Not a database URL.") from error
    if parts.scheme == "sqlite":
        return _sqlite(BASE_DIR / database["NAME"])
    return database | {
        "ENGINE": "core.postgresql",
        "OPTIONS": POSTGRESQL_OPTIONS | database.get("OPTIONS", {}),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def _sqlite(path: Path) -> dict:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": SQLITE_OPTIONS,
        "CONN_MAX_AGE": None,
    }


DATABASES = {"default": env.database("DATABASE_URL", "") or _sqlite(DATA_DIR / "inktree.sqlite3")}

REPLICA_OPTIONS = {
    # One that does not answer is passed over, and soon: the primary can do what it does.
    "connect_timeout": 2,
    "tcp_user_timeout": 3000,
    "options": "-c statement_timeout=3000 -c default_transaction_read_only=on",
}

DATABASE_ROUTERS = []

if _replica := env.database("DATABASE_REPLICA_URL", ""):
    if not _replica["ENGINE"].endswith("sqlite3"):
        _replica["OPTIONS"] = _replica["OPTIONS"] | REPLICA_OPTIONS
    DATABASES["replica"] = _replica | {"TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["core.replicas.Router"]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
