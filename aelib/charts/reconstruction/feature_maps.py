"""Feature maps: the channels of a layer for one image, as contact sheets in PNG."""

import io
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from aelib.core.errors import LabError

MAX_CHANNELS = 64
WIDTH = 640  # pixels: approximate width of a sheet
GAP = 2  # pixels between maps


@dataclass(frozen=True)
class Sheet:
    """The contact sheet of one layer.

    Attributes:
        name: the layer's name.
        png: the first `shown` channels, row by row in `columns` columns; the smallest value is black, the largest
            white, gaps and empty places are transparent.
        channels, shown, columns: number of channels, of channels in the sheet, and of columns.
        low, high: smallest and largest value over all channels.
        flat: number of channels with the same value everywhere.
    """

    name: str
    png: bytes
    channels: int
    shown: int
    columns: int
    low: float
    high: float
    flat: int


def sheets(maps: Iterable[tuple[str, Tensor]], shared: bool = False) -> list[Sheet]:
    """A sheet for each layer.

    Args:
        maps: name and feature maps, channels × height × width, any values; at most 64 channels are shown.
        shared: one grey scale for all channels of a layer, which shows strong and weak channels; else one for each
            channel (a constant one is black).

    Raises LabError for another shape and for values that are not finite.
    """
    return [_sheet(name, layer, shared) for name, layer in maps]


def _sheet(name: str, layer: Tensor, shared: bool) -> Sheet:
    if layer.dim() != 3 or not layer.numel():
        raise LabError(
            "{name} gives {shape}: only layers of channels × height × width have a picture.",
            name=name,
            shape=tuple(layer.shape),
        )
    values: NDArray[np.float32] = layer.detach().cpu().to(torch.float32).numpy()
    if not np.isfinite(values).all():
        raise LabError(
            "{name} gives values that are not finite: train the net with a smaller learning rate.", name=name
        )
    low, high = (
        (values.min(), values.max())
        if shared
        else (values.min(axis=(1, 2), keepdims=True), values.max(axis=(1, 2), keepdims=True))
    )
    reach = np.broadcast_to(np.asarray(high - low, np.float32), values.shape)
    parts = np.divide(values - low, reach, out=np.zeros_like(values), where=reach > 0)
    grey = np.rint(parts[:MAX_CHANNELS] * 255).astype(np.uint8)
    columns = math.ceil(math.sqrt(len(grey)))
    return Sheet(
        name=name,
        png=_png(grey, columns),
        channels=len(values),
        shown=len(grey),
        columns=columns,
        low=float(values.min()),
        high=float(values.max()),
        flat=int((np.ptp(values, axis=(1, 2)) == 0).sum()),
    )


def _png(grey: NDArray[np.uint8], columns: int) -> bytes:
    """Draw the maps as large as possible: enlarged by a whole number, so that pixels stay square, or shrunk by
    averaging if they are too large."""
    count, height, width = grey.shape
    room = max(1, WIDTH // columns - GAP)
    times = room / width if width > room else room // width
    size = max(1, round(width * times)), max(1, round(height * times))
    method = Image.Resampling.BOX if times < 1 else Image.Resampling.NEAREST
    rows = math.ceil(count / columns)
    sheet = Image.new("LA", (columns * (size[0] + GAP) - GAP, rows * (size[1] + GAP) - GAP))
    for number, pixels in enumerate(grey):
        row, column = divmod(number, columns)
        cell = Image.fromarray(pixels).resize(size, method).convert("LA")
        sheet.paste(cell, (column * (size[0] + GAP), row * (size[1] + GAP)))
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue()
