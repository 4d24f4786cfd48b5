"""Draws the bundled house numbers: synthetic crops in the manner of SVHN, 32x32 in colour, a sheet for each part.

    python data/house_numbers/draw.py DEBS  # the folder of the packages that data/typefaces.py names

Each has one digit in the middle, parts of its neighbours beside it, colours of walls and paint, light from one side,
the slant of a hand-held camera, blur and noise. A sheet has a row for each digit. JPEG, as SVHN's photographs were:
noise does not pack, and a tile of 32x32 is whole JPEG blocks, so that nothing of one crop runs into the next.
"""

import colorsys
import random
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import typefaces  # noqa: E402 - lies beside this folder

SIDE, SCALE = 32, 4
COLUMNS = {"train": 180, "valid": 77, "test": 43}  # of each digit: 3,000 images, 42 to 18 to 10
QUALITY = 82
SEED = 9
# rarely painted on a wall, and hardly to be read at this size
THIN = ("thin", "light", "outline", "kristi", "murmure")


def colour(chance: random.Random, value: float) -> tuple[int, int, int]:
    """Muted, as walls and plates are; now and then a strong blue, red or green."""
    strong = chance.random() < 0.2
    hue = chance.choice((0.0, 0.0, 0.36, 0.6, 0.6)) if strong else chance.choice((0.07, 0.1, 0.58, 0.6))
    saturation = chance.uniform(0.35, 0.65) if strong else chance.uniform(0.0, 0.35)
    red, green, blue = colorsys.hsv_to_rgb((hue + chance.gauss(0, 0.03)) % 1, saturation, value)
    return round(255 * red), round(255 * green), round(255 * blue)


def draw(digit: int, path: Path, chance: random.Random) -> Image.Image:
    large = SIDE * SCALE
    wall = chance.uniform(0.1, 0.95)
    contrast = chance.uniform(0.22, 0.6)
    paint = wall - contrast if wall > 0.55 or (wall > 0.4 and chance.random() < 0.5) else wall + contrast
    paint = min(1.0, max(0.0, paint))
    canvas = Image.new("RGB", (2 * large, 2 * large), colour(chance, wall))
    pen = ImageDraw.Draw(canvas)
    middle = large
    if chance.random() < 0.25:  # the edge of a plate, or a joint of the wall
        edge = middle + chance.choice((-1, 1)) * chance.uniform(0.4, 0.6) * large
        pen.rectangle(
            (0, edge, 2 * large, 2 * large) if chance.random() < 0.5 else (edge, 0, 2 * large, 2 * large),
            fill=colour(chance, chance.uniform(0.1, 0.95)),
        )
    font = ImageFont.truetype(str(path), round(large * chance.uniform(0.75, 1.1)))
    left, top, right, bottom = font.getbbox(str(digit))
    origin = (middle - (left + right) / 2, middle - (top + bottom) / 2)
    before, after = (
        str(chance.randrange(10 ** chance.choice((1, 1, 2)))) if chance.random() < 0.6 else "" for _ in "ab"
    )
    gap = chance.uniform(0.0, 0.06) * large
    ink = colour(chance, paint)
    shadow = chance.random() < 0.3
    for text, x in (
        (str(digit), origin[0]),
        (before, origin[0] - font.getlength(before) - gap),
        (after, origin[0] + font.getlength(str(digit)) + gap),
    ):
        if shadow:
            pen.text((x + 0.03 * large, origin[1] + 0.03 * large), text, font=font, fill=colour(chance, wall * 0.5))
        pen.text((x, origin[1]), text, font=font, fill=ink, stroke_width=1 if "Bold" not in path.stem else 0)
    return photographed(canvas, chance)


def photographed(canvas: Image.Image, chance: random.Random) -> Image.Image:
    """The middle of the canvas as a camera would have it."""
    side = canvas.width // 2
    half = side / 2 * chance.uniform(0.95, 1.2)
    corners = []
    for x, y in ((-1, -1), (-1, 1), (1, 1), (1, -1)):
        corners += [side + x * half + chance.gauss(0, 0.05) * side, side + y * half + chance.gauss(0, 0.05) * side]
    seen = canvas.transform((side, side), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    seen = seen.filter(ImageFilter.GaussianBlur(SCALE * max(0.15, chance.gauss(0.55, 0.35))))
    pixels = np.asarray(seen.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=float)
    ramp = np.linspace(-1, 1, SIDE)
    light = 1 + chance.uniform(-0.2, 0.2) * ramp[:, None, None] + chance.uniform(-0.2, 0.2) * ramp[None, :, None]
    noise = np.random.default_rng(chance.randrange(2**32)).normal(0, chance.uniform(1, 5), (SIDE, SIDE, 3))
    return Image.fromarray(np.clip(pixels * light + noise, 0, 255).round().astype(np.uint8))


def main() -> None:
    with tempfile.TemporaryDirectory() as root:
        families = list(typefaces.faces(Path(sys.argv[1]), Path(root)).values())
        chance = random.Random(SEED)
        start = 0
        for (part, columns), count in zip(COLUMNS.items(), typefaces.PARTS, strict=True):
            paths = [path for files in families[start : start + count] for path in files]
            usable = [path for path in paths if not any(word in path.stem.lower() for word in THIN)]
            sheet = Image.new("RGB", (columns * SIDE, 10 * SIDE))
            for digit in range(10):
                for column in range(columns):
                    sheet.paste(draw(digit, chance.choice(usable), chance), (column * SIDE, digit * SIDE))
            sheet.save(HERE / f"{part}.jpg", quality=QUALITY, optimize=True)
            start += count


if __name__ == "__main__":
    main()
