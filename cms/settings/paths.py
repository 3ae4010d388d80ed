"""Where things are on disk."""

from cms.environment import BASE_DIR, env

DATA_DIR = env.folder("DATA_DIR", "var")
FRONTEND_DIST = env.folder("FRONTEND_DIST") if env.str("FRONTEND_DIST", "") else None

__all__ = ["BASE_DIR", "DATA_DIR", "FRONTEND_DIST"]
