"""The XML of a WordPress export (WXR), read as a stream: of a file of any size, one item is in memory at a time.

The file is a stranger's: there are no entities, no document types and nothing external in it, and an item has bounds.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from members.importing.things import Unreadable

LARGEST_ITEM = 64 * 1024 * 1024
DEEPEST = 50

_BROKEN = bytes(code for code in range(32) if code not in (9, 10, 13))
"""Control characters, which WordPress exports and XML forbids."""


def read(path: Path) -> Iterator[tuple[str, Element]]:
    """What stands in the channel, one element after another, each with its name; an element is empty once the next is
    asked for. Raises `Unreadable`.
    """
    depth, channel = 0, None
    try:
        with path.open("rb") as file:
            bounded = _Bounded(file)
            for event, element in iterparse(bounded, events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    depth += 1
                    if depth > DEEPEST:
                        raise Unreadable(f"Elements are nested deeper than {DEEPEST}: that is no WordPress export.")
                    _check_place(depth, element)
                    channel = element if depth == 2 else channel
                    continue
                depth -= 1
                if depth == 2:
                    yield name_of(element), element
                    channel.clear()
                    bounded.begin_anew()
    except DefusedXmlException:
        raise Unreadable("The file defines entities or a document type, as no WordPress export does.") from None
    except ParseError as error:
        raise Unreadable(f"The file is no whole XML: {error}.") from None
    except OSError as error:
        raise Unreadable(f"The file cannot be read: {error}.") from None


def name_of(element: Element) -> str:
    """The name of an element, with `excerpt:` before it for what WordPress calls `encoded` twice."""
    uri, _, name = element.tag.rpartition("}")
    if name == "encoded" and "/excerpt/" in uri:
        return "excerpt"
    if "wordpress.org/export/" in uri and "/excerpt/" not in uri:
        return f"wp:{name}"
    return name


def values_of(element: Element) -> dict[str, str]:
    """The texts of the elements in this one, by their names; of those that are repeated, the first."""
    values: dict[str, str] = {}
    for child in element:
        values.setdefault(name_of(child), (child.text or "").strip())
    return values


def _check_place(depth: int, element: Element) -> None:
    expected = {1: "rss", 2: "channel"}.get(depth)
    if expected and element.tag != expected:
        raise Unreadable(f"This is no WordPress export: <{expected}> was expected, and there is <{element.tag[:50]}>.")


class _Bounded:
    """A file that is read up to a bound, which begins anew with each item, without what XML forbids."""

    def __init__(self, file):
        self._file = file
        self._size = 0
        head = file.read(4)
        file.seek(0)
        self._is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))

    def read(self, size: int = 65536) -> bytes:
        piece = self._file.read(size)
        self._size += len(piece)
        if self._size > LARGEST_ITEM:
            raise Unreadable(f"One item is larger than {LARGEST_ITEM // 1024 // 1024} MB.")
        # A piece of nothing but forbidden bytes must not look like the end of the file.
        return piece if self._is_wide else piece.translate(None, _BROKEN) or (b" " if piece else b"")

    def begin_anew(self) -> None:
        """Another item begins."""
        self._size = 0
