"""Migrations run while the release before them serves: none holds up readers and writers, or takes away what it uses.

`make lint` runs this by itself. A migration that is needed all the same is done in two releases, or with
`AddIndexConcurrently` and the like; see docs/operating.md.
"""

from __future__ import annotations

import logging

import pytest
from django.apps import apps
from django_migration_linter import MigrationLinter

from tests.house.commands import ROOT

FOUNDING = {
    ("accounts", "0002_language"),
    ("blogs", "0002_initial"),
    ("blogs", "0005_home_feed_indexes"),
    ("core", "0002_giving_up"),
    ("core", "0003_events_to_tell"),
    ("media", "0002_folder"),
}
"""Written before the first release: there is nothing that serves while they run."""


class _Linter(MigrationLinter):
    """Remembers what it has to say instead of printing it."""

    def __init__(self, **options):
        self.found: dict[tuple[str, str], list[str]] = {}
        self._current: list[str] = []
        super().__init__(**options)

    def print_linting_msg(self, app_label, migration_name, msg, lint_result):
        self._current = self.found.setdefault((app_label, migration_name), [])

    def print_errors(self, errors):
        self._current += [error.message for error in errors]

    print_warnings = print_errors


@pytest.mark.only_on("postgresql")
class TestMigrations:
    def test_hold_up_nobody(self, django_db_blocker):
        logging.getLogger("django_migration_linter").setLevel(logging.ERROR)
        others = [app.label for app in apps.get_app_configs() if not (ROOT / app.name.partition(".")[0]).is_dir()]
        with django_db_blocker.unblock():
            linter = _Linter(path=str(ROOT), database="default", exclude_apps=others, no_cache=True)
            linter.lint_all_migrations()
        assert len(linter.found) > 15
        assert {name: words for name, words in linter.found.items() if words and name not in FOUNDING} == {}
