"""The version of everything public: one small query tells whether an answer kept in memory still holds."""

from django.db import connections
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from blogs.models import VisibleChange
from core.prepared import prepared

VERSION_WINDOW = 128
"""How many of the newest changes make the version; see `VisibleChange`."""

_VERSION = f"""(
    SELECT COALESCE(SUM(id) * {2 * VERSION_WINDOW} + COUNT(*), 0)
    FROM (SELECT id FROM {VisibleChange._meta.db_table} ORDER BY id DESC LIMIT {VERSION_WINDOW}) newest
)"""  # noqa: S608  (made of constants)


_SELECT = f"SELECT {_VERSION}"


def version_column() -> RawSQL:
    """The version as a column of another statement, so that it is of the same moment as the rows beside it."""
    return RawSQL(_VERSION, (), output_field=BigIntegerField())  # noqa: S611


def version(using: str = "default") -> int:
    """Changes with every commit that changes anything public. One query over a small table."""
    connection = connections[using]
    with connection.cursor() as cursor:
        name = prepared(connection, cursor, "version", _SELECT)
        cursor.execute(f"EXECUTE {name}" if name else _SELECT)
        return int(cursor.fetchone()[0])
