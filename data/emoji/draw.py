"""Draws the bundled emoji: one PNG each, 20x20 grey and 32x32 colour, on white, in the order of EMOJI.

    python data/emoji/draw.py                 # with Noto Color Emoji where Debian and Ubuntu put it
    python data/emoji/draw.py FONT.ttf

Drawn with Noto Color Emoji 2.042 (package fonts-noto-color-emoji 2.042-0+deb12u1), Copyright Google, under the SIL Open
Font License 1.1. That licence does not extend to pictures made with the font (its FAQ 1.15).
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
FONT = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
FONT_SIZE = 109  # the one size that this bitmap font has
GREY, COLOUR = 20, 32  # sides in pixels

# The first eight are the set of the lesson; all are there to choose from.
EMOJI = {
    "grinning": "😀",
    "tears of joy": "😂",
    "heart eyes": "😍",
    "sunglasses": "😎",
    "crying": "😢",
    "angry": "😡",
    "screaming": "😱",
    "sleeping": "😴",
    "winking": "😉",
    "yummy": "😋",
    "neutral": "😐",
    "confused": "😕",
    "kissing": "😘",
    "tongue": "😜",
    "halo": "😇",
    "thinking": "🤔",
    "sick": "🤢",
    "exploding": "🤯",
    "freezing": "🥶",
    "party": "🥳",
    "pleading": "🥺",
    "skull": "💀",
    "ghost": "👻",
    "alien": "👽",
    "robot": "🤖",
    "pile of poo": "💩",
    "monster": "👾",
    "pumpkin": "🎃",
    "dog": "🐶",
    "cat": "🐱",
    "panda": "🐼",
    "frog": "🐸",
    "fox": "🦊",
    "monkey": "🐵",
    "pig": "🐷",
    "lion": "🦁",
    "heart": "❤",
    "star": "⭐",
    "sun": "🌞",
    "moon": "🌚",
}


def draw(text: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    """The emoji on white, cut to a square around what is drawn."""
    canvas = Image.new("RGBA", (2 * FONT_SIZE, 2 * FONT_SIZE), (255, 255, 255, 0))
    ImageDraw.Draw(canvas).text((20, 20), text, font=font, embedded_color=True)
    drawn = canvas.crop(canvas.getbbox())
    side = max(drawn.size)
    square = Image.new("RGB", (side, side), "white")
    square.paste(drawn, ((side - drawn.width) // 2, (side - drawn.height) // 2), drawn)
    return square


def main() -> None:
    font = ImageFont.truetype(sys.argv[1] if len(sys.argv) > 1 else FONT, FONT_SIZE)
    for side, mode in ((GREY, "L"), (COLOUR, "RGB")):
        folder = HERE / f"{side}x{side}"
        folder.mkdir(exist_ok=True)
        for number, (name, text) in enumerate(EMOJI.items()):
            small = draw(text, font).convert(mode).resize((side, side), Image.Resampling.BOX)
            file = f"{number:02} {name}.png".replace(" ", "-")
            small.save(folder / file, optimize=True)


if __name__ == "__main__":
    main()
