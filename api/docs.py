"""Where the OpenAPI schema and its documentation are served."""

from __future__ import annotations

import hashlib
from functools import cache

from django.http import HttpResponse, HttpResponseNotModified
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.views import APIView

from api import cursors
from api.etags import is_named
from api.negotiation import ByFormat
from api.reading import PUBLIC


@cache
def rendered(renderer_class: type) -> tuple[bytes, str]:
    """The schema and its ETag. It does not change while the process lives."""
    body = renderer_class().render(SchemaGenerator().get_schema(request=None, public=True), renderer_context={})
    return body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


class SchemaView(APIView):
    """The schema, as JSON or (`?format=yaml`, or asked for with `Accept`) as YAML."""

    authentication_classes = []
    permission_classes = []
    content_negotiation_class = ByFormat
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer, OpenApiYamlRenderer2]

    @extend_schema(exclude=True)
    def get(self, request):
        cursors.refuse_unknown(request.GET, ("format",))
        body, etag = rendered(type(request.accepted_renderer))
        if is_named(etag, request.META):
            response = HttpResponseNotModified()
        else:
            response = HttpResponse(body, content_type=request.accepted_renderer.media_type)
        for name, value in {"ETag": etag, "Cache-Control": PUBLIC, "Vary": "Accept, Accept-Encoding, Origin"}.items():
            response[name] = value
        return response


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI, from our own files and without inline scripts."""

    authentication_classes = []
    permission_classes = []
    url_name = "schema"
    url_self = "/docs/"
