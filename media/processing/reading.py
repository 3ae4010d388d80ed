"""Recognising a picture by its content and decoding it upright, in sRGB, within bounds."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

import pillow_heif
from PIL import (  # noqa: F401  # noqa: F401 - imported once, before the process forks
    AvifImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)
from PIL.Image import Resampling, Transpose

from media.processing import bounds

pillow_heif.register_heif_opener(thumbnails=False)
Image.MAX_IMAGE_PIXELS = None  # `open_picture` has its own bound, which counts frames too

HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}
PLUGINS = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WEBP", "AVIF": "AVIF", "GIF": "GIF", "HEIC": "HEIF"}
ANIMATED = {"PNG", "WEBP", "AVIF", "GIF"}

UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
CLOCKWISE = {90: Transpose.ROTATE_270, 180: Transpose.ROTATE_180, 270: Transpose.ROTATE_90}
SIDEWAYS = {Transpose.ROTATE_90, Transpose.ROTATE_270, Transpose.TRANSPOSE, Transpose.TRANSVERSE}


class Refused(Exception):
    """The bytes are no picture we take; `code` and the text are for the one who sent them."""

    def __init__(self, code: str, detail: str):
        self.code = code
        self.detail = detail
        super().__init__(detail)


def unsupported() -> Refused:
    return Refused("unsupported_image", "This is not a JPEG, PNG, WebP, AVIF, HEIC or GIF picture, or it is damaged.")


def recognise(head: bytes) -> str | None:
    """The kind of picture that starts with these bytes, whatever its name says."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        length = int.from_bytes(head[:4], "big")
        brands = {head[8:12], *(head[at : at + 4] for at in range(16, min(length, len(head)) - 3, 4))}
        if brands & AVIF_BRANDS:
            return "AVIF"
        if brands & HEIF_BRANDS:
            return "HEIC"
    return None


@dataclass
class Source:
    """A picture whose header was read and found acceptable; none of its pixels are decoded yet."""

    image: Image.Image | None
    kind: str
    frames: int
    is_lossless: bool


@dataclass
class Developed:
    """Upright pictures in sRGB, as RGB or RGBA: one, or the frames of an animation."""

    frames: list[Image.Image]
    durations: list[int]
    loop: int
    compact: Image.Image | None
    """The first frame as it was (palette or grey), where that is the same picture in fewer bytes."""

    @property
    def first(self) -> Image.Image:
        return self.frames[0]


def open_picture(file: BinaryIO, *, most_pixels: int) -> Source:
    """Read the header and refuse what is no picture or too large, before anything is decoded."""
    head = file.read(64)
    file.seek(0)
    kind = recognise(head)
    if kind is None:
        raise unsupported()
    image = Image.open(file, formats=[PLUGINS[kind]])
    width, height = image.size
    if width < 1 or height < 1:
        raise unsupported()
    if max(width, height) > bounds.LONGEST_SIDE or width * height > most_pixels:
        raise Refused("too_many_pixels", f"The picture has {width} × {height} pixels; {most_pixels} are accepted.")
    frames = getattr(image, "n_frames", 1) if kind in ANIMATED else 1
    if frames > bounds.MOST_FRAMES:
        raise Refused("too_many_pixels", f"The picture has {frames} frames; {bounds.MOST_FRAMES} are accepted.")
    if width * height * frames > most_pixels:
        raise Refused(
            "too_many_pixels",
            f"The picture has {width} × {height} pixels in {frames} frames; {most_pixels} are accepted.",
        )
    is_lossless = kind in {"PNG", "GIF"} or (kind == "WEBP" and head[12:16] == b"VP8L")
    return Source(image, kind, frames, is_lossless)


def develop(source: Source, *, rotate: int, max_width: int | None, animate: bool) -> Developed:
    """Decode within the bounds of an original, turn upright and then `rotate` degrees clockwise, convert to sRGB.

    Uses the source up: what its decoder held in memory is free afterwards.
    """
    image, source.image = source.image, None
    if source.kind == "PNG":
        image.load()  # its EXIF may stand behind the pixels
    steps = _steps(image, rotate)
    size = _bounded(image.size, is_sideways=_is_sideways(steps), max_width=max_width)
    image.draft(None, size)
    image.load()
    profile = _profile(image)
    if animate and source.frames > 1 and size[0] * size[1] * source.frames <= bounds.ANIMATION_PIXELS:
        return _develop_animation(image, source.frames, steps, size, profile)
    first = _finish(image, steps, size, profile)
    is_untouched = image.mode in {"1", "L", "P"} and image.size == first.size and not steps and profile is None
    return Developed([first], [0], 0, _without_metadata(image) if is_untouched else None)


