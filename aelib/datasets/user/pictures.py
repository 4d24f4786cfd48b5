"""The user's own pictures: cropped to squares and scaled down; stored in home()/datasets, named after their content.

Every upload is treated as hostile until `read` has accepted it; the stored file is our own safetensors file of plain
pixels.
"""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.core.lazy import lazy
from aelib.datasets.bundled.emoji import WRONG_PIXEL
from aelib.datasets.imageset import DatasetSpec, ImageSet, Splits

from . import storage
from .found import SIDES as KEPT_SIDES

if TYPE_CHECKING:
    import safetensors
    import safetensors.numpy as safetensors_numpy
    import safetensors.torch as safetensors_torch
    import torch
    from torch import Tensor
else:
    torch = lazy("torch")
    safetensors = lazy("safetensors")
    safetensors_torch = lazy("safetensors.torch")
    safetensors_numpy = lazy("safetensors.numpy")

PREFIX = "pictures-"
SIDES = (20, 32)  # sizes that the emoji page offers
PICTURES = (2, 64)  # fewest and most in a set
SMALLEST = 3  # smallest length, in pixels, of a picture's shorter side
MAX_PIXELS = 50_000_000  # for JPEG, which is decoded at a reduced size
MAX_PIXELS_PNG = 16_000_000  # for PNG, which is decoded completely
# for HEIC, which is decoded completely too, at 7 bytes per pixel; phones take pictures of this size
MAX_PIXELS_HEIC = 26_000_000
MAX_BYTES = 20_000_000
MAX_NAME = 20
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF")  # Pillow's names
WORDS = "PNG, JPEG, WebP, GIF, BMP, TIFF, PGM/PPM, AVIF or HEIC"
NO_HEIC = Lazy(
    "HEIC, which pillow-heif reads, and that is not installed here: save it as JPEG (iPhone: Settings, Camera, "
    "Formats, Most Compatible)"
)
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF87a", "GIF"), (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"), (b"II+\0", "TIFF"), (b"MM\0+", "TIFF"),
)  # fmt: skip
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # sizes are checked here
TWELVE = 12  # many cameras store 12 bits in 16-bit files
_SIXTEEN_BIT = ("I", "I;16", "I;16B", "I;16L", "I;16N")


def read(content: bytes, name: str, side: int, colour: bool, bits: int = 16) -> Tensor:
    """One picture as uint8, channels × side × side: the middle square, scaled, transparency on white. bits: the bits
    that the values of a 16-bit picture really use.

    Raises LabError naming the picture and what to do.
    """
    shown = name[:60]
    picture = _opened(content, shown)
    try:
        small = _small(picture, side, bits)
    except Exception:  # noqa: BLE001
        raise LabError("{shown} is a damaged picture: save it again as PNG or JPEG.", shown=shown) from None
    array = np.atleast_3d(np.asarray(small if colour else small.convert("L")))
    return torch.from_numpy(array.transpose(2, 0, 1).copy())


def pixels_of(content: bytes) -> int:
    """Number of pixels that a picture claims to have, without decoding it; 0 if `read` would refuse it."""
    width, height = size_of(content)
    return width * height


def largest(content: bytes) -> int | None:
    """The largest value of a grey 16-bit picture; None for any other picture, which is not decoded."""
    try:
        picture = _opened(content, "")
        return int(np.asarray(picture).max()) if picture.mode in _SIXTEEN_BIT else None
    except Exception:  # noqa: BLE001 - whatever a decoder raises; `read` says it
        return None


def has_more(content: bytes) -> bool:
    """Whether more pictures follow the first one, which is the only one that `read` takes: an animated GIF or WebP, a
    TIFF of several pages. The thumbnails that a phone appends to a photograph do not count."""
    try:
        picture = _opened(content, "")
        return picture.format != "MPO" and bool(getattr(picture, "is_animated", False))
    except Exception:  # noqa: BLE001 - whatever a decoder raises; `read` says it
        return False


def size_of(content: bytes) -> tuple[int, int]:
    """Width and height that a picture claims to have; 0 and 0 if `read` would refuse it."""
    try:
        return _opened(content, "").size
    except LabError:
        return 0, 0


def as_it_is(content: bytes) -> NDArray[np.uint8]:
    """One picture from a set of records, unchanged: height × width, or height × width × 3. Raises LabError."""
    picture = _opened(content, "a picture")
    if picture.mode != "L":
        return whole(content, "a picture", MAX_PIXELS_PNG)
    try:
        return np.asarray(picture)
    except Exception:  # noqa: BLE001
        raise LabError("A picture is damaged: get the file again.") from None


