"""Where things are on disk."""

from contextlib import suppress
from pathlib import Path

from environs import ValidationError

from cms.environment import env, parse_folder


@env.parser_for("data_folder")
def parse_data_folder(value: str) -> Path:
    """A folder that is there or may be made."""
    folder = parse_folder(value)
    try:
        is_possible = next(place for place in (folder, *folder.parents) if place.exists()).is_dir()
    except OSError:
        is_possible = False
    if not is_possible:
        raise ValidationError("Not a folder, or not one that can be reached.")
    return folder


DATA_DIR = env.data_folder("DATA_DIR", "var")


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
