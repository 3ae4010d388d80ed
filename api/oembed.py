"""oEmbed: what another site shows where somebody pastes the address of a post."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from api.errors import Refusal, error_response
from api.public_pages import Published, public_answer
from core.errors import Invalid, NotFound, Problem
from syndication.embedding import as_json, as_xml, embedding_of, find_post

LONGEST_ADDRESS = 2000
WRITERS = {"json": (as_json, "application/json"), "xml": (as_xml, "text/xml; charset=utf-8")}
NOT_IMPLEMENTED = Problem("Choose one of: json, xml.", "not_implemented", "format")


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """The card of the post at `?url=`, within `maxwidth` and `maxheight`, as `format` json or xml."""
    query = request.GET
    kind = query.get("format", "json")
    if kind not in WRITERS:
        return Refusal(HTTPStatus.NOT_IMPLEMENTED, [NOT_IMPLEMENTED]).response()
    write, content_type = WRITERS[kind]

    def make() -> Published:
        address = query.get("url", "")
        if not address or len(address) > LONGEST_ADDRESS:
            raise Invalid("Give the address of a post.", attr="url")
        sizes = {"max_width": _size(query, "maxwidth"), "max_height": _size(query, "maxheight")}
        post = find_post(address)
        if post is None:
            raise NotFound
        return Published(write(embedding_of(post, **sizes)), content_type=content_type)

    try:
        return public_answer(request, make)
    except (Invalid, NotFound) as error:
        return error_response(error, request)


def _size(query, name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text)):
        raise Invalid("Give a number of pixels.", attr=name)
    return int(text)
