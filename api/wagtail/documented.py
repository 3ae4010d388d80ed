"""The schema's part about Wagtail's three endpoints."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from wagtail.api.rich_text import APIRichText

from api.serializers.errors import ErrorSerializer
from api.serializers.wagtail import counted
from api.wagtail.filters import OPERATORS

LARGEST_OFFSET = 2**53
WHOLE = {"type": "integer", "minimum": 0, "maximum": LARGEST_OFFSET}


def _query(name: str, kind=OpenApiTypes.STR, description: str = "", **more) -> OpenApiParameter:
    return OpenApiParameter(name, kind, description=description, **more)


FIELDS = _query("fields", description="Wagtail's syntax: `*`, `_,title`, `*,-body`, `parent(title)`.")
FORMAT = _query(
    "rich_text_format",
    enum=sorted(APIRichText._serializers()),
    default="html",
    description="The form of rich text in the answer.",
)
LISTING = [
    _query("limit", {"type": "integer", "minimum": 0, "maximum": 100, "default": 20}),
    _query("offset", WHOLE | {"default": 0}),
    _query("order", description="Fields, each perhaps with `-` before it, or `random`."),
    _query("search", description="Words to find."),
    _query("search_operator", enum=OPERATORS),
    _query("id", WHOLE),
    _query("title"),
]
TAGS = _query("tags", description="All of these, with commas; of pages, with a `type` that has tags.")
TREE = [
    _query("type", description="For example `blogs.BlogPostPage`; several with commas."),
    _query("child_of", description="The id of a page, or `root`."),
    _query("descendant_of", description="The id of a page, or `root`."),
    _query("ancestor_of", WHOLE, "The id of a page."),
    _query("translation_of", description="The id of a page, or `root`."),
    _query("locale"),
    _query("site", description="A host name, with `:port` where needed."),
    _query("slug"),
    TAGS,
    _query("first_published_at", OpenApiTypes.DATETIME),
]
HTML_PATH = _query("html_path", description="The path of a page, for example `/alice/a-post/`.")
ID = OpenApiParameter("id", WHOLE | {"minimum": 1}, OpenApiParameter.PATH)
NOTHING = OpenApiResponse(ErrorSerializer, "The caller can see no such thing.")
FOUND = OpenApiResponse(description="`Location` is the detail address of what was found.")


def documented(name: str, item: type[serializers.Serializer], *, listing=(), find=(), detail=()):
    """A class decorator: describes the viewset called `name` whose objects look like `item`."""
    one = name.removesuffix("s")
    described = {
        "listing_view": extend_schema(
            operation_id=f"wagtail_{name}",
            summary=f"{name.capitalize()}, in Wagtail's form",
            parameters=[*LISTING, FIELDS, FORMAT, *listing],
            responses=counted(item),
        ),
        "detail_view": extend_schema(
            operation_id=f"wagtail_{one}",
            summary=f"One {one}, in Wagtail's form",
            parameters=[ID, FIELDS, FORMAT, *detail],
            responses=item,
        ),
        "find_view": extend_schema(
            operation_id=f"wagtail_{one}_find",
            summary=f"Find a {one}",
            parameters=[_query("id", WHOLE), FIELDS, FORMAT, *find],
            responses={302: FOUND, 404: NOTHING},
        ),
    }

    def describe(viewset):
        for view, described_as in described.items():
            setattr(viewset, view, described_as(_own(viewset, view)))
        return extend_schema(tags=["wagtail"])(viewset)

    return describe


def _own(viewset, view: str):
    """A method of this class alone, so that what is noted on it does not show on other viewsets of Wagtail's."""
    inherited = getattr(viewset, view)

    def own(self, request, *args, **kwargs):
        return inherited(self, request, *args, **kwargs)

    return own
