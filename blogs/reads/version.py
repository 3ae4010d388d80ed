"""The version of everything public: one small query tells whether an answer kept in memory still holds."""

from django.db.models import BigIntegerField, Count, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from blogs.models import VisibleChange
from core.statements import statement

VERSION_WINDOW = 500
"""How many of the newest changes make the version; see `VisibleChange`."""


def version() -> int:
    """Changes with every commit that changes anything public. One query over a small table."""
    rows = statement("version", lambda slots: _changes().values_list("version")).rows()
    return rows[0][0] or 0 if rows else 0


def version_column() -> Coalesce:
    """The version as a column of another statement, so that it is of the same moment as the rows beside it."""
    return Coalesce(Subquery(_changes().values("version")), Value(0), output_field=BigIntegerField())


def _changes() -> QuerySet:
    newest = VisibleChange.objects.order_by("-pk").values("pk")[:VERSION_WINDOW]
    counted = VisibleChange.objects.filter(pk__in=newest).order_by().values(group=Value(1))
    return counted.annotate(version=Sum("pk") * (2 * VERSION_WINDOW) + Count("pk"))
