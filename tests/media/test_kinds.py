"""Whatever picture is sent, what is kept of it is clean, upright and in the right colours."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from tests.client import is_error
from tests.media.pictures import (
    SECRET,
    animation,
    cornered,
    corners_of,
    decoded,
    difference,
    display_p3,
    encoded,
    fetched,
    frames,
    in_srgb,
    noise,
    png,
    urls_of,
    with_metadata,
)

KINDS = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WEBP", "AVIF": "AVIF", "GIF": "PNG", "HEIF": "JPEG"}
UPRIGHT = {
    1: lambda picture: picture,
    2: lambda picture: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda picture: picture.transpose(Image.Transpose.ROTATE_180),
    4: lambda picture: picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda picture: picture.transpose(Image.Transpose.TRANSPOSE),
    6: lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
    7: lambda picture: picture.transpose(Image.Transpose.TRANSVERSE),
    8: lambda picture: picture.transpose(Image.Transpose.ROTATE_270),
}
"""What a camera held like this writes of an upright scene."""


class TestAKind:
    @pytest.mark.parametrize("kind", KINDS)
    def test_is_known_by_its_content(self, alice, kind):
        image = alice.upload(encoded(cornered(), kind), "picture")
        kept = decoded(fetched(image["url"]))
        assert kept.format == KINDS[kind]
        assert kept.size == (image["width"], image["height"]) == (640, 480)
        assert corners_of(kept) == ["red", "green", "blue", "white"]

    def test_is_not_known_by_its_name(self, alice):
        image = alice.upload(encoded(cornered(), "PNG"), "picture.jpg")
        assert decoded(fetched(image["url"])).format == "PNG"

    @pytest.mark.parametrize("kind", ["TIFF", "BMP", "ICO", "JPEG2000", "PPM"])
    def test_that_browsers_do_not_show_is_refused(self, alice, kind):
        content = encoded(cornered(64, 64), kind)
        is_error(self.send(alice, content), 400, "unsupported_image", "file")

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\xff",
            b"GIF89a",
            b"\x89PNG\r\n\x1a\n",
            b"just text",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><svg>&a;</svg>",
            b"%!PS-Adobe-3.0 EPSF-3.0\n{} loop",
            b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
        ],
    )
    def test_that_is_none_is_refused(self, alice, content):
        is_error(self.send(alice, content), 400, "unsupported_image", "file")
        assert alice.get("users/alice/images/")["items"] == []

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("share", [0.5, 0.9])
    def test_is_refused_when_it_is_cut_off(self, alice, kind, share):
        content = encoded(noise(300, 200), kind)
        is_error(self.send(alice, content[: int(len(content) * share)]), 400, "unsupported_image", "file")

    def test_keeps_nothing_that_hides_behind_the_picture(self, alice):
        image = alice.upload(encoded(cornered(), "GIF") + b"<script>alert(1)</script><?php phpinfo() ?>")
        assert all(b"<script" not in fetched(url) and b"<?php" not in fetched(url) for url in urls_of(image))

    def send(self, api, content, name="picture"):
        path = f"users/{api.username}/images/"
        return api.call("POST", path, data={}, files=[("file", (name, content))])


class TestOrientation:
    @pytest.mark.parametrize("orientation", UPRIGHT)
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
    def test_becomes_upright(self, alice, orientation, kind):
        sideways = UPRIGHT[orientation](cornered(640, 480))
        image = alice.upload(encoded(sideways, kind, exif=with_metadata(orientation).tobytes()))
        assert (image["width"], image["height"]) == (640, 480)
        for url in urls_of(image):
            shown = decoded(fetched(url))
            assert corners_of(shown) == ["red", "green", "blue", "white"]
            assert shown.getexif().get(0x0112, 1) == 1

    @pytest.mark.parametrize("orientation", [0, 9, 65535])
    def test_that_means_nothing_is_ignored(self, alice, orientation):
        image = alice.upload(encoded(cornered(), exif=with_metadata(orientation).tobytes()))
        assert corners_of(decoded(fetched(image["url"]))) == ["red", "green", "blue", "white"]

    def test_in_broken_exif_is_ignored(self, alice):
        image = alice.upload(encoded(cornered(), exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + b"\xff" * 40))
        assert corners_of(decoded(fetched(image["url"]))) == ["red", "green", "blue", "white"]

    @pytest.mark.parametrize(
        ("rotate", "corners"),
        [
            (90, ["blue", "red", "white", "green"]),
            (180, ["white", "blue", "green", "red"]),
            (270, ["green", "white", "red", "blue"]),
        ],
    )
    def test_turns_clockwise_on_request(self, alice, rotate, corners):
        image = alice.upload(encoded(cornered(640, 480)), rotate=rotate)
        assert (image["width"], image["height"]) == ((640, 480) if rotate == 180 else (480, 640))
        assert corners_of(decoded(fetched(image["url"]))) == corners

    def test_and_rotation_add_up(self, alice):
        content = encoded(UPRIGHT[6](cornered(640, 480)), exif=with_metadata(6).tobytes())
        image = alice.upload(content, rotate=90)
        assert (image["width"], image["height"]) == (480, 640)
        assert corners_of(decoded(fetched(image["url"]))) == ["blue", "red", "white", "green"]


class TestMetadata:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
    def test_is_in_no_byte_that_is_served(self, alice, kind):
        options = {"exif": with_metadata(1).tobytes(), "xmp": b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"}
        content = encoded(cornered(), kind, **options)
        assert SECRET in content
        image = alice.upload(content)
        for url in urls_of(image):
            self.is_clean(fetched(url))

    def test_of_jpeg_is_gone_with_its_comment_and_thumbnail(self, alice):
        thumbnail = encoded(Image.new("RGB", (160, 120), "lime"))
        iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x20\x1c\x02\x50" + SECRET
        content = bytearray(encoded(cornered(), comment=SECRET, exif=with_metadata().tobytes()))
        content[2:2] = b"\xff\xed" + (len(iptc) + 2).to_bytes(2, "big") + iptc
        content += thumbnail
        image = alice.upload(bytes(content))
        for url in urls_of(image):
            self.is_clean(fetched(url))
            assert thumbnail not in fetched(url)

    def test_of_png_and_gif_is_gone(self, alice):
        from PIL.PngImagePlugin import PngInfo

        texts = PngInfo()
        texts.add_text("Author", SECRET.decode())
        texts.add_itxt("Where", SECRET.decode(), zip=False)
        for content in (encoded(cornered(), "PNG", pnginfo=texts), encoded(cornered(), "GIF", comment=SECRET)):
            assert SECRET in content
            for url in urls_of(alice.upload(content)):
                self.is_clean(fetched(url))

    def is_clean(self, content: bytes) -> None:
        assert SECRET not in content
        assert b"SERIAL" not in content
        picture = decoded(content)
        assert not dict(picture.getexif())
        assert not {"xmp", "comment", "photoshop", "icc_profile", "Author", "Where"} & picture.info.keys()


class TestColours:
    def test_of_a_wide_profile_are_converted(self, alice):
        picture, profile = cornered(), display_p3()
        expected = in_srgb(picture, profile)
        assert difference(picture, expected) > 8
        for kind in ("JPEG", "PNG", "WEBP", "AVIF"):
            image = alice.upload(encoded(picture, kind, icc_profile=profile))
            for url in urls_of(image):
                assert difference(decoded(fetched(url)), expected) < 8, (kind, url)

    def test_of_a_broken_profile_are_taken_as_they_are(self, alice):
        image = alice.upload(encoded(cornered(), icc_profile=b"no profile at all" * 20))
        assert difference(decoded(fetched(image["url"])), cornered()) < 8

    @pytest.mark.parametrize("mode", ["CMYK", "L"])
    def test_of_odd_jpegs_are_right(self, alice, mode):
        picture = cornered(mode=mode)
        for url in urls_of(alice.upload(encoded(picture))):
            assert difference(decoded(fetched(url)), picture.convert("RGB")) < 10

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
    def test_of_odd_pngs_are_right(self, alice, mode):
        picture = cornered(mode=mode)
        for url in urls_of(alice.upload(encoded(picture, "PNG"))):
            assert difference(decoded(fetched(url)), picture.convert("RGB")) < 10

    def test_of_sixteen_bits_are_right(self, alice):
        grey = Image.new("I;16", (200, 100), 40_000)
        row = b"\0" + (b"\xc8\x11" + b"\x50\x22" + b"\x28\x33") * 200
        for content, color in (
            (encoded(grey, "PNG"), (156, 156, 156)),
            (png(200, 100, depth=16, color=2, rows=row * 100), (200, 80, 40)),
        ):
            image = alice.upload(content)
            shown = decoded(fetched(image["url"])).convert("RGB").getpixel((50, 50))
            assert all(abs(a - b) <= 2 for a, b in zip(shown, color, strict=True)), shown

    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "GIF", "HEIF"])
    def test_stay_transparent_where_they_were(self, alice, kind):
        picture = cornered().convert("RGBA")
        picture.paste((0, 0, 0, 0), (0, 0, 320, 480))
        image = alice.upload(encoded(picture, kind))
        for url in urls_of(image):
            shown = decoded(fetched(url)).convert("RGBA")
            left, right = ((shown.width * part // 8, shown.height // 8) for part in (1, 7))
            assert shown.getpixel(left)[3] < 10
            assert shown.getpixel(right)[3] > 245

    def test_of_a_transparent_palette_are_right(self, alice):
        picture = cornered().quantize(8)
        index = picture.getpixel((10, 10))
        shown = decoded(fetched(alice.upload(encoded(picture, "PNG", transparency=index))["url"])).convert("RGBA")
        assert shown.getpixel((10, 10))[3] == 0
        assert shown.getpixel((600, 400)) == picture.convert("RGBA").getpixel((600, 400))


class TestAnAnimation:
    @pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
    def test_stays_one(self, alice, kind):
        image = alice.upload(animation(kind, frames(12)))
        kept = Image.open(io.BytesIO(fetched(image["url"])))
        assert (kept.format, kept.n_frames, kept.info["loop"]) == ("WEBP", 12, 0)
        kept.load()
        assert kept.info["duration"] == 80
        first = frames(1)[0]
        for url in urls_of(image) - {image["url"]}:
            shown = decoded(fetched(url))
            assert getattr(shown, "n_frames", 1) == 1
            assert difference(shown, first) < 12

    def test_turns_as_a_whole(self, alice):
        image = alice.upload(animation("GIF", frames(5)), rotate=90)
        kept = Image.open(io.BytesIO(fetched(image["url"])))
        assert (kept.size, kept.n_frames) == ((40, 60), 5)

    def test_is_its_first_frame_in_a_format_that_stands_still(self, alice):
        image = alice.upload(animation("GIF", frames(5)), format="png")
        kept = decoded(fetched(image["url"]))
        assert (kept.format, getattr(kept, "n_frames", 1)) == ("PNG", 1)


class TestARequestedFormat:
    @pytest.mark.parametrize("format", ["webp", "jpeg", "png", "avif"])
    def test_is_what_is_kept(self, alice, format):
        image = alice.upload(encoded(cornered(), "PNG"), format=format)
        assert decoded(fetched(image["url"])).format == format.upper()

    def test_without_transparency_gets_a_white_ground(self, alice):
        image = alice.upload(encoded(Image.new("RGBA", (60, 40), (0, 0, 0, 0)), "PNG"), format="jpeg")
        assert min(decoded(fetched(image["url"])).getpixel((30, 20))) > 250

    @pytest.mark.parametrize("fields", [{"format": "gif"}, {"rotate": 45}, {"max_width": 0}, {"max_width": "wide"}])
    def test_that_does_not_exist_is_refused(self, alice, fields):
        path, files = "users/alice/images/", [("file", ("a.jpg", encoded(cornered())))]
        is_error(alice.call("POST", path, data=fields, files=files), 400, attr=next(iter(fields)))

    def test_is_scaled_to_the_requested_width(self, alice):
        image = alice.upload(encoded(cornered(640, 480)), max_width=320)
        assert (image["width"], image["height"]) == decoded(fetched(image["url"])).size == (320, 240)

    def test_means_the_width_after_turning(self, alice):
        image = alice.upload(encoded(cornered(640, 480)), max_width=240, rotate=90)
        assert (image["width"], image["height"]) == (240, 320)

    def test_is_never_scaled_up(self, alice):
        assert alice.upload(encoded(cornered(640, 480)), max_width=9000)["width"] == 640


class TestRenditions:
    def test_have_the_sizes_of_the_contract(self, alice):
        image = alice.upload(encoded(cornered(2000, 1000)))
        sizes = {name: (size["width"], size["height"]) for name, size in image["renditions"].items()}
        assert sizes == {"thumbnail": (300, 300), "small": (400, 200), "medium": (800, 400), "large": (1600, 800)}
        for size in image["renditions"].values():
            assert decoded(fetched(size["url"])).size == (size["width"], size["height"])
        assert [source["type"] for source in image["sources"]] == ["image/avif", "image/webp"]
        for source in image["sources"]:
            for part in source["srcset"].split(", "):
                url, width = part.split()
                shown = decoded(fetched(url))
                assert f"image/{shown.format.lower()}" == source["type"]
                assert f"{shown.width}w" == width

    @pytest.mark.parametrize("size", [(1, 1), (7, 500), (500, 7), (299, 301), (400, 400), (1601, 3)])
    def test_are_never_larger_than_the_original(self, alice, size):
        image = alice.upload(encoded(cornered(*size)))
        assert (image["width"], image["height"]) == size
        assert (
            image["renditions"]["thumbnail"]["width"] == image["renditions"]["thumbnail"]["height"] == min(300, *size)
        )
        for rendition in image["renditions"].values():
            assert 1 <= rendition["width"] <= size[0]
            assert 1 <= rendition["height"] <= size[1]
            assert decoded(fetched(rendition["url"])).size == (rendition["width"], rendition["height"])

    def test_of_a_large_picture_come_with_a_bounded_original(self, alice):
        image = alice.upload(encoded(Image.new("RGB", (7000, 5000), "teal")))
        assert image["width"] * image["height"] <= 16_777_216 + 5000
        assert abs(image["width"] / image["height"] - 1.4) < 0.01
        assert image["renditions"]["large"]["width"] == 1600

    def test_have_addresses_that_cannot_be_guessed(self, alice):
        image = alice.upload(encoded(cornered()), "holiday-in-rome.jpg")
        names = {url.rpartition("/")[2] for url in urls_of(image)}
        assert all(len(name.partition(".")[0]) >= 32 and "rome" not in name for name in names)

    def test_come_with_a_placeholder(self, alice):
        for picture in (cornered(), cornered().convert("RGBA"), Image.new("RGBA", (50, 80), (255, 0, 0, 90))):
            image = alice.upload(encoded(picture, "PNG"))
            assert 5 <= len(base64.b64decode(image["placeholder"], validate=True)) <= 30
