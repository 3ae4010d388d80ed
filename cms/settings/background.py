"""What is done after a request: tasks, events, and where they will go with a broker."""

from environs import validate

from cms.environment import env
from cms.settings.paths import DATA_DIR

BROKER_URL = env.address("BROKER_URL", "", schemes=("amqp", "amqps"))
STATS_BROKER_URL = env.address("STATS_BROKER_URL", "", schemes=("amqp", "amqps"))
STATS_PORT = env.int("STATS_PORT", None, validate=validate.Range(1, 65535))
STATS_TABLE = env.str(
    "STATS_TABLE",
    "inktree-stats",
    validate=validate.Regexp(r"[A-Za-z0-9_.-]{3,255}\Z", error="Not 3 to 255 letters, digits, _, . and -."),
)
# The store of the statistics where they are embedded.
STATS_FILE = DATA_DIR / "statistics.sqlite3"
DYNAMODB_ENDPOINT_URL = env.address("DYNAMODB_ENDPOINT_URL", "", schemes=("http", "https"))

# "thread": deliveries nobody waits for are made by a thread of the process; "inline": all are made by the request.
OUTBOX_RELAY = "thread"

TASKS = {
    "default": {
        "BACKEND": "core.tasks.AfterCommitBackend",
        "OPTIONS": {
            "inline": False,
            # Updating an index from the committed rows twice is the same as doing it once.
            "coalesce": [
                "wagtail.tasks.update_reference_index_task",
                "modelsearch.tasks.insert_or_update_object_task",
            ],
        },
    }
}
