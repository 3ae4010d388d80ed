"""Stores to count in."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from social.views import forget_remembered
from stats.store.base import Store
from stats.store.dynamodb import DynamoDBStore
from stats.store.sqlite import SQLiteStore
from tests.servers.s3 import Aws


def dynamodb_store(aws: Aws, table: str = "", endpoint_url: str = "") -> DynamoDBStore:
    """A store in a table of the running server."""
    return DynamoDBStore(
        table or f"stats-{secrets.token_hex(6)}",
        endpoint_url=endpoint_url or aws.endpoint_url,
        region=aws.region,
        access_key=aws.access_key,
        secret_key=aws.secret_key,
    )


@pytest.fixture(params=["sqlite", "dynamodb"])
def store(request, tmp_path: Path) -> Iterator[Store]:
    """Each kind of store in turn, empty."""
    if request.param == "sqlite":
        store: Store = SQLiteStore(tmp_path / "stats.sqlite3")
    else:
        store = dynamodb_store(request.getfixturevalue("aws"))
    store.create()
    yield store
    store.close()


@pytest.fixture(autouse=True)
def embedded_store(settings, tmp_path: Path) -> Iterator[None]:
    """The statistics of each test begin with nothing, and know no reader."""
    settings.STATS_FILE = tmp_path / "statistics.sqlite3"
    forget_remembered()
    yield
    forget_remembered()
