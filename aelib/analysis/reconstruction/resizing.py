"""Enlarging and shrinking images without a net, and applying a net to a large picture tile by tile.

Images are n × channels × height × width, float, pixels from 0 to 1. A picture is channels × height × width.
"""

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
MAX_PIXELS = 4_000_000  # of a picture before enlarging
SMALLEST = 8  # pixels: smallest allowed side of an uploaded picture

Apply = Callable[[Tensor], Tensor]
Progress = Callable[[int, int], None]


class Stopped(LabError):
    """The work was cancelled."""


def enlarge(images: Tensor, factor: int, method: str = "bicubic") -> Tensor:
    """Enlarge images `factor` times in height and width with Pillow. Returns float32 from 0 to 1.

    method: "nearest", "bilinear", "bicubic" (a = −0.5, as in MATLAB's imresize, the usual baseline of super-resolution)
    or "lanczos" (a = 3). The last two overshoot at edges, so the result is clipped. Raises LabError for another method
    and for a factor below 1.
    """
    if method not in METHODS:
        raise LabError("method is {method!r}: choose {methods}.", method=method, methods=", ".join(METHODS))
    _check(images, factor)
    return _resized(images, images.shape[-2] * factor, images.shape[-1] * factor, METHODS[method])


def shrink(images: Tensor, factor: int) -> Tensor:
    """Divide height and width of images by `factor`. Returns float32 from 0 to 1.

    The method is Pillow's bicubic filter with antialiasing: its kernel is widened by the factor, as in MATLAB's
    imresize. Raises LabError if a side is not a multiple of the factor.
    """
    _check(images, factor)
    height, width = images.shape[-2:]
    if height % factor or width % factor:
        raise LabError(
            "Images of {width} × {height} cannot be shrunk by {factor}: cut them to a multiple first.",
            width=width,
            height=height,
            factor=factor,
        )
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
    """Apply a net to a picture tile by tile: channels' × height · factor × width · factor, of the dtype of `apply`.

    Memory is limited to one tile and the result. If `overlap` is at least the radius of the net's receptive field, the
    result equals that of the whole picture at once, including its edges, because no window is padded.

    Args:
        apply: 1 × channels × h × w to 1 × channels' × h · factor × w · factor.
        picture: channels × height × width, from one pixel to 4 megapixels.
        factor: how many times `apply` enlarges height and width.
        tile: side of a window in pixels, at most; all windows have the same size.
        overlap: pixels of a window around the part of its result that is kept.
        on_progress: called with (tiles done, all tiles) after each tile.
        cancelled: called before each tile; True stops the work.
        multiple: windows start at multiples of this number, and their sides are multiples of it, for nets that shrink
            their input. The picture's last row and column are repeated up to the next multiple, and these pixels are
            removed from the result.

    Raises LabError for a larger picture, for a tile that does not fit the overlap, and if `apply` gives another size;
    Stopped if `cancelled` returns True.
    """
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
                "The net made {made} of a tile of {given}: choose one that enlarges by {factor}, or set multiple.",
                made=tuple(result.shape),
                given=tuple(given.shape),
                factor=factor,
            )
        if not done:  # the first tile gives the number of channels and the dtype
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
    """`tiled` for a picture of bytes, height × width (grey) or height × width × channels, 0 to 255.

    The result has the same layout and is `factor` times as high and wide. `apply` works on float32 from 0 to 1; the
    whole picture is held as bytes only. Raises LabError as `tiled`, and for a side below 8 pixels.
    """
    if picture.dtype != np.uint8 or picture.ndim not in (2, 3):
        raise LabError("A picture was given that is not made of bytes: give height × width × channels, 0 to 255.")
    height, width = picture.shape[:2]
    if min(height, width) < SMALLEST:
        raise LabError(
            "The picture has {width} × {height} pixels: take one of at least {least} × {least}.",
            width=width,
            height=height,
            least=SMALLEST,
        )
    bytes_ = torch.from_numpy(np.array(picture)).reshape(height, width, -1).permute(2, 0, 1)

    def through(window: Tensor) -> Tensor:
        return apply(window.float() / 255).clamp(0, 1).mul(255).round().byte()

    found = tiled(through, bytes_, factor, tile, overlap, on_progress, cancelled, multiple)
    shape = (height * factor, width * factor)
    pixels: NDArray[np.uint8] = found.permute(1, 2, 0).cpu().numpy()
    return pixels.reshape(shape if picture.ndim == 2 and pixels.shape[-1] == 1 else (*shape, -1))


def _windows(side: int, tile: int, overlap: int, multiple: int) -> list[tuple[int, int, int, int]]:
    """Windows along one axis: start and end of the window, and start and end of the part of it that is kept.

    The kept parts cover 0 to side without gaps. The last window is moved inwards, so that all have the same length.
    """
    whole = -(-side // multiple) * multiple
    length = min(tile // multiple * multiple, whole)
    step = (length - 2 * overlap) // multiple * multiple
    starts = [0] if length == whole else [*range(0, whole - length, step), whole - length]
    ends = [start + overlap for start in starts[1:]] + [side]
    return [
        (start, start + length, begin, end) for start, begin, end in zip(starts, [0, *ends[:-1]], ends, strict=True)
    ]


def _repeated(window: Tensor, rows: int, columns: int) -> Tensor:
    """The window with its last row repeated `rows` times and its last column `columns` times."""
    if rows:
        window = torch.cat([window, window[:, -1:].expand(-1, rows, -1)], dim=1)
    if columns:
        window = torch.cat([window, window[:, :, -1:].expand(-1, -1, columns)], dim=2)
    return window


def _check_tiles(picture: Tensor, factor: int, tile: int, overlap: int, multiple: int) -> None:
    if picture.dim() != 3 or not picture.numel():
        raise LabError(
            "A picture of shape {shape} was given: give channels × height × width.", shape=tuple(picture.shape)
        )
    height, width = picture.shape[1:]
    if height * width > MAX_PIXELS:
        raise LabError(
            "The picture has {width:,} × {height:,} pixels: take one of at most {most} megapixels.",
            width=width,
            height=height,
            most=MAX_PIXELS // 10**6,
        )
    if factor < 1 or overlap < 0 or multiple < 1 or tile // multiple * multiple - 2 * overlap < multiple:
        raise LabError(
            "Tiles of {tile} with an overlap of {overlap} and multiples of {multiple} cannot enlarge by "
            "{factor}: give tiles of more than two overlaps and a multiple, and a factor of at least 1.",
            tile=tile,
            overlap=overlap,
            multiple=multiple,
            factor=factor,
        )


def _resized(images: Tensor, height: int, width: int, method: Image.Resampling) -> Tensor:
    channels = images.detach().cpu().float().flatten(0, 1).numpy()
    resized = [np.asarray(Image.fromarray(channel).resize((width, height), method)) for channel in channels]
    return torch.from_numpy(np.stack(resized)).clamp(0, 1).reshape(*images.shape[:2], height, width)


def _check(images: Tensor, factor: int) -> None:
    if images.dim() != 4 or not images.numel():
        raise LabError(
            "Images of shape {shape} cannot be resized: give images × channels × height × width.",
            shape=tuple(images.shape),
        )
    if factor < 1:
        raise LabError("factor is {factor}: give a whole number from 1 on.", factor=factor)