def whole(content: bytes, name: str, most: int) -> NDArray[np.uint8]:
    """One picture at its own size, uint8, height × width × 3, rotated as the camera was held, transparency on white.
    most: largest number of pixels. Raises LabError naming the picture and what to do."""
    shown = name[:60]
    picture = _opened(content, shown, most)
    try:
        turned = ImageOps.exif_transpose(picture)
        if turned.mode in _SIXTEEN_BIT:
            turned = _eight_bit(turned, turned.info.get("transparency"))
        full = turned.convert("RGBA")
        return np.asarray(Image.alpha_composite(Image.new("RGBA", full.size, "white"), full).convert("RGB"))
    except Exception:  # noqa: BLE001
        raise LabError("{shown} is a damaged picture: save it again as PNG or JPEG.", shown=shown) from None


@lru_cache(maxsize=1)
def reads_heic() -> bool:
    """Whether phones' HEIC pictures can be read, which requires an optional library."""
    try:
        import pillow_heif
    except ImportError:
        return False
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    return True


def _opened(content: bytes, shown: str, most: int | None = None) -> Image.Image:
    """The picture, not yet decoded, after its format and size were checked. most: largest number of pixels; None: the
    limit of its format. Raises LabError."""
    if len(content) > MAX_BYTES:
        raise LabError(
            "{shown} has {size:,} bytes: give at most {most:,}.", shown=shown, size=len(content), most=MAX_BYTES
        )
    heic = kind_of(content[:64]) == "HEIC"
    if heic and not reads_heic():
        raise LabError("{shown} is {no_heic}.", shown=shown, no_heic=NO_HEIC)
    try:
        picture = Image.open(BytesIO(content), formats=("HEIF",) if heic else FORMATS)
    except Image.DecompressionBombError:
        raise LabError(
            "{shown} is too large: give at most {most:,} pixels in all.", shown=shown, most=most or MAX_PIXELS
        ) from None
    except Exception:  # noqa: BLE001 - whatever a decoder raises on hostile bytes
        raise LabError("{shown} is not a picture that can be read: save it as PNG or JPEG.", shown=shown) from None
    width, height = picture.size
    # MPO: a JPEG that contains further pictures, as phones write it
    most = most or {"JPEG": MAX_PIXELS, "MPO": MAX_PIXELS, "HEIF": MAX_PIXELS_HEIC}.get(
        picture.format or "", MAX_PIXELS_PNG
    )
    if width * height > most:
        raise LabError(
            "{shown} has {width:,}x{height:,} pixels: give at most {most:,} in all.",
            shown=shown,
            width=width,
            height=height,
            most=most,
        )
    if min(width, height) < SMALLEST:
        raise LabError(
            "{shown} is {width}x{height} pixels: give at least {least}x{least}.",
            shown=shown,
            width=width,
            height=height,
            least=SMALLEST,
        )
    return picture


