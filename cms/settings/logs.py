"""Log lines: to the console, a rotating file under DATA_DIR, and the database, each with the id of its request."""

from environs import ValidationError, validate

from cms.environment import env, split_url
from cms.settings.paths import DATA_DIR

LOG_LEVEL = env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]))


@env.parser_for("dsn")
def parse_dsn(value: str) -> str:
    """What Sentry calls a DSN: a URL with a key and the number of a project; empty stays empty."""
    if value:
        parts = split_url(value, schemes=("http", "https"))
        if not (parts.hostname and parts.username and parts.path.rpartition("/")[2].isdigit()):
            raise ValidationError("Not of the form https://key@host/number.")
    return value


SENTRY_DSN = env.dsn("SENTRY_DSN", "")

METRICS_TOKEN = env.str("METRICS_TOKEN", "")

if SENTRY_DSN:
    from cms import sentry

    sentry.start(SENTRY_DSN)

SERVER_LOG_DAYS = env.int("SERVER_LOG_DAYS", 30, validate=validate.Range(min=1, max=3650))
SERVER_LOG_LINES = env.int("SERVER_LOG_LINES", 500_000, validate=validate.Range(min=1000))

LOGS_DIR = DATA_DIR / "logs"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "core.request_ids.RequestIdFilter"}},
    "formatters": {"line": {"()": "core.log_lines.LineFormatter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id"],
        },
        "file": {
            "()": "core.log_lines.rotating_file",
            "path": str(LOGS_DIR / "inktree.log"),
            "formatter": "line",
            "filters": ["request_id"],
        },
        "database": {
            "()": "core.server_log.DatabaseHandler",
            "filters": ["request_id"],
        },
    },
    "root": {"handlers": ["console", "file", "database"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": LOG_LEVEL if LOG_LEVEL != "DEBUG" else "INFO"},
        "django.server": {"handlers": [], "propagate": True},
        "wagtail": {"level": "WARNING"},  # its lines tell titles, also private ones; our events tell ids
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "botocore": {"level": "WARNING"},
        "boto3": {"level": "WARNING"},
        "s3transfer": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        "PIL": {"level": "WARNING"},
    },
}
