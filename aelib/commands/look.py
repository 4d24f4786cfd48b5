"""`presets` and `datasets`: what there is."""

import argparse
import sys

from .. import datasets as sets
from .. import presets as named
from .output import print_json, print_table, say


def presets(options: argparse.Namespace) -> int:
    if options.name:
        print(named.get(options.name).to_json())
    elif options.json:
        print_json([{"name": p.name, "title": p.title, "digest": p.experiment.digest} for p in named.PRESETS.values()])
    else:
        print_table((preset.name, preset.title) for preset in named.PRESETS.values())
    return 0


def datasets(options: argparse.Namespace) -> int:
    if options.get:
        sets.get(options.get, _show_download)
        say(f"{options.get} is here.")
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


def _show_download(name: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        share = min(1.0, done / total)
        print(f"\r{name} {'#' * round(30 * share):<30} {share:.0%}", end="", file=sys.stderr, flush=True)
        if done >= total:
            say("")