def _small(picture: Image.Image, side: int, bits: int) -> Image.Image:
    """The middle square of the first frame in RGB, rotated as the camera was held, on white.

    It is cropped before anything is converted, so that a large picture needs little more memory than its own.
    """
    picture.draft("RGB", (4 * side, 4 * side))  # a large JPEG is decoded at a reduced size
    turned = ImageOps.exif_transpose(picture)
    width, height = turned.size
    edge = min(width, height)
    left, top = (width - edge) // 2, (height - edge) // 2
    square = turned.crop((left, top, left + edge, top + edge))
    if square.mode == "F":
        square = _from_floats(square)
    elif square.mode in _SIXTEEN_BIT:
        square = _eight_bit(square, turned.info.get("transparency"), bits)
    elif square.mode not in ("RGBA", "LA", "P", "PA", "L", "RGB") or "transparency" not in turned.info:
        square = square if square.mode in ("RGBA", "LA", "PA") else square.convert("RGB")
    small = square.convert("RGBA").resize((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB")


def _eight_bit(picture: Image.Image, transparent: object, bits: int = 16) -> Image.Image:
    """Convert grey values of 16 bits (or fewer bits stored in 16) to 8 bits, with the transparent value. Pillow's own
    conversion clips at 255 instead of scaling."""
    values = np.asarray(picture)
    grey = Image.fromarray((values >> bits - 8).astype(np.uint8))
    if isinstance(transparent, int):
        grey.putalpha(Image.fromarray(np.where(values == transparent, 0, 255).astype(np.uint8)))
    return grey


def _from_floats(picture: Image.Image) -> Image.Image:
    """Grey of 32-bit numbers, from 0 to 1 or from 0 to 255. Raises ValueError for NaN."""
    values = np.asarray(picture)
    if not np.isfinite(values).all():
        raise ValueError("NaN")
    scale = 255 if values.max(initial=0) <= 1 else 1
    return Image.fromarray(np.clip(np.rint(values * scale), 0, 255).astype(np.uint8))


def kind_of(head: bytes) -> str | None:
    """A file's format by its first bytes: Pillow's name of it, or "HEIC" for phones' format; None if it is not a
    picture."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[:2] == b"BM" and head[6:10] == bytes(4):
        return "BMP"
    if re.match(rb"P[1-6][ \t\r\n]", head):
        return "PPM"
    if head[4:8] == b"ftyp":
        brands = head[8:12] + head[16:64]
        return "AVIF" if b"avi" in brands else "HEIC" if re.search(rb"hei|hev|mif1|msf1", brands) else None
    return None


def resized(pixels: Tensor, side: int, colour: bool) -> Tensor:
    """Scale a small picture (uint8, channels × height × width) to this size and convert it to grey or colour."""
    array = pixels.numpy().transpose(1, 2, 0)
    picture = Image.fromarray(array[:, :, 0] if len(pixels) == 1 else array).convert("RGB")
    small = picture.resize((side, side), Image.Resampling.LANCZOS)
    shown = np.atleast_3d(np.asarray(small if colour else small.convert("L")))
    return torch.from_numpy(shown.transpose(2, 0, 1).copy())


def names_of(files: Sequence[str]) -> list[str]:
    """Short unique names, made from file names."""
    found: list[str] = []
    for file in files:
        stem = "".join(c for c in Path(file).stem if c.isprintable()).strip()[:MAX_NAME] or "picture"
        name, number = stem, 2
        while name in found:
            name, number = f"{stem[: MAX_NAME - 4]} {number}", number + 1
        found.append(name)
    return found


def save(images: ImageSet) -> str:
    """Store a set of pictures; returns the data set's name, the same for the same pictures and names. Raises
    LabError."""
    if not PICTURES[0] <= len(images) <= PICTURES[1]:
        raise LabError(
            "These are {count} pictures: give {least} to {most}.",
            count=len(images),
            least=PICTURES[0],
            most=PICTURES[1],
        )
    digest = hashlib.sha256(json.dumps([images.names, list(images.pixels.shape)]).encode())
    digest.update(images.pixels.numpy().tobytes())
    name = PREFIX + digest.hexdigest()[:12]
    names = torch.tensor(list(json.dumps(images.names).encode()), dtype=torch.uint8)
    content = safetensors_torch.save({"pixels": images.pixels.contiguous(), "names": names})
    storage.write(f"{name}.safetensors", content)
    return name


def save_content(content: bytes) -> str:
    """Like `save`, from the content of a stored file. Raises LabError."""
    return save(_parse(content))


def _parse(content: bytes) -> ImageSet:
    """The pictures in a file that was saved here. Raises LabError."""
    names, pixels = _arrays(content)
    return ImageSet(torch.from_numpy(pixels), names, torch.arange(len(names)))


def _arrays(content: bytes) -> tuple[tuple[str, ...], NDArray[np.uint8]]:
    """Names and pixels, pictures × channels × height × width. Does not use torch, because lists of data sets must not
    wait for its import."""
    try:
        arrays = safetensors_numpy.load(content)
        pixels, names = arrays["pixels"], json.loads(arrays["names"].tobytes())
    except (safetensors.SafetensorError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise LabError("The kept pictures cannot be read ({error}): upload them again.", error=str(error)) from None
    fits = pixels.dtype == np.uint8 and pixels.ndim == 4 and pixels.shape[1] in (1, 3)
    if not (
        fits
        and isinstance(names, list)
        and all(isinstance(name, str) and 0 < len(name) <= MAX_NAME for name in names)
        and all(KEPT_SIDES[0] <= side <= KEPT_SIDES[1] for side in pixels.shape[2:])
        and PICTURES[0] <= len(pixels) == len(names) <= PICTURES[1]
        and len(set(names)) == len(names)
    ):
        raise LabError("The kept pictures are not what was written: upload them again.")
    return tuple(names), pixels


def stored_spec(name: str) -> DatasetSpec:
    """The spec of pictures that `save` has stored. Raises LabError if they are not on this machine."""
    if not re.fullmatch(PREFIX + r"[0-9a-f]{12}", name):
        raise LabError(
            "dataset is {name!r}: own pictures are named {prefix} and 12 hexadecimal digits.",
            name=name[:60],
            prefix=PREFIX,
        )
    path = storage.folder() / f"{name}.safetensors"
    if not path.is_file():
        raise LabError("dataset is {name!r}, pictures that are not on this machine: upload them again.", name=name)
    return _spec_of(path)


@lru_cache(maxsize=64)
def _spec_of(path: Path) -> DatasetSpec:
    """The spec. Cached without limit in time, because a set is named after its content."""
    names, pixels = _arrays(path.read_bytes())
    channels, height, width = pixels.shape[1:]
    kind = "grey" if channels == 1 else "colour"
    return DatasetSpec(
        name=path.stem,
        title=f"{len(names)} pictures of your own, {width}x{height}, {kind}",
        shape=(channels, height, width),
        splits=Splits(len(names)),
        evaluation="memorise",
        classes=len(names),
        source="uploaded on this machine",
        licence="its owner's",
        load=lambda: ImageSet(torch.from_numpy(pixels), names, torch.arange(len(names))),
        wrong_pixel=WRONG_PIXEL,
        light=True,
    )
