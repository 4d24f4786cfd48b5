"""Sequences of images as files: an animated GIF and a PNG strip."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .glyphs import colours

SHOWN = 320  # pixels: smallest length of the shorter side of an animation

Frames = Sequence[NDArray[Any]]  # channels × height × width each, 0 to 1, as from `DatasetSpec.drawn`


def gif(frames: Frames, milliseconds: int = 100) -> bytes:
    """An animated GIF that repeats forever. milliseconds: duration of a frame.

    Pixels are enlarged without smoothing. Pillow merges equal consecutive frames into one with a longer duration.
    """
    pictures = [_enlarged(colours(frame), SHOWN) for frame in frames]
    out = io.BytesIO()
    pictures[0].save(
        out, "GIF", save_all=True, append_images=pictures[1:], duration=milliseconds, loop=0, optimize=False
    )
    return out.getvalue()


def strip(frames: Frames, gap: int = 1) -> bytes:
    """A PNG with all frames side by side on white, each pixel drawn as 4 × 4. gap: pixels of a frame between frames."""
    pictures = [_enlarged(colours(frame), 4 * frame.shape[-2]) for frame in frames]
    width, height = pictures[0].size
    sheet = Image.new("RGB", (len(pictures) * (width + 4 * gap) - 4 * gap, height), "white")
    for i, picture in enumerate(pictures):
        sheet.paste(picture, (i * (width + 4 * gap), 0))
    out = io.BytesIO()
    sheet.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _enlarged(picture: NDArray[np.uint8], least: int) -> Image.Image:
    times = -(-least // min(picture.shape[:2]))
    grey = (picture == picture[..., :1]).all()
    image = Image.fromarray(picture[..., 0] if grey else picture)  # a grey GIF has all its levels
    return image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
