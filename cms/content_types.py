"""Content types that Django would stumble over while it makes the request, before any code could answer for it."""

from __future__ import annotations

from django.utils.http import parse_header_parameters

UNREADABLE = "application/x-unreadable"


def tame(environ: dict) -> None:
    """Replace a `Content-Type` that cannot be parsed, or names a charset that is none of text, by one nobody reads."""
    line = environ.get("CONTENT_TYPE", "")
    if ";" not in line:
        return
    try:
        "".encode(parse_header_parameters(line)[1].get("charset", "utf-8"))
    except Exception:  # whatever the parsers of the standard library make of a stranger's header
        environ["CONTENT_TYPE"] = UNREADABLE
