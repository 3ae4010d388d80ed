"""`python -m stats`: one process of the service, configured by the environment alone."""

from __future__ import annotations

import sys

import uvicorn
from pydantic import ValidationError

from stats import log_lines
from stats.app import make_app
from stats.settings import Settings


def main() -> None:
    """Serve until told to stop; a wrong variable stops the start with one line that names it."""
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        reason = (
            "not set"
            if first["type"] in ("missing", "too_short")
            else "wrong: " + first["msg"].removeprefix("Value error, ")
        )
        sys.exit(f"inktree stats: {name} is {reason}")
    log_lines.set_up(settings.log_level)
    uvicorn.run(
        make_app(settings),
        host=settings.host.strip("[]"),
        port=settings.listens_on,
        workers=1,  # and not as many as WEB_CONCURRENCY says of the CMS
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=15,
    )


if __name__ == "__main__":
    main()
