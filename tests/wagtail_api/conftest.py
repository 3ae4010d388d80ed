import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.fixture
def connection_queries(db):
    """A context manager that lists the queries made within it."""
    return lambda: CaptureQueriesContext(connection)
