"""Pictures for the tests, and a look at what became of them."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from collections.abc import Sequence

import pillow_heif
from django.core.files.storage import default_storage
from PIL import Image, ImageCms, TiffImagePlugin

from media.models import Image as ImageRow
from tests.client import Api

pillow_heif.register_heif_opener()

CORNERS = {"red": (220, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 220), "white": (250, 250, 250)}
GPS_IFD = 0x8825
ORIENTATION = 0x0112
SECRET = b"Anna Secret of 52.5200 N"


def encoded(picture: Image.Image, kind: str = "JPEG", **options) -> bytes:
    """The bytes of a picture."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def decoded(content: bytes) -> Image.Image:
    """The picture that bytes are."""
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def cornered(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """A picture with another colour in each quarter: red, green / blue, white."""
    picture = Image.new("RGB", (width, height))
    places = [(0, 0), (width // 2, 0), (0, height // 2), (width // 2, height // 2)]
    for place, color in zip(places, CORNERS.values(), strict=True):
        picture.paste(color, (*place, place[0] + width - width // 2, place[1] + height - height // 2))
    return picture.convert(mode)


def corners_of(picture: Image.Image) -> list[str]:
    """The names of the colours in the quarters, from top left to bottom right, by rows."""
    width, height = picture.size
    points = [(x * width // 4, y * height // 4) for y in (1, 3) for x in (1, 3)]
    return [_nearest(picture.convert("RGB").getpixel(point)) for point in points]


def _nearest(color: tuple[int, int, int]) -> str:
    return min(CORNERS, key=lambda name: sum((a - b) ** 2 for a, b in zip(CORNERS[name], color, strict=True)))


def noise(width: int, height: int) -> Image.Image:
    """A picture that does not compress well."""
    grey = Image.effect_noise((width, height), 90)
    return Image.merge("RGB", [grey, grey.transpose(0), grey.transpose(1)])


def with_metadata(orientation: int | None = None) -> Image.Exif:
    """EXIF with a place, an author, a serial number and a picture of its own."""
    exif = Image.Exif()
    exif[0x013B] = SECRET.decode()
    exif[0xA431] = "SERIAL-0042"
    if orientation is not None:
        exif[ORIENTATION] = orientation
    exif.get_ifd(GPS_IFD).update(
        {1: "N", 2: tuple(TiffImagePlugin.IFDRational(part) for part in (52, 31, 12)), 29: "2020:01:01"}
    )
    return exif


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG file."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *, depth: int = 1, color: int = 0, rows: bytes = b"", extra: bytes = b"") -> bytes:
    """A PNG file made by hand, whose header may say what is not so."""
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(rows, 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + body + chunk(b"IEND", b"")


def frames(count: int, width: int = 60, height: int = 40) -> list[Image.Image]:
    """Different pictures, to make an animation of."""
    return [Image.new("RGB", (width, height), (number * 5 % 256, number % 7 * 30, 90)) for number in range(count)]


def animation(kind: str, pictures: Sequence[Image.Image]) -> bytes:
    """The bytes of an animation."""
    return encoded(pictures[0], kind, save_all=True, append_images=list(pictures[1:]), duration=80, loop=0)


def display_p3() -> bytes:
    """A colour profile like Display P3: its primaries with a gamma of 2.2."""

    def number(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(map(number, values))

    text = b"desc\0\0\0\0" + struct.pack(">I", 11) + b"Display P3\0" + bytes(78)
    gamma = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256))
    tags = {
        b"desc": text,
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.5151, 0.2412, -0.0011),
        b"gXYZ": xyz(0.2920, 0.6922, 0.0419),
        b"bXYZ": xyz(0.1571, 0.0666, 0.7841),
        b"rTRC": gamma,
        b"gTRC": gamma,
        b"bTRC": gamma,
        b"cprt": b"text\0\0\0\0none\0",
    }
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        content += bytes(-len(content) % 4)
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content
    size = struct.pack(">I", start + len(body))
    head = size + b"lcms" + b"\x02\x40\0\0" + b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    return head + number(0.9642) + number(1.0) + number(0.8249) + bytes(48) + table + body


def in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """What a viewer that knows colour profiles shows of a picture."""
    return ImageCms.profileToProfile(
        picture, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far the mean colours of the quarters of two pictures are apart at most, from 0 to 255."""
    small = [picture.convert("RGB").resize((2, 2), Image.Resampling.BOX) for picture in (one, other)]
    pairs = zip(small[0].tobytes(), small[1].tobytes(), strict=True)
    return max(abs(first - second) for first, second in pairs)


def fetched(url: str) -> bytes:
    """The bytes at one of our own media URLs."""
    response = Api().call("GET", url, expect=200)
    return b"".join(response.streaming_content)


def urls_of(document: dict) -> set[str]:
    """Every URL an Image object names."""
    sources = [document["srcset"], *(source["srcset"] for source in document["sources"])]
    named = {part.split()[0] for srcset in sources for part in srcset.split(", ")}
    return named | {document["url"]} | {rendition["url"] for rendition in document["renditions"].values()}


def keys_of(image_id: int) -> set[str]:
    """The storage keys of an image and all its renditions, also those only the admin shows."""
    image = ImageRow.objects.get(pk=image_id)
    return {image.file.name, *image.renditions.values_list("file", flat=True)}


def stored_keys() -> set[str]:
    """Every key below `images/` in the storage of pictures."""
    found = set()
    with contextlib.suppress(FileNotFoundError):
        for folder in default_storage.listdir("images")[0]:
            found |= {f"images/{folder}/{name}" for name in default_storage.listdir(f"images/{folder}")[1]}
    return found
