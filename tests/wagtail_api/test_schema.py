"""The OpenAPI schema is complete, and its documentation needs no other server."""

import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests.client import is_error

METHODS = {"get", "post", "put", "patch", "delete"}
UNDESCRIBED = {"schema/"}
"""Routes that are about the API rather than part of it."""


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def operations(schema):
    """All operations as (method, path, operation)."""
    return [
        (method, path, operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def routes(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


class TestSchema:
    def test_is_valid_and_made_without_a_warning(self):
        GENERATOR_STATS.reset()
        validate_schema(SchemaGenerator().get_schema(request=None, public=True))
        assert not GENERATOR_STATS

    def test_holds_every_route_with_every_method(self, schema):
        described = {
            re.sub(r"{\w+}", "{}", path.removeprefix("/api/v2/")): {method for method in item if method in METHODS}
            for path, item in schema["paths"].items()
        }
        [api] = [pattern for pattern in get_resolver().url_patterns if str(pattern.pattern) == "api/v2/"]
        for path, view in routes(api.url_patterns):
            view_class = getattr(view, "cls", getattr(view, "view_class", None))
            if path in UNDESCRIBED or view_class is None:
                continue
            methods = set(getattr(view, "actions", None) or {m for m in METHODS if hasattr(view_class, m)})
            methods &= set(view_class.http_method_names)
            assert described.get(re.sub(r"<[^>]+>", "{}", path)) == methods - {"head", "options"}, path

    def test_says_of_every_operation_what_it_is(self, operations):
        for method, path, operation in operations:
            where = f"{method} {path}"
            assert operation.get("summary"), where
            assert len(operation.get("tags", [])) == 1, where
            assert re.fullmatch("[a-z]+(_[a-z]+)*", operation["operationId"]), where
        names = [operation["operationId"] for _, _, operation in operations]
        assert len(names) == len(set(names))

    def test_says_of_every_operation_how_it_can_fail(self, operations):
        error = {"$ref": "#/components/schemas/Error"}
        for method, path, operation in operations:
            where = f"{method} {path}"
            assert {"400", "default"} <= set(operation["responses"]), where
            assert operation["responses"]["default"]["content"]["application/json"]["schema"] == error, where
            if "security" in operation:
                assert "401" in operation["responses"], where

    def test_says_who_must_be_signed_in(self, operations):
        security = {f"{method} {path}": operation.get("security") for method, path, operation in operations}
        assert security["get /api/v2/feed/latest/"] == [{"bearer": []}, {}]
        assert security["get /api/v2/me/"] == [{"bearer": []}]
        assert security["patch /api/v2/comments/{id}/"] == [{"bearer": []}]
        assert security["post /api/v2/auth/token/"] is None

    def test_describes_the_objects_of_the_api(self, schema):
        schemas = schema["components"]["schemas"]
        assert {"UserRef", "BlogRef", "Blog", "PostCard", "Post", "PostRef", "Image", "Comment", "Error"} <= set(
            schemas
        )
        kinds = schemas["BodyBlock"]["discriminator"]["mapping"]
        assert set(kinds) == {"heading", "paragraph", "image", "gallery", "quote", "code", "embed", "divider"}
        assert set(schemas["ListMeta"]["properties"]) == {"next", "previous"}

    def test_leaves_out_the_admin(self, schema):
        assert all(path.startswith("/api/v2/") for path in schema["paths"])


class TestSchemaEndpoint:
    def test_answers_in_json(self, anyone):
        for headers in ({}, {"Accept": "application/json"}, {"Accept": "text/html,*/*;q=0.8"}):
            answer = anyone.call("GET", "schema/", expect=200, headers=headers)
            assert answer.headers["Content-Type"] == "application/json"
            assert answer.json()["openapi"].startswith("3.")

    def test_answers_in_yaml_when_asked(self, anyone):
        answer = anyone.call("GET", "schema/?format=yaml", expect=200)
        assert answer.content.startswith(b"openapi: 3.")

    def test_is_not_sent_twice(self, anyone):
        etag = anyone.call("GET", "schema/", expect=200).headers["ETag"]
        assert anyone.call("GET", "schema/", expect=304, headers={"If-None-Match": etag}).content == b""

    def test_refuses_unknown_parameters(self, anyone):
        is_error(anyone.call("GET", "schema/?lang=en"), 400)


class TestDocs:
    def test_load_nothing_from_other_servers_and_run_nothing_inline(self, anyone):
        page = anyone.call("GET", "/docs/", expect=200).content.decode()
        sources = re.findall(r'(?:src|href)="([^"]*)"', page)
        assert sources
        assert all(source.startswith("/") and not source.startswith("//") for source in sources), sources
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        for source in sources:
            assert source.startswith("/docs/") or finders.find(source.removeprefix(settings.STATIC_URL)), source

    def test_show_the_schema(self, anyone):
        script = anyone.call("GET", "/docs/?script=", expect=200).content.decode()
        assert "/api/v2/schema/" in script
        assert '"validatorUrl": null' in script
