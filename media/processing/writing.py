"""Encoding the kept original and its renditions from one decoded picture, the small ones from the larger."""

from __future__ import annotations

import base64
import io
import re
from typing import BinaryIO

from PIL import Image
from PIL.Image import Resampling
from thash import rgba_to_thumb_hash_pure

from media.processing.parts import Part
from media.processing.reading import Developed, Source

SPEC = re.compile(r"(width|fill|max)-(\d+)(?:x(\d+))?(?:\|format-(webp|avif))?")
ORIGINAL_FORMATS = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WEBP", "AVIF": "AVIF", "HEIC": "JPEG", "GIF": "PNG"}
PLACEHOLDER_SIDE = 32


class Output:
    """The encoded pictures, one behind the other in a file; the same picture is written once for several specs."""

    def __init__(self, file: BinaryIO):
        self._file = file
        self._known: dict[tuple, Part] = {}
        self.parts: list[Part] = []

    def add(self, spec: str | None, picture: Image.Image, format: str, *, same_as: tuple, write) -> None:
        """Add `picture` for `spec`; `same_as` names its content, and `write` encodes it into a file."""
        known = self._known.get((same_as, format))
        if known is None:
            encoded = io.BytesIO()
            write(encoded)
            start = self._file.tell()
            self._file.write(encoded.getbuffer())
            known = Part(spec, start, encoded.tell(), picture.width, picture.height, format)
            self._known[same_as, format] = known
        self.parts.append(Part(spec, known.start, known.length, known.width, known.height, format))


def write_original(output: Output, source: Source, developed: Developed, *, format: str | None) -> None:
    """Encode the picture itself in the asked-for format, or its own (HEIC: JPEG, still GIF: PNG, animated: WebP)."""
    first = developed.first
    whole = (None, first.size)
    if len(developed.frames) > 1:
        output.add(None, first, "WEBP", same_as=("animation",), write=lambda file: _write_animation(file, developed))
        return
    chosen = format.upper() if format else ORIGINAL_FORMATS[source.kind]
    if chosen == "JPEG" and first.mode == "RGBA" and not format:
        chosen = "WEBP"
    is_lossless = source.is_lossless and chosen == "WEBP" and not format
    compact = developed.compact if chosen == "PNG" else None
    output.add(
        None,
        first,
        chosen,
        same_as=whole,
        write=lambda file: _write(file, compact or first, chosen, ORIGINAL, is_lossless),
    )


def write_renditions(output: Output, picture: Image.Image, specs: list[str], *, focal_point: list[int] | None) -> None:
    """Encode a rendition for each spec: `width-N`, `max-WxH` or `fill-NxN`, none larger than the picture."""
    fallback = "WEBP" if picture.mode == "RGBA" else "JPEG"
    scaled: dict[tuple, Image.Image] = {(None, picture.size): picture}
    for spec in sorted(specs, key=_size_of, reverse=True):
        operation, width, height, format = SPEC.fullmatch(spec).groups()
        chosen = format.upper() if format else fallback
        box = _square(picture.size, focal_point) if operation == "fill" else None
        size = _fitted(operation, picture.size, int(width), int(height or width))
        if (box, size) not in scaled:
            scaled[box, size] = _scale(scaled, picture, box, size)
        result = scaled[box, size]
        output.add(
            spec,
            result,
            chosen,
            same_as=(box, size),
            write=lambda file, p=result, f=chosen: _write(file, p, f, RENDITION),
        )


def placeholder(picture: Image.Image) -> str:
    """The ThumbHash of the picture, in Base64."""
    small = picture.convert("RGBA")
    small.thumbnail((PLACEHOLDER_SIDE, PLACEHOLDER_SIDE), Resampling.BOX)
    return base64.b64encode(bytes(rgba_to_thumb_hash_pure(small.width, small.height, small.tobytes()))).decode()


ORIGINAL = {
    "JPEG": {"quality": 88, "optimize": True},
    "PNG": {"compress_level": 4},
    "WEBP": {"quality": 85, "method": 2},
    "AVIF": {"quality": 75, "speed": 9},
}
RENDITION = {
    "JPEG": {"quality": 80, "optimize": True, "progressive": True},
    "WEBP": {"quality": 78, "method": 2},
    "AVIF": {"quality": 58, "speed": 9},
}


def _write(file: BinaryIO, picture: Image.Image, format: str, options: dict, is_lossless: bool = False) -> None:
    options = options[format]
    if is_lossless:
        options = {"lossless": True, "quality": 40, "method": 2}
    if format == "JPEG" and picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    picture.save(file, format, **options)


def _write_animation(file: BinaryIO, developed: Developed) -> None:
    developed.first.save(
        file,
        "WEBP",
        save_all=True,
        append_images=developed.frames[1:],
        duration=developed.durations,
        loop=developed.loop,
        quality=75,
        method=1,
    )


def _size_of(spec: str) -> int:
    return int(SPEC.fullmatch(spec)[2])


def _square(size: tuple[int, int], focal_point: list[int] | None) -> tuple[int, int, int, int]:
    """The largest square within the picture whose centre is as near to the focal point as can be."""
    width, height = size
    side = min(size)
    x, y = focal_point or (width / 2, height / 2)
    left = round(min(max(x - side / 2, 0), width - side))
    top = round(min(max(y - side / 2, 0), height - side))
    return left, top, left + side, top + side


def _fitted(operation: str, size: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    if operation == "fill":
        side = min(width, *size)
        return side, side
    scale = min(width / size[0], height / size[1] if operation == "max" else 1.0, 1.0)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _scale(scaled: dict, picture: Image.Image, box: tuple | None, size: tuple[int, int]) -> Image.Image:
    """Scale from the smallest picture already made that has at least twice the detail, else from the picture itself."""
    whole = box or (0, 0, *picture.size)
    needed = 2 * size[0] / (whole[2] - whole[0])
    candidates = [made for (made_of, _), made in scaled.items() if made_of is None]
    source = min(
        (made for made in candidates if made.width / picture.width >= needed),
        key=lambda made: made.width,
        default=picture,
    )
    factor_x, factor_y = source.width / picture.width, source.height / picture.height
    region = (whole[0] * factor_x, whole[1] * factor_y, whole[2] * factor_x, whole[3] * factor_y)
    return source.resize(size, Resampling.LANCZOS, box=region, reducing_gap=2.0)
