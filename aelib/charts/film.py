"""Images one after the other, as files: an animated GIF, a PNG strip."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .glyphs import colours

SHOWN = 320  # pixels that the shorter side of an animation has at least

Frames = Sequence[NDArray[Any]]  # channels × height × width each, 0 to 1, as `DatasetSpec.drawn` gives them


def gif(frames: Frames, milliseconds: int = 100) -> bytes:
    """Plays for ever. Pixels are enlarged, not smoothed. Frames that look the same as the one before are shown longer
    instead of twice (Pillow's way)."""
    pictures = [_enlarged(colours(frame), SHOWN) for frame in frames]
    out = io.BytesIO()
    pictures[0].save(
        out, "GIF", save_all=True, append_images=pictures[1:], duration=milliseconds, loop=0, optimize=False
    )
    return out.getvalue()


def strip(frames: Frames, gap: int = 1) -> bytes:
    """All frames side by side on white, each pixel 4 × 4, as PNG."""
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
