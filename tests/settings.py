"""The settings of the tests: the real ones, but for what would make each test slow or unrepeatable."""

from cms.settings import *  # noqa: F403
from cms.settings import DATA_DIR, DATABASES, LOGGING, PASSWORD_HASHERS, STORAGES, TASKS

SECURE_PASSWORD_HASHERS = PASSWORD_HASHERS
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *SECURE_PASSWORD_HASHERS]

TASKS = {"default": TASKS["default"] | {"OPTIONS": TASKS["default"]["OPTIONS"] | {"inline": True}}}
OUTBOX_RELAY = "inline"

# A thread that writes to the database at any time would disturb tests; those of the log in it start it themselves.
LOGGING = LOGGING | {"root": LOGGING["root"] | {"handlers": ["console", "file"]}}

STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, so that threads have connections of their own as they do in production.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
