"""The user's own pairs of photographs, one of poor and one of good quality: `{train,val}/{low_res,high_res}/N.png`, or
other picture files with matching names.

Files with the same N show the same picture. Each picture is cut into patches that do not overlap; a net receives the
patches of poor quality. Low-quality pictures may have the same size as the good ones, or be smaller by a factor of 2, 3
or 4, which must be equal for all pairs; different pairs may have different sizes.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from aelib.core.errors import LabError, reason_of
from aelib.core.language import Lazy
from aelib.core.lazy import lazy
from aelib.datasets import files
from aelib.datasets.imageset import DatasetSpec, ImageSet, Splits
from aelib.datasets.user import pictures

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = lazy("torch")

NAME = "photo_pairs"
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".avif")
PARTS, LOW, HIGH = ("train", "val"), "low_res", "high_res"
PATCH = {1: 64, 2: 64, 3: 48, 4: 64}  # factor between the sides -> side of a patch of the good side
MAX_PATCHES = 40_000  # patches, about 1 GB
_NOMINAL = Splits(1920, 640)

_Size = tuple[int, int]


class _Found(NamedTuple):
    """Pairs (low, high) of each part, the number of patches of each pair, and the factor by which the low side is
    smaller."""

    root: Path
    pairs: dict[str, list[tuple[Path, Path]]]
    patches: dict[str, list[int]]
    factor: int

    @property
    def splits(self) -> Splits:
        return Splits(*(sum(self.patches[part]) for part in PARTS))


def _root() -> Path | None:
    """The first folder that has one of the pair folders."""
    candidates = [*files.folders("sr_pairs")[:-1][:1], *files.folders(NAME)]
    return next((c for c in candidates for p in PARTS for s in (LOW, HIGH) if (c / p / s).is_dir()), None)


def _stamps(root: Path) -> tuple[object, ...]:
    """A value that changes when a picture is added, removed or rewritten. Every page asks for it many times: a scan
    of the folders takes a third of the time that a look at each path would take. Raises OSError."""
    found: list[object] = []
    for folder in (root / part / side for part in PARTS for side in (LOW, HIGH)):
        if folder.is_dir():
            with os.scandir(folder) as entries:
                stats = [(entry.name, entry.stat()) for entry in entries]
            found.append(frozenset((name, one.st_size, one.st_mtime_ns, one.st_ctime_ns) for name, one in stats))
        else:
            found.append(None)
    return tuple(found)


def _search(root: Path | None) -> _Found | None:
    """None if there are no pairs. Raises LabError naming a file that does not fit, OSError."""
    if root is None:
        return None
    pairs = {part: _pairs(root / part) for part in PARTS}
    low, high = (_size(*files.stamp(path)) for path in pairs[PARTS[0]][0])
    factor = high[0] // low[0] if low[0] else 0
    patches = {part: [_patches_of(pair, factor) for pair in pairs[part]] for part in PARTS}
    found = _Found(root, pairs, patches, factor)
    if not 0 < sum(found.splits) <= MAX_PATCHES:
        raise LabError(
            "The pairs in {root} give {count:,} patches of {patch}x{patch}: give 1 to {most:,}.",
            root=root,
            count=sum(found.splits),
            patch=PATCH[factor],
            most=MAX_PATCHES,
        )
    return found


def _patches_of(pair: tuple[Path, Path], factor: int) -> int:
    """Number of patches of a pair. Raises LabError if its two sizes do not have the same factor as those of the first
    pair."""
    low, high = (_size(*files.stamp(path)) for path in pair)
    if factor not in PATCH or (low[0] * factor, low[1] * factor) != high:
        sizes = {
            "file": pair[0],
            "width": low[0],
            "height": low[1],
            "good_width": high[0],
            "good_height": high[1],
        }
        if factor in PATCH and factor > 1:
            raise LabError(
                "{file} is {width}x{height} and its good side {good_width}x{good_height}: give a poor side that is "
                "smaller by {factor}, as in the first pair.",
                factor=factor,
                **sizes,
            )
        raise LabError(
            "{file} is {width}x{height} and its good side {good_width}x{good_height}: give a poor side as large, "
            "or smaller by 2, 3 or 4, in all pairs alike.",
            **sizes,
        )
    patch = PATCH[factor]
    if min(high) < patch:
        raise LabError(
            "{file} is {good_width}x{good_height}: give at least {patch}x{patch}, the size of a patch.",
            file=pair[1],
            good_width=high[0],
            good_height=high[1],
            patch=patch,
        )
    return (high[0] // patch) * (high[1] // patch)


def _pictures(folder: Path) -> dict[str, Path]:
    """The pictures of one side, by name without extension; hidden files and files that are not pictures are left out.
    Raises LabError if two have the same name."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith(".") or path.suffix.lower() not in ENDINGS or not path.is_file():
            continue
        if path.stem in found:
            raise LabError(
                "{path} and {name} have one name: take one of them away.", path=path, name=found[path.stem].name
            )
        found[path.stem] = path
    return found


