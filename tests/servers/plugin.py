"""The pytest plugin that makes the tests' environment before Django's settings are read.

Every variable of `.env.example` gets a fixed value, so neither the caller's environment nor a `.env` changes what is
tested. `--database sqlite` (default) or `--database postgresql` chooses the database; for the latter DATABASE_URL
names a server, else one is started for this run.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers.postgresql import running_postgresql
from tests.servers.tiers import TIERS

ROOT = Path(__file__).resolve().parents[2]

ADMIN_PASSWORD = "Adm1n-of-the-tests"

VALUES = {
    "BASE_URL": "http://testserver",
    "ADMIN_USERNAME": "admin",
    "ADMIN_EMAIL": "admin@example.com",
    "ADMIN_PASSWORD": ADMIN_PASSWORD,
    "RATE_LIMITS": "off",
}

_open = ExitStack()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite", help="what to run the tests on")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    given = os.environ.get("DATABASE_URL", "")
    brokers = {name: os.environ.get(name, "") for name in ("BROKER_URL", "STATS_BROKER_URL")}
    folder = tempfile.mkdtemp(prefix="inktree-tests-")
    _open.callback(shutil.rmtree, folder, ignore_errors=True)
    for name in re.findall(r"^([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE):
        os.environ[name] = ""
    os.environ.update(VALUES, DATA_DIR=folder)
    for tier in TIERS.values():
        tier.look(brokers)
    if early_config.known_args_namespace.database == "postgresql":
        os.environ["DATABASE_URL"] = (
            given if given.startswith("postgres") else _open.enter_context(running_postgresql())
        )


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.option.database}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of a tier that is not there; the summary says so."""
    left_out = []
    for item in list(items):
        databases = [name for marker in item.iter_markers("only_on") for name in marker.args]
        if databases and config.option.database not in databases:
            left_out.append(item)  # it runs in the other of the two runs
            continue
        needed = [name for marker in item.iter_markers("needs") for name in marker.args]
        missing = [name for name in needed if not TIERS[name].is_there]
        if missing:
            TIERS[missing[0]].left_out += 1
            left_out.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_terminal_summary(terminalreporter) -> None:
    for tier in TIERS.values():
        if not tier.is_there:
            terminalreporter.write_line(f"left out: {tier.title} ({tier.left_out} tests); to have it: {tier.how}")


def pytest_unconfigure() -> None:
    _open.close()
