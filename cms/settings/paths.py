"""Where things are on disk."""

from contextlib import suppress

from cms.environment import env

DATA_DIR = env.folder("DATA_DIR", "var")
FRONTEND_DIST = env.folder("FRONTEND_DIST") if env.str("FRONTEND_DIST", "") else None

# Not readable by everybody. Where it cannot be made, whoever needs it says so.
with suppress(OSError):
    DATA_DIR.mkdir(mode=0o750, parents=True, exist_ok=True)