def _pairs(folder: Path) -> list[tuple[Path, Path]]:
    low, high = (_pictures(folder / side) for side in (LOW, HIGH))
    for name in sorted(low.keys() ^ high.keys()):
        lacking = HIGH if name in low else LOW
        path = (low if name in low else high)[name]
        raise LabError(
            "{path} has no partner in {lacking}: put it there, or take this one away.", path=path, lacking=lacking
        )
    if not low:
        raise LabError(
            "{folder} has no pairs: put pictures of the same names into its {low} and {high}.",
            folder=folder,
            low=LOW,
            high=HIGH,
        )
    return [(low[name], high[name]) for name in sorted(low, key=lambda name: (len(name), name))]


@lru_cache(maxsize=8192)
def _size(path: Path, _size: int, _time: int) -> _Size:
    """Width and height, from the header. Raises LabError."""
    try:
        with Image.open(path, formats=pictures.FORMATS) as picture:
            size = picture.size
    except Image.DecompressionBombError:
        raise LabError(
            "{path} is too large: give at most {most:,} pixels in all.", path=path, most=pictures.MAX_PIXELS_PNG
        ) from None
    except Exception:  # noqa: BLE001 - whatever a decoder raises on damaged bytes
        raise LabError("{path} is not a picture that can be read: replace it.", path=path) from None
    if size[0] * size[1] > pictures.MAX_PIXELS_PNG:
        raise LabError(
            "{path} has {width:,}x{height:,} pixels: give at most {most:,} in all.",
            path=path,
            width=size[0],
            height=size[1],
            most=pictures.MAX_PIXELS_PNG,
        )
    return size


def _patches(path: Path, patch: int) -> Tensor:
    """uint8, patches × 3 × patch × patch, row by row. Raises LabError naming the file."""
    try:
        with Image.open(path, formats=pictures.FORMATS) as picture:
            array = np.asarray(picture.convert("RGB"))
    except Exception:  # noqa: BLE001
        raise LabError("{path} is a damaged picture: replace it.", path=path) from None
    return cut(torch.from_numpy(array.copy()), patch, patch)


def cut(picture: Tensor, patch: int, step: int) -> Tensor:
    """Cut height × width × channels into patches × channels × patch × patch, one every `step` pixels, row by row;
    incomplete patches at the right and at the bottom are dropped."""
    tiles = picture.unfold(0, patch, step).unfold(1, patch, step)
    return tiles.reshape(-1, picture.shape[2], patch, patch).contiguous()


def _load(found: _Found) -> ImageSet:
    patch = PATCH[found.factor]
    lows, highs, names, labels = [], [], [], []
    number = 0
    for part in PARTS:
        for (low, high), count in zip(found.pairs[part], found.patches[part], strict=True):
            lows.append(_patches(low, patch // found.factor))
            highs.append(_patches(high, patch))
            names += [f"{part} {low.stem} (patch {i})" for i in range(count)]
            labels += [number] * count
            number += 1
    return ImageSet(torch.cat(highs), tuple(names), torch.tensor(labels), torch.cat(lows))


def spec() -> DatasetSpec:
    """The set as it is on this machine, without the pixels. A damaged set counts as missing; `missing` gives the
    reason."""
    root = _root()
    try:
        stamps = _stamps(root) if root else None
    except OSError:  # a folder that cannot be read; the spec says so
        stamps = None
    return _known(root, stamps) if root and stamps else _described(root)


@lru_cache(maxsize=4)
def _known(root: Path, _stamps: tuple[object, ...]) -> DatasetSpec:
    return _described(root)


def _described(root: Path | None) -> DatasetSpec:
    found, missing, content = None, None, ""
    try:
        found = _search(root)
        if found is None:
            missing = Lazy(
                "{name} are not on this machine: put pairs of pictures of the same names into train/{low}, "
                "train/{high}, val/{low} and val/{high} in {folder}.",
                name=NAME,
                low=LOW,
                high=HIGH,
                folder=files.folders(NAME)[0],
            )
        else:
            paths = (path for pairs in found.pairs.values() for pair in pairs for path in pair)
            content = files.fingerprint({str(path.relative_to(found.root)): path for path in paths})
    except LabError as error:
        missing = error.text
    except OSError as error:
        missing = Lazy(
            "{path} cannot be read ({reason}): replace it by the original.",
            path=error.filename,
            reason=reason_of(error),
        )

    def load() -> ImageSet:
        if found is None or missing:
            raise LabError(missing or "")
        return _load(found)

    factor = found.factor if found else 1
    patch, splits = PATCH[factor], found.splits if found else _NOMINAL
    pairs = sum(map(len, found.pairs.values())) if found else 160
    return DatasetSpec(
        name=NAME,
        title=f"pairs of photographs: {sum(splits):,} patches of {pairs}, {patch}x{patch}, colour",
        shape=(3, patch, patch),
        splits=splits,
        classes=pairs,
        source="pictures in pairs on this machine",
        licence="their owners'",
        load=load,
        light=True,
        missing=lambda: missing,
        input_shape=(3, patch // factor, patch // factor),
        content=content,
    )
