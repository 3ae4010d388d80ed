"""`make web`: one production web process (with WEB_CONCURRENCY workers), configured by the environment alone."""

from __future__ import annotations

import os
import sys

from django.core.checks import ERROR
from environs import EnvError

from cms.environment import BASE_DIR, env, exit_on_bad_environment

GIVEN = ("SECRET_KEY", "JWT_PRIVATE_KEY")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")
    with exit_on_bad_environment():
        for name in GIVEN:
            if not env.str(name, ""):
                raise EnvError(f'Environment variable "{name}" not set; a production process makes none itself')
        import django

        django.setup()
    from django.conf import settings

    from cms import metrics, server

    _complain_about_weak_settings()
    server.complain_if_nothing_can_be_kept()
    _complain_about_unapplied_migrations()
    server.complain_if_port_is_taken()
    server.collect_static()
    metrics.share_numbers(workers=settings.WEB_CONCURRENCY)
    os.chdir(BASE_DIR)
    command = server.command(workers=settings.WEB_CONCURRENCY, respawn=True)
    os.execv(command[0], command)  # noqa: S606 - our own interpreter with our own arguments


def _complain_about_weak_settings() -> None:
    from core import checks

    for found in checks.production():
        if found.level >= ERROR:
            sys.exit(f"inktree: {found.msg}")
        print(f"inktree: warning: {found.msg}", file=sys.stderr)


def _complain_about_unapplied_migrations() -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from cms import server

    with server.complaining_about_what_is_down():
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    connection.close()
    if plan:
        sys.exit(f"inktree: {len(plan)} migrations are not applied; run `python manage.py migrate` first")


if __name__ == "__main__":
    main()
