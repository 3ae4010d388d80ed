"""The statistics as the CMS holds them: the store it shares with the service, or the embedded one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from core import statistics
from core.errors import Unavailable
from stats.embedded import take_messages
from stats.figures import Figures, read_figures, read_overview
from stats.periods import Period
from stats.store.base import Store, StoreDown

RETRY_AFTER_SECONDS = 5


class StatisticsDown(Unavailable):
    """The store of the statistics does not answer; everything else works."""

    code = "statistics_unavailable"
    detail = "The statistics are not available right now."


def figures_of(blog_id: int, period: Period) -> Figures:
    """The figures of a blog. Raises `StatisticsDown`."""
    return _read(lambda store: read_figures(store, blog_id, period))


def overview(period: Period) -> Figures:
    """The figures of all blogs together. Raises `StatisticsDown`."""
    return _read(lambda store: read_overview(store, period))


def store() -> Store:
    """The store that the service counts in; without a service, our own."""
    if settings.STATS_BROKER_URL:
        return _of_service(settings.STATS_TABLE, settings.DYNAMODB_ENDPOINT_URL)
    return _embedded(settings.STATS_FILE)


def take(messages: list[statistics.Message]) -> None:
    """Count in the embedded store. Raises `StoreDown`."""
    take_messages(_embedded(settings.STATS_FILE), messages)


def _read(read) -> Figures:
    try:
        statistics.catch_up()
        return read(store())
    except StoreDown as error:
        raise StatisticsDown(retry_after=RETRY_AFTER_SECONDS) from error


@cache
def _embedded(path: Path) -> Store:
    from stats.store.sqlite import SQLiteStore

    store = SQLiteStore(path)
    store.create()
    return store


@cache
def _of_service(table: str, endpoint_url: str) -> Store:
    from stats.store.dynamodb import DynamoDBStore  # which costs an import of boto3

    return DynamoDBStore(
        table,
        endpoint_url=endpoint_url,
        region=settings.AWS_REGION,
        access_key=settings.AWS_ACCESS_KEY_ID,
        secret_key=settings.AWS_SECRET_ACCESS_KEY,
        connect_seconds=1,
        read_seconds=2,
    )
