"""`datasets`: lists data sets, downloads one, or adds one of your own."""

import argparse
import sys

from aelib import datasets as sets
from aelib.core.errors import LabError
from aelib.datasets.user import image_archive

from .output import path_of, print_json, say

SIDE = 32  # pixels, where --side is not given


def datasets(options: argparse.Namespace) -> int:
    """Add or download a data set, or list all. Returns the exit code. Raises LabError if a data set cannot be read,
    downloaded or stored."""
    if options.add:
        return _add(options)
    if options.side is not None or options.grey:
        raise LabError("--side and --grey say how pictures are added: give --add PATH too.")
    if options.get:
        sets.get(options.get, _show_download)
        say(f"{options.get} is present.")
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
                    "get": spec.missing(),
                }
                for spec in specs
            ]
        )
    else:
        for spec in specs:
            size = "x".join(str(side) for side in spec.shape)
            there = spec.missing() or "present"
            print(f"{spec.name}: {spec.title}; {spec.images:,} images of {size}, {spec.classes} classes, {there}")
            print(f"    from: {spec.source}; licence: {spec.licence}")
    return 0


def _add(options: argparse.Namespace) -> int:
    """Store a folder or ZIP archive of pictures as a data set, and print its name."""
    path = path_of(options.add)
    side = SIDE if options.side is None else options.side
    try:
        if path.is_dir():
            images, skipped = image_archive.read_folder(path, side, not options.grey)
        else:
            content = path.read_bytes()
            images, skipped = image_archive.read_zip(content, path.name, side, not options.grey)
    except OSError as error:
        raise LabError(
            f"--add {options.add} cannot be read ({error.strerror}): give a folder or a ZIP archive."
        ) from None
    name = image_archive.save(images)
    if options.json:
        classes = len(set(images.labels.tolist()))
        print_json({"name": name, "images": len(images), "classes": classes, "skipped": skipped})
    else:
        if skipped:
            say(f"{len(skipped)} pictures cannot be read and are left out: {', '.join(skipped[:5])}")
        print(name)
    return 0


def _show_download(name: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        share = min(1.0, done / total)
        print(f"\r{name} {'#' * round(30 * share):<30} {share:.0%}", end="", file=sys.stderr, flush=True)
        if done >= total:
            say("")
