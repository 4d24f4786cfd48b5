"""Images in JSON: named lists of images and labels, a list of objects (each with a name and rows, or a label and
pixels), or an object with one glyph under each name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.user import glyphs
from aelib.datasets.user.found import Found, Options, unique
from aelib.datasets.user.readers import named_arrays
from aelib.datasets.user.readers.numbers import classes, images_of
from aelib.datasets.user.source import Source, text_of

from . import c_tables

FORM = Lazy("JSON")
MAX_BYTES = 20_000_000  # a number takes about ten times the size of its text in memory
_NAMES = ("char", "character", "name", "glyph", "letter", "symbol", "key", "label", "id", "code")


def is_one(start: str) -> bool:
    """Whether a text starts like an object, or like a list of objects."""
    return bool(re.match(r'\s*(\[\s*)?\{\s*"', start))


def read(source: Source, options: Options) -> Found | None:
    """The images in JSON; None if a text is not JSON, or has no known structure. Raises LabError."""
    if source.size > MAX_BYTES:
        raise LabError(
            "{shown} is {form} of {size:,} bytes: give at most {most:,}, or .npz.",
            shown=source.shown,
            form=FORM,
            size=source.size,
            most=MAX_BYTES,
        )
    try:
        found = json.loads(text_of(source.content(MAX_BYTES), source.shown))
    except (ValueError, RecursionError):
        return None
    if isinstance(found, list) and found and all(isinstance(one, dict) for one in found):
        return _of_objects(found, options)
    return _of_object(found, options) if isinstance(found, dict) else None


def _of_object(found: Mapping[str, Any], options: Options) -> Found | None:
    named = [named_arrays.named(key, array) for key, value in found.items() if (array := _array(value)) is not None]
    if any(one.labels is False and one.array.ndim >= 2 for one in named):
        return named_arrays.found_of(named, FORM, options)
    drawn = {key: value for key, value in found.items() if _rows(value)}
    if len(drawn) >= glyphs.GLYPHS[0]:
        return c_tables.read(json.dumps(drawn, ensure_ascii=False), options)
    inner = [value for value in found.values() if isinstance(value, dict | list) and len(value) > 1]
    for value in inner:
        if isinstance(value, dict) and sum(map(_rows, value.values())) >= glyphs.GLYPHS[0]:
            return _of_object(value, options)
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            return _of_objects(value, options)
    return None


def _of_objects(found: list[dict[str, Any]], options: Options) -> Found | None:
    """A list of objects that all have an image under the same key."""
    key = next((key for key, value in found[0].items() if _rows(value)), None)
    if key is None or not all(_rows(one.get(key)) for one in found):
        return None
    name = next((one for one in found[0] if one.lower() in _NAMES or one.lower() in ("class", "target", "y")), None)
    names = [str(one.get(name, i)) if name else str(i) for i, one in enumerate(found)]
    values = [_array(one[key]) for one in found]
    flat = [one for one in values if one is not None and (one.ndim == 2 or one.size > glyphs.SIDES[1])]
    if len(flat) == len(found) and len({one.shape for one in flat}) == 1 and np.max(flat) > 1:
        pixels, notes = images_of(np.stack(flat), FORM, options)
        labels, class_names, more = classes([np.array(names)]) if name else (None, (), ())
        return Found("images", FORM, pixels, None, labels, class_names, notes=(*notes, *more))
    drawn = dict(zip(unique(names, glyphs.MAX_NAME), (one[key] for one in found), strict=True))
    return c_tables.read(json.dumps(drawn, ensure_ascii=False), options)


def _rows(value: object) -> bool:
    """Whether a value can be an image: a list of numbers, of lists of numbers, or of rows such as ".#."."""
    if not isinstance(value, list) or len(value) < glyphs.SIDES[0]:
        return False
    return (
        all(isinstance(one, str) and re.fullmatch(r"[#.01]{3,64}", one) for one in value) or _array(value) is not None
    )


def _array(value: object) -> np.ndarray | None:
    """Nested lists of equal lengths as an array of numbers."""
    if not isinstance(value, list) or not value:
        return None
    try:
        found = np.array(value)
    except (ValueError, OverflowError):
        return None
    return found if found.dtype.kind in "buif" or (found.ndim == 1 and found.dtype.kind == "U") else None
