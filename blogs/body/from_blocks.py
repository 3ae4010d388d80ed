"""Blocks as clients send them, checked one by one and brought into the form in which they are stored."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Collection

from blogs.body import limits
from blogs.body.from_html import to_paragraph
from blogs.richtext import safe_url
from core.errors import DomainError, Invalid, Problems

OwnImages = Callable[[Collection[int]], set[int]]
"""Tells which of some ids are images the author owns."""

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ID = re.compile(r"[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}\Z")
_LARGEST_ID = 2**63 - 1


def from_blocks(blocks, *, own_images: OwnImages = lambda ids: set()) -> list[dict]:
    """The blocks in stored form, images by their ids.

    Raises `Invalid` with every problem found, each with the place of its field, as in `body.3.level`.
    """
    if not isinstance(blocks, list):
        raise Invalid("Expected a list of blocks.", code="not_a_list", attr="body")
    if len(blocks) > limits.MOST_BLOCKS:
        raise Invalid(f"A body has at most {limits.MOST_BLOCKS} blocks.", code="too_many", attr="body")
    reading = _Reading()
    found = [reading.block(f"body.{place}", block) for place, block in enumerate(blocks)]
    if reading.length > limits.BODY_LENGTH:
        raise Invalid(f"A body has at most {limits.BODY_LENGTH} characters.", code="too_long", attr="body")
    reading.check_images(own_images)
    reading.problems.raise_any()
    return with_ids([block for block in found if block is not None])


def check_text(text: str, attr: str) -> str:
    """The text, unless it holds characters that no text may have. Raises `Invalid`."""
    if _UNWANTED.search(text):
        raise Invalid("Control characters are not allowed.", code="invalid_characters", attr=attr)
    return text


def with_ids(blocks: list[dict]) -> list[dict]:
    """The blocks, each with an id of its own: the one it has unless that is taken, or else a new one."""
    taken: set[str] = set()
    result = []
    for block in blocks:
        key = block.get("id")
        if not isinstance(key, str) or not _ID.match(key) or key in taken:
            key = str(uuid.uuid4())
        taken.add(key)
        value = block["value"]
        if block["type"] == "gallery":
            value = [{"type": "item", "value": image, "id": str(uuid.uuid4())} for image in value]
        result.append({"type": block["type"], "value": value, "id": key})
    return result


class _Reading:
    """Reads blocks, collecting their problems and the images they name."""

    def __init__(self):
        self.problems = Problems()
        self.length = 0
        self.images: list[tuple[str, int]] = []

    def block(self, attr: str, block) -> dict | None:
        """The checked block; None where it has problems or nothing in it."""
        if not isinstance(block, dict):
            return self._refuse(attr, "Expected an object with `type` and `value`.", "invalid")
        kind = block.get("type")
        read = getattr(self, f"_{kind}", None) if isinstance(kind, str) and kind in KINDS else None
        if read is None:
            return self._refuse(f"{attr}.type", f"Expected one of: {', '.join(KINDS)}.", "unknown_type")
        known = len(self.problems.found)
        value = block.get("value")
        if kind not in ("paragraph", "gallery", "divider"):
            if not isinstance(value, dict):
                return self._refuse(f"{attr}.value", "Expected an object.", "required" if value is None else "invalid")
            value = read(attr, value)
        else:
            value = read(f"{attr}.value", value)
        if len(self.problems.found) > known or (kind in ("paragraph", "gallery") and not value):
            return None
        return {"type": kind, "value": value, "id": block.get("id")}

    def check_images(self, own_images: OwnImages) -> None:
        """Add a problem for each image that the author does not own, whether it exists or not."""
        if len(self.images) > limits.MOST_IMAGES:
            self._refuse("body", f"A body has at most {limits.MOST_IMAGES} images.", "too_many")
        elif self.images:
            own = own_images({image for _, image in self.images})
            for attr, image in self.images:
                if image not in own:
                    self._refuse(attr, "Not an image of yours.", "does_not_exist")

    def _heading(self, attr: str, value: dict) -> dict:
        level = value.get("level")
        if type(level) is not int or level not in (2, 3, 4):
            self._refuse(f"{attr}.level", "Expected 2, 3 or 4.", "required" if level is None else "invalid")
        return {"level": level, "text": self._text(attr, value, "text", limits.HEADING_LENGTH, one_line=True)}

    def _paragraph(self, attr: str, value) -> str:
        if not isinstance(value, str):
            self._refuse(attr, "Expected rich text HTML.", "required" if value is None else "invalid")
            return ""
        self.length += len(value)
        if self.length > limits.BODY_LENGTH:  # reported for the body as a whole; not worth reading on
            return ""
        try:
            return to_paragraph(check_text(value, attr))
        except DomainError as error:
            for problem in error.problems:
                self._refuse(attr, problem.detail, problem.code)
            return ""

    def _image(self, attr: str, value: dict) -> dict:
        return {
            "image": self._image_id(f"{attr}.image", value.get("image")),
            "caption": self._text(attr, value, "caption", limits.CAPTION_LENGTH, required=False, one_line=True),
            "alt": self._text(attr, value, "alt", limits.ALT_LENGTH, required=False, one_line=True),
        }

    def _gallery(self, attr: str, value) -> list[int]:
        if not isinstance(value, list):
            self._refuse(attr, "Expected a list of images.", "required" if value is None else "not_a_list")
            return []
        return [self._image_id(f"{attr}.{place}", image) for place, image in enumerate(value[: limits.MOST_IMAGES + 1])]

    def _quote(self, attr: str, value: dict) -> dict:
        return {
            "text": self._text(attr, value, "text", limits.QUOTE_LENGTH),
            "attribution": self._text(
                attr, value, "attribution", limits.ATTRIBUTION_LENGTH, required=False, one_line=True
            ),
        }

    def _code(self, attr: str, value: dict) -> dict:
        return {
            "language": self._text(attr, value, "language", limits.LANGUAGE_LENGTH, required=False, one_line=True),
            "code": self._text(attr, value, "code", limits.CODE_LENGTH, strip=False),
        }

    def _embed(self, attr: str, value: dict) -> dict:
        url = self._text(attr, value, "url", limits.URL_LENGTH, one_line=True)
        if url and not (safe_url(url) and url.lower().startswith("http")):
            self._refuse(f"{attr}.url", "Expected an http or https URL.", "invalid_url")
        return {"url": url}

    def _divider(self, attr: str, value) -> None:
        return None

    def _image_id(self, attr: str, value) -> int:
        if isinstance(value, dict):  # the whole Image object, as answers have it
            value = value.get("id")
        if type(value) is not int or not 0 < value <= _LARGEST_ID:
            self._refuse(attr, "Expected the id of an image.", "required" if value is None else "invalid")
            return 0
        self.images.append((attr, value))
        return value

    def _text(self, attr, value, name, length, *, required=True, one_line=False, strip=True) -> str:
        attr, text = f"{attr}.{name}", value.get(name)
        if text is None and not required:
            return ""
        if not isinstance(text, str):
            self._refuse(attr, "Expected a text.", "required" if text is None else "invalid")
            return ""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if strip:
            text = " ".join(text.split()) if one_line else text.strip()
        if required and not text.strip():
            self._refuse(attr, "May not be blank.", "blank")
        if len(text) > length:
            self._refuse(attr, f"At most {length} characters.", "too_long")
        if _UNWANTED.search(text):
            self._refuse(attr, "Control characters are not allowed.", "invalid_characters")
        self.length += len(text)
        return text

    def _refuse(self, attr: str, detail: str, code: str) -> None:
        if len(self.problems.found) < 100:  # enough to mend; an answer must not outgrow the request
            self.problems.add(attr, detail, code)


KINDS = ("heading", "paragraph", "image", "gallery", "quote", "code", "embed", "divider")
