"""Where things are on disk."""

from contextlib import suppress
from pathlib import Path

from environs import ValidationError

from cms.environment import env, parse_folder

DATA_DIR = env.folder("DATA_DIR", "var")


@env.parser_for("frontend")
def parse_frontend(value: str) -> Path | None:
    """A folder with a built frontend in it."""
    if not value:
        return None
    folder = parse_folder(value)
    if not (folder / "index.html").is_file():
        raise ValidationError("There is no index.html in it.")
    return folder


FRONTEND_DIST = env.frontend("FRONTEND_DIST", "")

# Not readable by everybody. Where it cannot be made, whoever needs it says so.
with suppress(OSError):
    DATA_DIR.mkdir(mode=0o750, parents=True, exist_ok=True)