def _develop_animation(image: Image.Image, count: int, steps: list, size: tuple[int, int], profile) -> Developed:
    frames, durations = [], []
    loop = int(image.info.get("loop", 1) or 0)
    for number in range(count):
        image.seek(number)
        image.load()
        durations.append(int(image.info.get("duration") or 100))
        frames.append(_finish(image.copy(), steps, size, profile))
    return Developed(frames, durations, loop, None)


def _finish(image: Image.Image, steps: list, size: tuple[int, int], profile) -> Image.Image:
    image = _plain(image)
    if image.size != size:
        image = image.resize(size, Resampling.LANCZOS, reducing_gap=2.0)
    image = _to_srgb(image, profile)
    for step in steps:
        image = image.transpose(step)
    image.info = {}
    return image


def _steps(image: Image.Image, rotate: int) -> list[Transpose]:
    """What turns the stored pixels upright and then by what was asked for."""
    orientation = 1
    with contextlib.suppress(Exception):  # EXIF is free-form bytes; what cannot be read asks for nothing
        orientation = image.getexif().get(0x0112, 1)
    steps = [UPRIGHT.get(orientation), CLOCKWISE.get(rotate)]
    return [step for step in steps if step is not None]


def _is_sideways(steps: list[Transpose]) -> bool:
    return sum(step in SIDEWAYS for step in steps) % 2 == 1


def _bounded(size: tuple[int, int], *, is_sideways: bool, max_width: int | None) -> tuple[int, int]:
    """The size of the stored pixels, scaled down to the bounds of an original and to `max_width` of the result."""
    width, height = size
    shown_width = height if is_sideways else width
    scale = min(
        1.0,
        bounds.ORIGINAL_SIDE / max(size),
        (bounds.ORIGINAL_PIXELS / (width * height)) ** 0.5,
        max_width / shown_width if max_width else 1.0,
    )
    return (max(1, round(width * scale)), max(1, round(height * scale))) if scale < 1.0 else size


def _plain(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be scaled and colour-converted: L, RGB, CMYK, LA or RGBA."""
    mode = image.mode
    if mode.startswith("I") or mode == "F":
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
        mode = "L"
    if mode in {"RGBA", "CMYK", "LA"}:
        return image
    if mode in {"PA", "RGBa", "La"} or "transparency" in image.info:
        return image.convert("RGBA")
    if mode in {"L", "RGB"}:
        return image
    return image.convert("L" if mode == "1" else "RGB")


def _profile(image: Image.Image) -> ImageCms.ImageCmsProfile | None:
    """The embedded colour profile, unless it says what we assume anyway or cannot be read."""
    embedded = image.info.get("icc_profile")
    if not embedded:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(embedded))
        if "srgb" in (ImageCms.getProfileDescription(profile) or "").lower():
            return None
    except (OSError, TypeError, ValueError, ImageCms.PyCMSError):
        return None
    return profile


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.createProfile("sRGB")


def _to_srgb(image: Image.Image, profile) -> Image.Image:
    alpha = None
    if image.mode in {"RGBA", "LA"}:
        alpha = image.getchannel("A")
        if alpha.getextrema() == (255, 255):
            alpha = None
        image = image.convert("RGB") if image.mode == "RGBA" else image.getchannel("L")
    if profile is not None:
        spaces = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
        expected = spaces.get(profile.profile.xcolor_space.strip())
        if expected == "RGB" and image.mode == "L":
            image = image.convert("RGB")
        if expected == image.mode:
            with contextlib.suppress(ImageCms.PyCMSError):  # a broken profile: show the plain values
                image = ImageCms.profileToProfile(
                    image, profile, _srgb(), renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB"
                )
    if image.mode != "RGB":
        image = image.convert("RGB")
    if alpha is not None:
        image.putalpha(alpha)
    return image


def _without_metadata(image: Image.Image) -> Image.Image:
    bare = image.copy()
    bare.info = {key: value for key, value in image.info.items() if key == "transparency"}
    return bare
