"""`datasets`: lists data sets, downloads one, or adds one of your own."""

import argparse
import re
import sys

from aelib import datasets as sets
from aelib.core.errors import LabError
from aelib.core.language import N_, _, number

from .output import path_of, print_json, say

MAX_SAID = 5  # skipped files that a message names; the JSON has all


def datasets(options: argparse.Namespace) -> int:
    """Add or download a data set, or list all. Returns the exit code. Raises LabError if a data set cannot be read,
    downloaded or stored."""
    if options.add:
        return _add(options)
    if options.side is not None or options.grey or options.size or options.invert or options.transpose:
        raise LabError("--side, --grey, --size, --invert and --transpose say how data is added: give --add PATH too.")
    if options.get:
        sets.get(options.get, _show_download)
        say(_("{name} is present.", name=options.get))
    specs = sets.available()
    if options.json:
        print_json(
            [
                {
                    "name": spec.name,
                    "title": spec.title,
                    "images": spec.images,
                    "train": spec.splits.train,
                    "valid": spec.splits.valid,
                    "test": spec.splits.test,
                    "shape": list(spec.shape),
                    "input_shape": list(spec.shown_shape),
                    "classes": spec.classes,
                    "source": spec.source,
                    "licence": spec.licence,
                    "present": spec.missing() is None,
                    "get": None if (missing := spec.missing()) is None else str(missing),
                }
                for spec in specs
            ]
        )
    else:
        for spec in specs:
            size = "x".join(str(side) for side in spec.shape)
            there = spec.missing() or _("present")
            text = N_("{name}: {title}; {images:,} images of {size}, {classes} classes, {there}")
            counts = {"images": spec.images, "size": size, "classes": spec.classes}
            print(_(text, name=spec.name, title=spec.title, there=there, **counts))
            print("    " + _("from: {source}; licence: {licence}", source=spec.source, licence=spec.licence))
    return 0


def _add(options: argparse.Namespace) -> int:
    """Keep a person's own data, whatever form it has, as a data set, and print its name."""
    found = sets.read(path_of(options.add), sets.Options(options.side, not options.grey, _size(options.size)))
    if options.invert:
        found = found.inverted()
    if options.transpose:
        found = found.transposed()
    name = sets.keep_found(found)
    if options.json:
        print_json({"name": name, **found.document()})
        return 0
    size = "x".join(map(str, found.shape))
    parts = ", ".join(f"{number(count, ',')} {part}" for part, count in found.parts.items())
    text = N_("{form}: {count:,} images of {size}, {classes:,} classes; {parts}")
    if found.kind == "glyphs":
        text = N_("{form}: {count:,} glyphs of {size}, {classes:,} classes; {parts}")
    say(_(text, form=found.form, count=found.images, size=size, classes=found.classes, parts=parts))
    for note in found.notes:
        say(str(note))
    if found.skipped:
        some = "; ".join(f"{one.file} ({one.why})" for one in found.skipped[:MAX_SAID])
        say(_("{count:,} files are left out (--json names all): {some}", count=len(found.skipped), some=some))
    print(name)
    return 0


def _size(text: str | None) -> tuple[int, int] | None:
    """Height and width of `7x5`. Raises LabError."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,3})\s*[xX×]\s*(\d{1,3})", text.strip())
    if not found:
        raise LabError("--size is {text!r}: give height x width, such as 7x5.", text=text[:20])
    return int(found[1]), int(found[2])


def _show_download(name: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        share = min(1.0, done / total)
        print(f"\r{name} {'#' * round(30 * share):<30} {share:.0%}", end="", file=sys.stderr, flush=True)
        if done >= total:
            say("")
