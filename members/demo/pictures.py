"""Pictures made by chance and geometry: landscapes, waves, suns, tiles. The same seed gives the same picture."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from itertools import pairwise
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Color = tuple[int, int, int]

SIZE = (1600, 1067)
QUALITY = 88

PALETTES = [
    ["#0b132b", "#1c2541", "#3a506b", "#5bc0be", "#f2f4f3"],
    ["#2d1e2f", "#703d57", "#e26d5a", "#f4b860", "#fdf0d5"],
    ["#132a13", "#31572c", "#4f772d", "#90a955", "#ecf39e"],
    ["#03045e", "#0077b6", "#00b4d8", "#90e0ef", "#fff3e2"],
    ["#22223b", "#4a4e69", "#9a8c98", "#c9ada7", "#f2e9e4"],
    ["#3d0814", "#a4161a", "#e5383b", "#f9a03f", "#fff1d0"],
    ["#10002b", "#3c096c", "#7b2cbf", "#c77dff", "#ffe8f7"],
    ["#0f2027", "#203a43", "#2c5364", "#7fb7be", "#fbe6c9"],
    ["#283618", "#606c38", "#bc6c25", "#dda15e", "#fefae0"],
    ["#1b1b3a", "#693668", "#a74482", "#f84aa7", "#ffd5c2"],
]


def picture(seed: str, *, kind: str | None = None, size: tuple[int, int] = SIZE) -> bytes:
    """A picture as JPEG, of one of `KINDS` or of one chosen by the seed."""
    random = Random(f"picture {seed}")
    palette = [_color(text) for text in random.choice(PALETTES)]
    draw = KINDS[kind or random.choice(sorted(KINDS))]
    image = _grained(draw(random, palette, size), random)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return buffer.getvalue()


def portrait(seed: str) -> bytes:
    """A square picture to stand for a person or a blog, as JPEG."""
    random = Random(f"portrait {seed}")
    palette = [_color(text) for text in random.choice(PALETTES)]
    size = (800, 800)
    image = _gradient(size, palette[random.choice((1, 2))], palette[4], angle=random.uniform(20, 160))
    for _ in range(3):
        layer = Image.new("L", size)
        radius = random.randrange(180, 420)
        x, y = random.randrange(size[0]), random.randrange(size[1])
        ImageDraw.Draw(layer).ellipse((x - radius, y - radius, x + radius, y + radius), fill=random.randrange(130, 230))
        image.paste(_gradient(size, palette[0], palette[3], angle=random.uniform(0, 180)), mask=layer)
    buffer = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(1)).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def mountains(random: Random, palette: list[Color], size: tuple[int, int]) -> Image.Image:
    """Ranges of mountains behind one another, under a low sun."""
    width, height = size
    image = _gradient(size, palette[4], palette[3], angle=90)
    _sun(image, random, _mix(palette[4], (255, 255, 255), 0.6), radius=random.randrange(70, 170))
    layers = 6
    for layer in range(layers):
        nearness = layer / (layers - 1)
        base = height * (0.42 + 0.48 * nearness)
        ridge = _ridge(random, width, base, roughness=height * (0.16 - 0.07 * nearness))
        color = _mix(_mix(palette[3], palette[4], 0.3), palette[0], 0.12 + 0.88 * nearness)
        mist = _gradient(size, color, _mix(color, palette[4], 0.35), angle=90)
        image.paste(mist, mask=_below(size, ridge))
    return image


def waves(random: Random, palette: list[Color], size: tuple[int, int]) -> Image.Image:
    """Waves rolling over one another."""
    width, height = size
    image = _gradient(size, palette[4], palette[3], angle=90)
    _sun(image, random, palette[2], radius=random.randrange(90, 200))
    layers = 9
    for layer in range(layers):
        depth = layer / (layers - 1)
        level = height * (0.35 + 0.6 * depth)
        swings = [(random.uniform(0.6, 3.2), random.uniform(0, math.tau), random.uniform(12, 46)) for _ in range(3)]
        line = [
            (x, level + sum(tall * math.sin(x / width * math.tau * wide + shift) for wide, shift, tall in swings))
            for x in range(0, width + 12, 12)
        ]
        color = _mix(palette[3], palette[0], depth)
        image.paste(_gradient(size, _mix(color, palette[4], 0.25), color, angle=90), mask=_below(size, line))
        crest = ImageDraw.Draw(image)
        crest.line(line, fill=_mix(color, palette[4], 0.55), width=3, joint="curve")
    return image


def dunes(random: Random, palette: list[Color], size: tuple[int, int]) -> Image.Image:
    """Large soft curves with light from one side."""
    width, height = size
    image = _gradient(size, _mix(palette[1], palette[3], 0.5), palette[4], angle=75)
    for layer in range(5):
        level = height * (0.45 + 0.14 * layer)
        shift, wide = random.uniform(0, math.tau), random.uniform(0.5, 1.1)
        line = [
            (x, level + 110 * math.sin(x / width * math.tau * wide + shift) + 30 * math.sin(x / 210 + shift))
            for x in range(0, width + 12, 12)
        ]
        light = _mix(palette[3], palette[4], 0.5 - 0.1 * layer)
        shade = _mix(palette[2], palette[0], 0.2 + 0.14 * layer)
        image.paste(_gradient(size, light, shade, angle=random.uniform(5, 60)), mask=_below(size, line))
    return image


def tiles(random: Random, palette: list[Color], size: tuple[int, int]) -> Image.Image:
    """Quarter circles in a grid, turned by chance."""
    width, height = size
    side = random.choice((100, 150, 200))
    image = Image.new("RGB", size, palette[0])
    draw = ImageDraw.Draw(image)
    for x in range(0, width, side):
        for y in range(0, height, side):
            ground, figure = random.sample(palette, 2)
            draw.rectangle((x, y, x + side, y + side), fill=ground)
            turn = random.randrange(4)
            corner = ((0, 0), (1, 0), (1, 1), (0, 1))[turn]
            cx, cy = x + corner[0] * side, y + corner[1] * side
            for radius, color in ((side, figure), (side * 0.55, random.choice(palette))):
                box = (cx - radius, cy - radius, cx + radius, cy + radius)
                draw.pieslice(box, (0, 90, 180, 270)[turn], (90, 180, 270, 360)[turn], fill=color)
    return image


def triangles(random: Random, palette: list[Color], size: tuple[int, int]) -> Image.Image:
    """A crumpled sheet of triangles, lit from above."""
    width, height = size
    columns, rows = 16, 11
    points = {
        (column, row): (
            (column - 0.5) * width / (columns - 2) + random.uniform(-38, 38),
            (row - 0.5) * height / (rows - 2) + random.uniform(-38, 38),
        )
        for column in range(columns)
        for row in range(rows)
    }
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    for column in range(columns - 1):
        for row in range(rows - 1):
            a, b = points[column, row], points[column + 1, row]
            c, d = points[column, row + 1], points[column + 1, row + 1]
            for corners in random.choice((((a, b, c), (b, c, d)), ((a, b, d), (a, c, d)))):
                x, y = sum(point[0] for point in corners) / 3, sum(point[1] for point in corners) / 3
                color = _along(palette, 0.15 * x / width + 0.75 * y / height + random.uniform(0, 0.13))
                draw.polygon(corners, fill=color, outline=color)
    return image


def orbits(random: Random, palette: list[Color], size: tuple[int, int]) -> Image.Image:
    """Rings around a centre, with bodies on them, in a starry night."""
    width, height = size
    image = _gradient(size, palette[0], palette[1], angle=random.uniform(30, 150))
    draw = ImageDraw.Draw(image)
    for _ in range(420):
        x, y, radius = random.randrange(width), random.randrange(height), random.choice((1, 1, 1, 2, 3))
        draw.ellipse((x, y, x + radius, y + radius), fill=_mix(palette[4], palette[1], random.random()))
    cx, cy = width * random.uniform(0.3, 0.7), height * random.uniform(0.4, 0.6)
    for ring in range(9):
        radius, flat = 110 + ring * random.randrange(85, 110), 0.42
        draw.ellipse((cx - radius, cy - radius * flat, cx + radius, cy + radius * flat), outline=palette[2], width=3)
        turn, body = random.uniform(0, math.tau), random.randrange(10, 34)
        x, y = cx + radius * math.cos(turn), cy + radius * flat * math.sin(turn)
        draw.ellipse((x - body, y - body, x + body, y + body), fill=random.choice(palette[3:]))
    draw.ellipse((cx - 72, cy - 72, cx + 72, cy + 72), fill=palette[3])
    return image


def forest(random: Random, palette: list[Color], size: tuple[int, int]) -> Image.Image:
    """Firs in the mist, row before row."""
    width, height = size
    image = _gradient(size, palette[4], _mix(palette[3], palette[4], 0.4), angle=90)
    _sun(image, random, _mix(palette[4], (255, 255, 255), 0.7), radius=120)
    for layer in range(6):
        nearness = layer / 5
        color = _mix(_mix(palette[3], palette[4], 0.35), palette[0], 0.1 + 0.9 * nearness)
        ground = height * (0.52 + 0.43 * nearness)
        mask = Image.new("L", size)
        draw = ImageDraw.Draw(mask)
        draw.rectangle((0, ground, width, height), fill=255)
        x = random.uniform(-60, 0)
        while x < width + 60:
            tall = random.uniform(0.6, 1.25) * (110 + 210 * nearness)
            for part in range(5):
                top, wide = ground + 12 - tall * (1 - part * 0.17), tall * (0.07 + part * 0.045)
                draw.polygon([(x, top), (x - wide, top + tall * 0.3), (x + wide, top + tall * 0.3)], fill=255)
            x += random.uniform(0.25, 0.7) * tall
        image.paste(_gradient(size, color, _mix(color, palette[4], 0.25), angle=90), mask=mask)
    return image


def stripes(random: Random, palette: list[Color], size: tuple[int, int]) -> Image.Image:
    """Bands bent into arcs, like the layers of an agate."""
    image = Image.new("RGB", size, palette[0])
    draw = ImageDraw.Draw(image)
    width, height = size
    cx, cy = random.choice(((0, height), (width, height), (width // 2, height + 200)))
    radius, place = math.hypot(width, height) * 1.05, 0.0
    while radius > 20:
        draw.ellipse((cx - radius, cy - radius, cx + radius, cy + radius), fill=_along(palette, place))
        radius -= random.uniform(12, 70)
        place = (place + random.uniform(0.04, 0.17)) % 1
    return image


KINDS: dict[str, Callable[[Random, list[Color], tuple[int, int]], Image.Image]] = {
    "mountains": mountains,
    "waves": waves,
    "dunes": dunes,
    "tiles": tiles,
    "triangles": triangles,
    "orbits": orbits,
    "forest": forest,
    "stripes": stripes,
}


def _color(text: str) -> Color:
    return tuple(bytes.fromhex(text[1:]))


def _mix(one: Color, other: Color, share: float) -> Color:
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))


def _along(palette: list[Color], place: float) -> Color:
    """The colour at a place from 0 to 1 of the palette."""
    place = min(max(place, 0), 0.999) * (len(palette) - 1)
    return _mix(palette[int(place)], palette[int(place) + 1], place % 1)


def _gradient(size: tuple[int, int], start: Color, end: Color, *, angle: float) -> Image.Image:
    """From one colour to the other; an angle of 90 goes from the top down."""
    side = max(size) * 3 // 2
    ramp = Image.linear_gradient("L").resize((side, side), Image.Resampling.BICUBIC).rotate(90 - angle)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    ramp = ramp.crop((left, top, left + size[0], top + size[1]))
    return Image.composite(Image.new("RGB", size, end), Image.new("RGB", size, start), ramp)


def _sun(image: Image.Image, random: Random, color: Color, *, radius: int) -> None:
    x = image.width * random.uniform(0.2, 0.8)
    y = image.height * random.uniform(0.15, 0.4)
    for size, strength in ((radius * 2.6, 60), (radius * 1.6, 90), (radius, 255)):
        mask = Image.new("L", image.size)
        ImageDraw.Draw(mask).ellipse((x - size, y - size, x + size, y + size), fill=strength)
        blur = 2 if size == radius else radius / 2
        image.paste(Image.new("RGB", image.size, color), mask=mask.filter(ImageFilter.GaussianBlur(blur)))


def _ridge(random: Random, width: int, base: float, *, roughness: float) -> list[tuple[float, float]]:
    """A line from left to right, made rougher by halving it again and again."""
    heights = [base + random.uniform(-roughness, roughness) for _ in range(3)]
    while len(heights) < 257:
        roughness *= 0.52
        halved = []
        for left, right in pairwise(heights):
            halved += [left, (left + right) / 2 + random.uniform(-roughness, roughness)]
        heights = [*halved, heights[-1]]
    return [(place * width / 256, height) for place, height in enumerate(heights)]


def _below(size: tuple[int, int], line: list[tuple[float, float]]) -> Image.Image:
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).polygon([*line, (size[0] + 20, size[1]), (0, size[1])], fill=255)
    return mask.filter(ImageFilter.GaussianBlur(0.8))


def _grained(image: Image.Image, random: Random) -> Image.Image:
    """The picture with a little grain, so that large areas do not look dead."""
    grain = Image.frombytes("L", (450, 300), random.randbytes(450 * 300)).resize(image.size).convert("RGB")
    return Image.blend(image, ImageChops.soft_light(image, grain), 0.16)
