"""`make worker`: one production worker, which delivers events taken from the broker."""

from __future__ import annotations

import os

from cms.environment import BASE_DIR, exit_on_bad_environment


def main() -> None:
    with exit_on_bad_environment():
        from environs import EnvError

        from cms.settings.background import BROKER_URL

        if not BROKER_URL:
            raise EnvError('Environment variable "BROKER_URL" not set; without a broker there is nothing to work on')
        from cms.celery import app
    os.chdir(BASE_DIR)
    app.worker_main(
        ["worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle", "--concurrency", str(processes())]
    )


def processes() -> int:
    """How many deliveries a worker makes at once."""
    return max(2, os.cpu_count() or 1)


if __name__ == "__main__":
    main()
