"""Small images with sharp pixels: PNGs at their original size, enlarged by the browser without smoothing."""

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aelib.core.language import _

Pixels = NDArray[np.float32]

PAPER, INK = (250, 249, 245), (28, 35, 49)
EXTRA, MISSING = (234, 88, 12), (37, 99, 235)  # orange: on, should be off; blue: off, should be on


def colours(image: Pixels) -> NDArray[np.uint8]:
    """An image (channels × height × width, 0 to 1) as bytes, height × width × 3. Grey goes from PAPER (0) to INK
    (1)."""
    clipped = np.clip(np.nan_to_num(image), 0, 1)
    if len(clipped) == 3:
        rgb: NDArray[np.uint8] = (clipped.transpose(1, 2, 0) * 255).round().astype(np.uint8)
        return rgb
    level = clipped[0][..., None]
    mixed: NDArray[np.uint8] = (np.array(PAPER) * (1 - level) + np.array(INK) * level).round().astype(np.uint8)
    return mixed


def marked(output: Pixels, target: Pixels, wrong: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """`colours` of the output, with wrong pixels in orange if they are too large and in blue if they are too small.

    wrong: channels × height × width.
    """
    picture = colours(output)
    bad = wrong.any(axis=0)
    extra = (output - target).sum(axis=0) > 0
    picture[bad & extra] = EXTRA
    picture[bad & ~extra] = MISSING
    return picture


def data_uri(picture: NDArray[np.uint8]) -> str:
    """A data URI with the PNG of a picture, height × width × 3."""
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def tile(picture: NDArray[np.uint8], alt: str, width: int = 40) -> str:
    """An <img> of a picture (height × width × 3), `width` CSS pixels wide."""
    height, columns = picture.shape[:2]
    style = f"width:{width}px;height:{round(width * height / columns)}px"
    return f'<img class="ae-pixels" style="{style}" alt="{html.escape(alt)}" src="{data_uri(picture)}">'


def row(columns: Sequence[tuple[Sequence[str], str, bool]]) -> str:
    """HTML with columns of tiles that wrap on a narrow page. columns: (tiles from top to bottom, caption,
    emphasised)."""
    figures = [
        f'<figure class="{"ae-bad" if emphasised else "ae-good"}">{"".join(tiles)}'
        f"<figcaption>{html.escape(caption) or '&nbsp;'}</figcaption></figure>"
        for tiles, caption, emphasised in columns
    ]
    return f'<div class="ae-row">{"".join(figures)}</div>'


def reconstructions(
    targets: Pixels, outputs: Pixels, wrong: NDArray[np.bool_], names: Sequence[str], width: int = 40
) -> str:
    """HTML with every original above its reconstruction, wrong pixels marked and counted.

    targets, outputs, wrong: images × channels × height × width; width: CSS pixels of an image.
    """
    columns = []
    for target, output, bad, name in zip(targets, outputs, wrong, names, strict=True):
        count = int(bad.any(axis=0).sum())
        tiles = (
            tile(colours(target), _("{name}, original", name=name), width),
            tile(marked(output, target, bad), _("{name}, reconstructed; wrong pixels: {n}", name=name, n=count), width),
        )
        columns.append((tiles, f"{name} · {count}" if count else name, count > 1))
    return row(columns)


def strip(images: Pixels, captions: Sequence[str], width: int = 48) -> str:
    """HTML with images (images × channels × height × width) side by side."""
    return row([((tile(colours(i), c or _("step"), width),), c, False) for i, c in zip(images, captions, strict=True)])
