"""Keyset-paginated lists of model instances, for what is read seldom; what is read often goes through `api.reading`."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import F, Model, QuerySet, Value
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from api import cursors

PAGING = [
    OpenApiParameter("limit", OpenApiTypes.INT, description="How many items, 1 to 100; by default 20."),
    OpenApiParameter("cursor", OpenApiTypes.STR, description="From `meta.next` or `meta.previous`."),
]
"""The parameters of every list, for the schema."""


def list_document(
    request,
    *,
    name: str,
    queryset: QuerySet,
    column: str,
    documents: Callable[[list[Model]], list[dict]],
    known: tuple[str, ...] = (),
) -> dict:
    """The page `{meta, items}` a request asks for, of the queryset by `column` descending. Raises `Invalid`.

    `name` binds cursors to the list; `known` are its filters; `documents` makes the items of a page.
    """
    query = request.GET
    cursors.refuse_unknown(query, ("limit", "cursor", *known))
    scope = cursors.scope_of(name, query)
    limit = cursors.read_limit(query)
    position = cursors.read_cursor(query, scope)
    is_backward = position is not None and position.is_backward
    if position is not None:
        beyond = TupleGreaterThan if is_backward else TupleLessThan
        field = queryset.model._meta.get_field(column)
        edge = (Value(position.key[0], output_field=field), position.key[1])
        queryset = queryset.filter(beyond((F(column), F("pk")), edge))
    sign = "" if is_backward else "-"
    rows = list(queryset.order_by(f"{sign}{column}", f"{sign}pk")[: limit + 1])
    page = cursors.cut_page(rows, limit=limit, position=position, key_of=lambda row: (getattr(row, column), row.pk))
    return {"meta": cursors.meta(request.path, query, scope, page=page), "items": documents(page.rows)}
