"""Wagtail's filters and pagination, where stock ones fail on odd input or tell of hidden pages."""

from __future__ import annotations

import re

from django.db.models import Field, ForeignKey, Model, QuerySet
from rest_framework.filters import BaseFilterBackend
from taggit.managers import TaggableManager
from wagtail.api.v2 import filters as stock
from wagtail.api.v2.pagination import WagtailPagination
from wagtail.api.v2.utils import BadRequestError
from wagtail.fields import StreamField
from wagtail.models import Locale

from api import parameters
from api.identifiers import LARGEST_ID
from api.wagtail import values
from core.errors import Invalid

MOST_TAGS = 5
LONGEST_SEARCH = 255
OPERATORS = ("and", "or")
_WORD = re.compile(r"\w+")


def filterable(model: type[Model], names: list[str]) -> dict[str, Field]:
    """The fields among these names that a list can be filtered by."""
    fields = {}
    for name in names:
        field = model._meta.get_field(name)
        if not isinstance(field, StreamField) and name != "locale":
            fields[name] = field
    return fields


class FieldsFilter(BaseFilterBackend):
    """`?title=…`: by the value of a field; `?tags=a,b`: with all these tags."""

    def filter_queryset(self, request, queryset: QuerySet, view) -> QuerySet:
        for name, field in view.get_filter_fields(queryset.model).items():
            if name not in request.GET:
                continue
            if isinstance(field, TaggableManager):
                queryset = self._tagged(queryset, name, request.GET[name])
            else:
                queryset = queryset.filter(view.condition_on(field, values.of_field(field, request.GET, name)))
        return queryset

    def _tagged(self, queryset: QuerySet, name: str, text: str) -> QuerySet:
        tags = dict.fromkeys(text.split(","))
        if len(tags) > MOST_TAGS:
            raise Invalid(f"Give at most {MOST_TAGS} tags.", attr=name)
        for tag in tags:
            queryset = queryset.filter(**{f"{name}__name": tag})
        queryset._filtered_by_tag = True
        return queryset


class OrderingFilter(BaseFilterBackend):
    """`?order=-first_published_at,title` or `?order=random`."""

    def filter_queryset(self, request, queryset: QuerySet, view) -> QuerySet:
        text = request.GET.get("order")
        if text is None:
            return queryset
        names = text.split(",")
        if "random" in names:
            if len(names) > 1:
                raise Invalid("Random ordering cannot be combined with other fields.", attr="order")
            if "offset" in request.GET:
                raise Invalid("Random ordering with offset is not supported.", attr="order")
            return queryset.order_by("?")
        sortable = {
            name
            for name, field in view.get_filter_fields(queryset.model).items()
            if not isinstance(field, TaggableManager | ForeignKey)
        }
        for name in names:
            if name.removeprefix("-") not in sortable:
                raise Invalid("Unknown or unsortable field.", attr="order")
        return queryset.order_by(*names)


class SearchFilter(stock.SearchFilter):
    """`?search=words`, in what the caller may see."""

    def filter_queryset(self, request, queryset: QuerySet, view):
        operator = parameters.choice(request.GET, "search_operator", OPERATORS)
        if "search" not in request.GET:
            return queryset
        if len(request.GET["search"]) > LONGEST_SEARCH:
            raise Invalid(f"Give at most {LONGEST_SEARCH} characters.", attr="search")
        if getattr(queryset, "_filtered_by_tag", False):
            raise BadRequestError("filtering by tag with a search query is not supported")
        words = _WORD.findall(request.GET["search"])
        if not words:
            return queryset.none()
        backend = stock.get_search_backend()
        # `backend.search` would refuse the kernel's conditions, which are on fields that are not in the index. The
        # database backends need none of them there: they search with one SQL statement.
        compiler = backend.query_compiler_class(
            queryset, " ".join(words), operator=operator, order_by_relevance="order" not in request.GET
        )
        return backend.results_class(backend, compiler)


class _TreeFilter:
    """A filter of Wagtail's by the id of a page: a page the caller may not see is one that does not exist."""

    parameter: str

    def filter_queryset(self, request, queryset: QuerySet, view) -> QuerySet:
        if request.GET.get(self.parameter, "root") != "root":
            values.number(request.GET[self.parameter], self.parameter)
        return super().filter_queryset(request, queryset, view)


class ChildOfFilter(_TreeFilter, stock.ChildOfFilter):
    parameter = "child_of"


class AncestorOfFilter(_TreeFilter, stock.AncestorOfFilter):
    parameter = "ancestor_of"


class DescendantOfFilter(_TreeFilter, stock.DescendantOfFilter):
    parameter = "descendant_of"


class TranslationOfFilter(_TreeFilter, stock.TranslationOfFilter):
    parameter = "translation_of"


class LocaleFilter(BaseFilterBackend):
    """`?locale=en`."""

    def filter_queryset(self, request, queryset: QuerySet, view) -> QuerySet:
        code = request.GET.get("locale")
        if code is None:
            return queryset
        locale = Locale.objects.filter(language_code=code).first()
        if locale is None:
            raise Invalid("Unknown locale.", attr="locale")
        return queryset.filter(locale=locale)


class Pagination(WagtailPagination):
    """`?limit=` and `?offset=` within what a database can count."""

    def paginate_queryset(self, queryset, request, view=None):
        for name in ("limit", "offset"):
            text = request.GET.get(name)
            if text is not None and values.number(text, name) > LARGEST_ID - 1000:
                raise Invalid("Too large.", attr=name)
        return super().paginate_queryset(queryset, request, view)
