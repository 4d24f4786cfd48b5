"""Making images larger and smaller without a net, and large pictures through a net in tiles. Images: n × channels ×
height × width, float, pixels from 0 to 1; a picture: channels × height × width."""

import itertools
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from aelib.core.errors import LabError

METHODS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
MAX_PIXELS = 4_000_000  # of a picture before it is enlarged
SMALLEST = 8  # pixels: either side of a picture that somebody brings

Apply = Callable[[Tensor], Tensor]
Progress = Callable[[int, int], None]


class Stopped(LabError):
    """Somebody asked to stop."""


def enlarge(images: Tensor, factor: int, method: str = "bicubic") -> Tensor:
    """Every image factor times as high and wide, by Pillow: method is nearest, bilinear, bicubic (a = −0.5, as in
    MATLAB's imresize, by which super-resolution is compared) or lanczos (a = 3). float32, cut off to 0..1, since the
    last two overshoot at edges. Raises LabError for another method or factor."""
    if method not in METHODS:
        raise LabError(f"method is {method!r}: choose {', '.join(METHODS)}.")
    _check(images, factor)
    return _resized(images, images.shape[-2] * factor, images.shape[-1] * factor, METHODS[method])


def shrink(images: Tensor, factor: int) -> Tensor:
    """Every image a factor-th as high and wide: bicubic with antialiasing, its kernel widened by the factor (Pillow, as
    MATLAB's imresize does). float32, cut off to 0..1. Raises LabError where a side is no multiple of the factor."""
    _check(images, factor)
    height, width = images.shape[-2:]
    if height % factor or width % factor:
        raise LabError(f"Images of {width} × {height} cannot be shrunk by {factor}: cut them to a multiple first.")
    return _resized(images, height // factor, width // factor, Image.Resampling.BICUBIC)


def tiled(
    apply: Apply,
    picture: Tensor,
    factor: int,
    tile: int = 128,
    overlap: int = 16,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    multiple: int = 1,
) -> Tensor:
    """A picture through a net in tiles, so that memory is bounded by a tile and the result: channels × height · factor
    × width · factor, of whatever kind `apply` gives.

    apply: 1 × channels × h × w to 1 × channels' × h · factor × w · factor; it is given windows of at most tile × tile
    pixels, all of one size, each reaching `overlap` pixels over what is kept of it. Where that is at least how far the
    net sees (the radius of its receptive field), the result is that of the whole picture at once, edges included, as no
    window is padded. multiple: windows lie at, and have sides of, multiples of it, for nets that halve their input; the
    picture's last row and column are repeated up to the next multiple, and what comes of these is cut off.

    on_progress(done, total) is called after each tile, `cancelled` asked before it. Any picture from one pixel to 4
    megapixels. Raises LabError beyond that, where tile and overlap do not fit together, and where apply gives another
    size; Stopped where cancelled says so."""
    _check_tiles(picture, factor, tile, overlap, multiple)
    height, width = picture.shape[1:]
    places = list(
        itertools.product(_windows(height, tile, overlap, multiple), _windows(width, tile, overlap, multiple))
    )
    found = torch.empty(0)
    for done, ((top, bottom, first_row, end_row), (left, right, first_column, end_column)) in enumerate(places):
        if cancelled is not None and cancelled():
            raise Stopped("Stopped, as asked.")
        window = picture[:, top : min(bottom, height), left : min(right, width)]
        given = _repeated(window, max(0, bottom - height), max(0, right - width)).unsqueeze(0)
        with torch.no_grad():
            result = apply(given)
        wanted = (1, given.shape[-2] * factor, given.shape[-1] * factor)
        if result.dim() != 4 or (result.shape[0], *result.shape[2:]) != wanted:
            raise LabError(
                f"The net made {tuple(result.shape)} of a tile of {tuple(given.shape)}: choose one that enlarges by "
                f"{factor}, or set multiple."
            )
        if not done:  # the first tells how many channels there are, and of which kind
            found = result.new_empty((result.shape[1], height * factor, width * factor))
        kept = result[
            0,
            :,
            (first_row - top) * factor : (end_row - top) * factor,
            (first_column - left) * factor : (end_column - left) * factor,
        ]
        found[:, first_row * factor : end_row * factor, first_column * factor : end_column * factor] = kept
        if on_progress is not None:
            on_progress(done + 1, len(places))
    return found


def tiled_bytes(
    apply: Apply,
    picture: NDArray[np.uint8],
    factor: int,
    tile: int = 128,
    overlap: int = 16,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    multiple: int = 1,
) -> NDArray[np.uint8]:
    """`tiled` for a picture as files hold it, height × width (grey) or height × width × channels, 0 to 255; the same
    comes back, factor times as large. apply works on float32 from 0 to 1; of the whole only bytes are held.

    Raises LabError as `tiled`, and for a picture with a side below 8 pixels."""
    if picture.dtype != np.uint8 or picture.ndim not in (2, 3):
        raise LabError("A picture was given that is not made of bytes: give height × width × channels, 0 to 255.")
    height, width = picture.shape[:2]
    if min(height, width) < SMALLEST:
        raise LabError(f"The picture has {width} × {height} pixels: take one of at least {SMALLEST} × {SMALLEST}.")
    bytes_ = torch.from_numpy(np.array(picture)).reshape(height, width, -1).permute(2, 0, 1)

    def through(window: Tensor) -> Tensor:
        return apply(window.float() / 255).clamp(0, 1).mul(255).round().byte()

    found = tiled(through, bytes_, factor, tile, overlap, on_progress, cancelled, multiple)
    shape = (height * factor, width * factor)
    pixels: NDArray[np.uint8] = found.permute(1, 2, 0).cpu().numpy()
    return pixels.reshape(shape if picture.ndim == 2 and pixels.shape[-1] == 1 else (*shape, -1))


def _windows(side: int, tile: int, overlap: int, multiple: int) -> list[tuple[int, int, int, int]]:
    """Along one axis: start and end of each window, and of what is kept of it. The kept parts follow each other from 0
    to side; the last window is moved inwards, so that all are as long as the first."""
    whole = -(-side // multiple) * multiple
    length = min(tile // multiple * multiple, whole)
    step = (length - 2 * overlap) // multiple * multiple
    starts = [0] if length == whole else [*range(0, whole - length, step), whole - length]
    ends = [start + overlap for start in starts[1:]] + [side]
    return [
        (start, start + length, begin, end) for start, begin, end in zip(starts, [0, *ends[:-1]], ends, strict=True)
    ]


def _repeated(window: Tensor, rows: int, columns: int) -> Tensor:
    """With its last row and column as often again."""
    if rows:
        window = torch.cat([window, window[:, -1:].expand(-1, rows, -1)], dim=1)
    if columns:
        window = torch.cat([window, window[:, :, -1:].expand(-1, -1, columns)], dim=2)
    return window


def _check_tiles(picture: Tensor, factor: int, tile: int, overlap: int, multiple: int) -> None:
    if picture.dim() != 3 or not picture.numel():
        raise LabError(f"A picture of shape {tuple(picture.shape)} was given: give channels × height × width.")
    height, width = picture.shape[1:]
    if height * width > MAX_PIXELS:
        raise LabError(
            f"The picture has {width:,} × {height:,} pixels: take one of at most {MAX_PIXELS // 10**6} megapixels."
        )
    if factor < 1 or overlap < 0 or multiple < 1 or tile // multiple * multiple - 2 * overlap < multiple:
        raise LabError(
            f"Tiles of {tile} with an overlap of {overlap} and multiples of {multiple} cannot enlarge by {factor}: "
            "give tiles of more than two overlaps and a multiple, and a factor of at least 1."
        )


def _resized(images: Tensor, height: int, width: int, method: Image.Resampling) -> Tensor:
    channels = images.detach().cpu().float().flatten(0, 1).numpy()
    resized = [np.asarray(Image.fromarray(channel).resize((width, height), method)) for channel in channels]
    return torch.from_numpy(np.stack(resized)).clamp(0, 1).reshape(*images.shape[:2], height, width)


def _check(images: Tensor, factor: int) -> None:
    if images.dim() != 4 or not images.numel():
        raise LabError(
            f"Images of shape {tuple(images.shape)} cannot be resized: give images × channels × height × width."
        )
    if factor < 1:
        raise LabError(f"factor is {factor}: give a whole number from 1 on.")
