"""Many pictures, from a folder, an archive, or given together: each identified by its content and read one at a
time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import numpy as np

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.imageset import Splits
from aelib.datasets.user import pictures
from aelib.datasets.user.found import SMALL, Found, Options, Skipped, classes_of, unique
from aelib.datasets.user.source import Source

from . import labels
from .named_arrays import part_of

FORM = Lazy("pictures")
PICTURES = (2, 20_000)  # fewest and most in a set
MAX_PIXELS = 15_000_000_000  # of all pictures together at their original size: 1,200 photographs from a phone
FEW_NAMED = 5  # fewest pictures of a class, if only file names give the classes
UNREADABLE = 0.5  # share of pictures that may be left out
MASKS = {"ground_truth", "groundtruth", "mask", "masks"}  # folders whose pictures mark defects
MOST_NUMBERED = 50  # largest number of classes that are numbers in file names
LEAVES = {"images", "image", "imgs", "img", "pictures", "pics", "photos", "jpeg", "jpegimages", "png", "data", "frames"}


def read(
    sources: Sequence[Source],
    options: Options,
    skipped: Sequence[Skipped] = (),
    tables: Sequence[labels.Table] = (),
) -> Found:
    """The middle square of each picture, in an order that is always the same. Raises LabError, also if half of them
    cannot be read. Masks of defects beside pictures in parts, as in MVTec, are left out.

    tables: give the class of each picture; they are used only if folders do not give it.
    """
    sources, masks = _without_masks(sorted(sources, key=_natural))
    sources, said, unnamed = _named_by(sources, tables)
    skipped = (*skipped, *masks, *unnamed)
    count = len(sources)
    if not PICTURES[0] <= count <= PICTURES[1]:
        what = Lazy("This is one picture") if count == 1 else Lazy("These are {count:,} pictures", count=count)
        bounds = {"what": what, "least": PICTURES[0], "most": PICTURES[1], "words": pictures.WORDS}
        if not skipped:
            raise LabError("{what}: give {least} to {most:,}, as {words}.", **bounds)
        raise LabError(
            "{what}, and {others:,} files that are none, such as {first}: give {least} to {most:,}, as {words}.",
            others=len(skipped),
            first=skipped[0],
            **bounds,
        )
    side = options.side or options.default
    pixels = np.empty((count, 3 if options.colour else 1, side, side), np.uint8)
    read_ones: list[Source] = []
    firsts = 0  # number of pictures of which only the first of several frames was taken
    deep: dict[int, int] = {}  # position of a 16-bit picture -> its largest value
    left_out = list(skipped)
    bad = 0
    left = MAX_PIXELS
    for number, source in enumerate(sources):
        if options.cancelled():
            raise LabError("Stopped, as asked.")
        options.on_progress(number / count)
        try:
            content = source.content(pictures.MAX_BYTES)
            left -= pictures.pixels_of(content)
            if left < 0:
                raise _TooMany(
                    "These are pictures of more than {most:,} pixels together: make them smaller first.",
                    most=MAX_PIXELS,
                )
            pixels[len(read_ones)] = pictures.read(content, source.name, side, options.colour).numpy()
            firsts += pictures.has_more(content)
            if largest := pictures.largest(content):
                deep[len(read_ones)] = largest
        except _TooMany:
            raise
        except LabError as error:  # counted and reported
            left_out.append(Skipped(source.name, error))
            bad += 1
            if bad > UNREADABLE * count:
                raise LabError(
                    "More than half of these {count:,} pictures cannot be read, such as {file}: save them again as PNG "
                    "or JPEG.",
                    count=count,
                    file=left_out[-1],
                ) from None
        else:
            read_ones.append(source)
    kept = len(read_ones)
    if kept < PICTURES[0]:
        raise LabError(
            "Of these {count} pictures {kept} can be read; one that cannot is {file}: give at least 2.",
            count=count,
            kept=kept,
            file=left_out[-1],
        )
    notes = [Lazy("The middle square of each was scaled to {side}x{side}.", side=side)]
    if firsts:
        notes.append(
            Lazy("Moving pictures, or pictures of several pages: {n:,}; the first of each was taken.", n=firsts)
        )
    # from a camera or a microscope with 12 bits, in 16-bit files
    if deep and max(deep.values()) < 1 << pictures.TWELVE:
        for at in deep:
            content = read_ones[at].content(pictures.MAX_BYTES)
            pixels[at] = pictures.read(content, read_ones[at].name, side, options.colour, pictures.TWELVE).numpy()
        notes.append(Lazy("Values up to 4,095 in pictures of 16 bits: read as 0 to 4,095."))
    return _found(read_ones, pixels[:kept], tuple(left_out), notes, said)


def _natural(source: Source) -> list[tuple[int, str]]:
    """A sort key for the order that people expect: 2.png before 10.png."""
    return [(int(word), "") if word.isdecimal() else (0, word) for word in re.split(r"(\d{1,18})", source.name)]


def _named_by(
    sources: Sequence[Source], tables: Sequence[labels.Table]
) -> tuple[list[Source], dict[str, labels.Said], list[Skipped]]:
    """The pictures, what tables say about them, and the pictures that are left out because no table names them. Tables
    are ignored if folders give the classes, or if each picture is memorised individually."""
    paths = [PurePosixPath(source.name) for source in sources]
    if not tables or len(sources) < SMALL or classes_of(_places(paths)[0]) is not None:
        return list(sources), {}, []
    said = {name: one for table in tables for name, one in table.of.items()}
    shown = ", ".join(table.source.shown for table in tables[:3])
    named = [source for source in sources if source.name in said]
    reason = Lazy("not in {tables}", tables=shown)
    return named, said, [Skipped(one.name, reason) for one in sources if one.name not in said]


def _without_masks(sources: Sequence[Source]) -> tuple[list[Source], list[Skipped]]:
    """The pictures, and the content of a mask folder beside folders that are parts, which is left out."""
    folders = {source.name: [one.lower() for one in PurePosixPath(source.name).parts[:-1]] for source in sources}
    masks = {name for name, each in folders.items() if MASKS & set(each)}
    others = [each for name, each in folders.items() if name not in masks]
    if not masks or not others or not all(any(_part(one) is not None for one in each) for each in others):
        return list(sources), []
    left = [Skipped(name, Lazy("a mask of a defect, not a picture")) for name in folders if name in masks]
    return [source for source in sources if source.name not in masks], left


class _TooMany(LabError):
    """An error that leaving out a picture cannot fix."""


def _found(
    sources: Sequence[Source],
    pixels: np.ndarray,
    skipped: tuple[Skipped, ...],
    notes: list[Lazy],
    said: Mapping[str, labels.Said],
) -> Found:
    paths = [PurePosixPath(source.name) for source in sources]
    folders, parts = _places(paths)
    if said:
        folders = [said[source.name].label for source in sources]
        of_table = [part_of(said[source.name].part) for source in sources]
        parts = parts if None in of_table else of_table
        notes.append(Lazy("Classes were taken from a table beside the pictures."))
    given = None
    counts = [sum(part == number for part in parts) for number in range(3)]
    if counts[0] and counts[1] + counts[2] and sum(counts) == len(paths) >= SMALL:
        given = Splits(*counts)
        order = np.argsort(np.array(parts), kind="stable")
        pixels, folders = pixels[order], [folders[i] for i in order]
        paths = [paths[i] for i in order]
    found = classes_of(folders)
    if found is None and len(paths) >= SMALL and (called := _said_by_names(paths)):
        found = classes_of(np.array(called))
        notes.append(Lazy("Classes were taken from the files' names."))
    labels, names = found or (None, ())
    shown = None if len(paths) >= SMALL else unique([path.stem for path in paths], pictures.MAX_NAME)
    return Found("images", FORM, pixels, shown, labels, names, given, skipped, tuple(notes))


def _places(paths: Sequence[PurePosixPath]) -> tuple[list[str], list[int | None]]:
    """For each picture its class and its part. The class is the name of its folder, or of a folder above if that one is
    called images or is the same for all; the part is the one that one of its folders is named after."""
    folders = [list(path.parts[:-1]) for path in paths]
    for each in folders:
        while len(each) > 1 and each[-1].lower() in LEAVES:
            each.pop()
    while min(map(len, folders)) > 1 and len({each[-1] for each in folders}) == 1:
        for each in folders:
            each.pop()
    inner = [_part(each[-1]) if each else None for each in folders]
    if None not in inner and len(set(inner)) > 1:  # cat/train, cat/test
        return [each[-2] if len(each) > 1 and _part(each[-2]) is None else "" for each in folders], inner
    parts = [
        next((found for folder in each[:-1] or each if (found := _part(folder)) is not None), None) for each in folders
    ]
    # pictures such as train/1.png have no class
    bare = [
        part is not None and len(each) <= 2 and _part(each[-1]) is not None
        for each, part in zip(folders, parts, strict=True)
    ]
    return [each[-1] if each and not alone else "" for each, alone in zip(folders, bare, strict=True)], parts


def _part(folder: str) -> int | None:
    return part_of(folder) if len(folder) <= 20 else None


def _said_by_names(paths: Sequence[PurePosixPath]) -> list[str] | list[int] | None:
    """The classes in file names, such as cat.0.jpg and dog (12).jpg, or 3_12.png and 00012-num3.png; None if a name has
    no class, or a class has fewer than FEW_NAMED pictures."""
    stems = [path.stem for path in paths]
    found = [re.fullmatch(r"([^\W\d][^\W\d_]*(?:[ _-][^\W\d_]+)*)[ ._-]*(?:\(\d+\)|\d+)", stem) for stem in stems]
    names = [one[1].lower() for one in found if one]
    if len(names) < len(paths):
        return _numbered(stems)
    return names if len(set(names)) > 1 and min(Counter(names).values()) >= FEW_NAMED else None


def _numbered(stems: Sequence[str]) -> list[int] | None:
    """Like `_said_by_names`, if every name contains two numbers: the class number has few different values, the other
    number is unique for each picture, at least within its class."""
    found = [re.fullmatch(r"(\d{1,9})[ ._-]+(?:[a-z]{1,8}[ ._-]?)?(\d{1,9})", stem, re.IGNORECASE) for stem in stems]
    pairs = [(int(one[1]), int(one[2])) for one in found if one]
    if len(pairs) < len(stems) or len(set(pairs)) < len(pairs):
        return None
    for classes in ([first for first, _ in pairs], [second for _, second in pairs]):
        counts = Counter(classes)
        if 1 < len(counts) <= MOST_NUMBERED and min(counts.values()) >= FEW_NAMED and max(classes) < 1000:
            return classes
    return None
