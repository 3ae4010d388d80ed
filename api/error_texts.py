"""The sentences of errors in the caller's language.

The rooms say them in English where they raise; here, where they leave, they are looked up in the catalogue.
"""

from __future__ import annotations

import re
from functools import cache

from django.conf import settings
from django.utils.translation import get_language, gettext

TEMPLATES = (
    "A body has at most {} blocks.",
    "A body has at most {} characters.",
    "A body has at most {} images.",
    "A file may have at most {} bytes.",
    "A picture may have at most {} bytes.",
    "At most {} characters.",
    "At most {} elements.",
    "At most {} tags.",
    "Choose one of: {}.",
    "Elements may be nested {} deep at most.",
    "Expected one of: {}.",
    "Files named .{} are not accepted. Send one of: {}.",
    "Files named .{} are not accepted.",
    "Give 1 to {} printable characters.",
    "Give a whole number from 1 to {}.",
    "Give at most {} characters.",
    "Give at most {} tags.",
    "Give up to {} printable characters.",
    "Nested deeper than {} levels.",
    "Send at most {} files at once.",
    "The body may have at most {} bytes.",
    "The focal point must lie within the picture, {} × {}.",
    "The picture has {} frames; {} are accepted.",
    "The picture has {} × {} pixels in {} frames; {} are accepted.",
    "The picture has {} × {} pixels; {} are accepted.",
    "Too many requests. Try again in {} seconds.",
    "Unsupported charset {}: use UTF-8.",
    "Use at most {} characters.",
    "Write at most {} characters.",
    "You may keep {} bytes of pictures and files; {} are used.",
    "You may keep {} bytes; there is room for {} more.",
    "You may keep {} pictures and files.",
)
"""Those sentences into which something is put, with `{}` in its place."""


def translated(sentence: str) -> str:
    """The sentence in the language of the request, or as it is where there is no translation."""
    if not sentence or get_language() == settings.LANGUAGE_CODE:
        return sentence
    found = gettext(sentence)
    if found != sentence:
        return found
    for template, pattern in _patterns():
        if values := pattern.fullmatch(sentence):
            return gettext(template).format(*values.groups())
    return sentence


@cache
def _patterns() -> list[tuple[str, re.Pattern]]:
    return [
        (template, re.compile("(.+?)".join(map(re.escape, template.split("{}"))), re.DOTALL)) for template in TEMPLATES
    ]
