"""Draws the bundled letters A to J: one grey PNG for each letter, a row for each family of typefaces, four 28x28 each.

    python data/letters/draw.py DEBS  # the folder of the packages that data/typefaces.py names

Also writes FONTS.md: which families, of which package and version, under which licence. A family's four images are of
up to four of its faces, turned and moved a little.
"""

import random
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import typefaces  # noqa: E402 - lies beside this folder

LETTERS = "ABCDEFGHIJ"
SIDE, TAKES, SCALE = 28, 4, 6  # drawn six times as large, then made small
SEED = 5


def draw(letter: str, path: Path, chance: random.Random) -> Image.Image:
    """White on black; as in notMNIST the letter fills the square."""
    large = SIDE * SCALE
    font = ImageFont.truetype(str(path), large)
    mask = Image.new("L", (3 * large, 3 * large))
    ImageDraw.Draw(mask).text((large, large), letter, font=font, fill=255)
    mask = mask.rotate(chance.uniform(-8, 8), Image.Resampling.BICUBIC)
    glyph = mask.crop(mask.getbbox())
    scale = chance.uniform(0.82, 1.0) * large / max(glyph.size)
    glyph = glyph.resize([max(1, round(side * scale)) for side in glyph.size], Image.Resampling.LANCZOS)
    room = [large - side for side in glyph.size]
    # near the middle, as far as the letter leaves room
    place = [round(free / 2 + chance.uniform(-0.5, 0.5) * min(free, 4 * SCALE)) for free in room]
    square = Image.new("L", (large, large))
    square.paste(glyph, tuple(place))
    # hairlines would be all but black
    return ImageOps.autocontrast(square.resize((SIDE, SIDE), Image.Resampling.BOX))


def main() -> None:
    debs = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as root:
        found = typefaces.faces(debs, Path(root))
        chance = random.Random(SEED)
        for letter in LETTERS:
            rows = []
            for files in found.values():
                rows.append(np.hstack([np.asarray(draw(letter, path, chance)) for path in (files * TAKES)[:TAKES]]))
            Image.fromarray(np.vstack(rows)).save(HERE / f"{letter}.png", optimize=True)
        (HERE / "FONTS.md").write_text(typefaces.listing(debs, found), encoding="utf-8")


if __name__ == "__main__":
    main()
