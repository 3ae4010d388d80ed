"""What Wagtail's three endpoints share here: bounded input, our errors, caching, and objects shown whole."""

from __future__ import annotations

import hashlib

from django.db.models import Field, Model, Q
from django.http import HttpResponse, HttpResponseNotModified
from django.urls import path
from modelsearch.backends.base import FieldError, FilterError
from rest_framework import fields
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from wagtail.api import APIField
from wagtail.api.v2.utils import BadRequestError
from wagtail.api.v2.views import BaseAPIViewSet

from accounts.viewers import Viewer
from api.etags import is_named
from api.identifiers import id_of
from api.reading import PRIVATE, PUBLIC, VARY
from api.wagtail import values
from api.wagtail.filters import Pagination, filterable
from core.errors import Invalid

ALL = [("*", False, None)]
READS = ("fields", "rich_text_format", "format", "_")


class Shown(fields.Field):
    """A field whose JSON value a function of ours makes from the instance."""

    def __init__(self, of, **kwargs):
        super().__init__(read_only=True, source="*")
        self.of = of

    def get_attribute(self, instance):
        return self.of(instance)

    def to_representation(self, value):
        return value


class OurRules:
    """Goes before a stock viewset. `own_fields` lists, per model, what our objects add to Wagtail's own fields."""

    renderer_classes = [JSONRenderer]
    pagination_class = Pagination
    own_fields: dict[type[Model], dict[str, fields.Field | None]] = {}
    detail_query_parameters = frozenset(READS)

    @property
    def viewer(self) -> Viewer:
        return self.request.viewer

    # fields

    @classmethod
    def get_body_fields(cls, model):
        added = [APIField(name, serializer=field) for name, field in cls.own_fields.get(model, {}).items()]
        return [*cls._convert_api_fields(cls.body_fields), *added]

    @classmethod
    def get_meta_fields(cls, model):
        return cls._convert_api_fields(cls.meta_fields)

    @classmethod
    def _get_serializer_class(cls, router, model, fields_config, show_details=False, nested=False):
        whole = {name for name, field in cls.own_fields.get(model, {}).items() if field is not None}
        config = []
        for name, negated, inner in fields_config:
            if name in whole and inner and inner != ALL:
                raise BadRequestError(f"'{name}' does not support nested fields")
            config.append((name, negated, None if name in whole else inner))
        return super()._get_serializer_class(router, model, config, show_details, nested)

    def get_serializer_class(self):
        values.refuse_deep(self.request.GET.get("fields", ""))
        return super().get_serializer_class()

    def get_filter_fields(self, model: type[Model]) -> dict[str, Field]:
        """The fields a list of this model can be filtered by."""
        return filterable(model, self.get_available_fields(model, db_fields_only=True))

    def condition_on(self, field: Field, value) -> Q:
        """The condition that a field has a value."""
        return Q(**{field.name: value})

    # views

    def check_query_parameters(self, queryset):
        values.refuse_unsound(
            self.request.GET, self.known_query_parameters | self.get_filter_fields(queryset.model).keys()
        )

    def detail_view(self, request, pk):
        values.refuse_unsound(request.GET, self.detail_query_parameters)
        self.kwargs["pk"] = id_of(pk)
        return super().detail_view(request, pk)

    def find_view(self, request):
        values.refuse_unsound(request.GET, self.detail_query_parameters | self.find_query_parameters)
        response = super().find_view(request)
        response["Location"] = response["Location"].removesuffix("?")
        return response

    def find_object(self, queryset, request):
        if "id" in request.GET:
            return queryset.filter(pk=values.number(request.GET["id"], "id")).first()
        return None

    def handle_exception(self, exc):
        if isinstance(exc, BadRequestError | FieldError | FilterError):
            exc = Invalid(str(exc))
        return super(BaseAPIViewSet, self).handle_exception(exc)

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code >= 400 or request.method not in ("GET", "HEAD"):
            return response
        if isinstance(response, Response):
            response = _conditional(response.render(), request)
        response["Cache-Control"] = PUBLIC if self.viewer.is_anonymous else PRIVATE
        response["Vary"] = VARY
        return response

    def get_renderer_context(self):
        return {**super().get_renderer_context(), "indent": None}

    @classmethod
    def get_urlpatterns(cls):
        return [
            path("", cls.as_view({"get": "listing_view"}), name="listing"),
            path("find/", cls.as_view({"get": "find_view"}), name="find"),
            path("<str:pk>/", cls.as_view({"get": "detail_view"}), name="detail"),
        ]


def _conditional(response: Response, request) -> HttpResponse:
    """The response with its ETag, or 304 when the caller has it already."""
    etag = f'"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"'
    sent = response
    if is_named(etag, request.META):
        sent = HttpResponseNotModified()
    sent["ETag"] = etag
    return sent
