"""Reading bodies of requests: what is not a sound JSON object is refused before any view sees it."""

from __future__ import annotations

import json
import math
import re

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.utils.http import parse_header_parameters
from rest_framework import parsers
from rest_framework.exceptions import ParseError, UnsupportedMediaType

from core.errors import Invalid, TooLarge

DEEPEST = 64
CHARSETS = {"utf-8", "utf8", "us-ascii", "ascii"}
CHUNK = 64 * 1024
UNSOUND = re.compile("[\x00\ud800-\udfff]")
ESCAPED_UNSOUND = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


class JSONParser(parsers.JSONParser):
    """A JSON object in UTF-8: bounded in size and depth, without NaN and Infinity, without NUL and lone surrogates."""

    def parse(self, stream, media_type=None, parser_context=None):
        charset = parse_header_parameters(media_type or "")[1].get("charset", "utf-8")
        if charset.lower() not in CHARSETS:
            raise UnsupportedMediaType(media_type, f"Unsupported charset {charset[:40]!r}: use UTF-8.")
        return read_object(_read(stream))


class FormParser(parsers.FormParser):
    """URL-encoded fields, bounded in size and without NUL."""

    def parse(self, stream, media_type=None, parser_context=None):
        fields = super().parse(stream, media_type, parser_context)
        refuse_unsound(fields.dict())
        return fields


class MultiPartParser(parsers.MultiPartParser):
    """Fields and files; not too many, and fields without NUL."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            parsed = super().parse(stream, media_type, parser_context)
        except TooManyFilesSent:
            most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
            raise Invalid(f"Send at most {most} files at once.", code="too_many_files") from None
        for name, values in parsed.data.lists():
            for value in values:
                refuse_unsound({name: value})
        return parsed


def read_object(raw: bytes) -> dict:
    """The JSON object in these bytes. Raises `ParseError` or `Invalid`."""
    try:
        text = raw.decode("utf-8")
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError:
        raise ParseError("JSON parse error: the body is not UTF-8.") from None
    except RecursionError:
        raise ParseError("JSON parse error: nested too deeply.") from None
    except ValueError as error:
        raise ParseError(f"JSON parse error: {str(error)[:200]}") from None
    if not isinstance(value, dict):
        raise Invalid("Send a JSON object.")
    if ESCAPED_UNSOUND.search(text) or text.count("[") + text.count("{") > DEEPEST:
        refuse_unsound(value)
    return value


def refuse_unsound(value: dict) -> None:
    """Raise `Invalid` for text that cannot be stored, and `ParseError` for more than `DEEPEST` levels."""
    waiting = [(value, "", 0)]
    while waiting:
        value, path, depth = waiting.pop()
        if depth > DEEPEST:
            raise ParseError("JSON parse error: nested too deeply.")
        if isinstance(value, str):
            if UNSOUND.search(value):
                raise Invalid(
                    "Null characters and lone surrogates are not allowed.",
                    code="null_characters_not_allowed",
                    attr=path[:200] or None,
                )
        elif isinstance(value, dict):
            for key, item in value.items():
                if UNSOUND.search(key):
                    raise Invalid("Null characters and lone surrogates are not allowed in names.")
                waiting.append((item, f"{path}.{key}" if path else key, depth + 1))
        elif isinstance(value, list):
            waiting.extend((item, f"{path}.{index}", depth + 1) for index, item in enumerate(value))


def _read(stream) -> bytes:
    """All of the body, or `TooLarge` as soon as it is more than may be."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    chunks, size = [], 0
    while chunk := stream.read(CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > most:
            raise TooLarge(f"The body may have at most {most} bytes.")
    return b"".join(chunks)


def _no_constant(name: str):
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number
