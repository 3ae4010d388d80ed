"""308: the same request, elsewhere."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponsePermanentRedirect

PREFIX = "/api/v2/"


class PermanentRedirect(HttpResponsePermanentRedirect):
    """A redirect that keeps the method and the body."""

    status_code = 308

    @classmethod
    def to(cls, request: HttpRequest, *parts: str) -> PermanentRedirect:
        """To the path made of these parts below the API, with the query of the request."""
        query = request.META.get("QUERY_STRING")
        path = PREFIX + "/".join(quote(part) for part in parts) + "/"
        return cls(f"{path}?{query}" if query else path)


class BlogMoved(Exception):
    """The blog has another slug now; the request goes there."""

    def __init__(self, old: str, new: str):
        super().__init__(old, new)
        self.old, self.new = old, new


def below_new_slug(request: HttpRequest, old: str, new: str) -> PermanentRedirect:
    """To the same place below a blog that has another slug now."""
    rest = request.path.removeprefix(f"{PREFIX}blogs/{old}/").strip("/")
    return PermanentRedirect.to(request, "blogs", new, *(rest.split("/") if rest else ()))
