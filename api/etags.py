"""Conditional requests."""

from __future__ import annotations


def is_named(etag: str, environ: dict) -> bool:
    """Whether the `If-None-Match` of a request (`environ` is WSGI's, or a request's `META`) names this ETag; `*` does.

    Tags are compared weakly, as it has to be for GET, so those that a proxy made weak match, too.
    """
    header = environ.get("HTTP_IF_NONE_MATCH", "")
    return etag in header or header.strip() == "*"
