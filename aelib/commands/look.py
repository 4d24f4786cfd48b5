"""`presets` and `datasets`: what there is."""

import argparse

from .. import datasets as sets
from .. import presets as named
from .output import print_json, print_table


def presets(options: argparse.Namespace) -> int:
    if options.name:
        print(named.get(options.name).to_json())
    elif options.json:
        print_json([{"name": p.name, "title": p.title, "digest": p.experiment.digest} for p in named.PRESETS.values()])
    else:
        print_table((preset.name, preset.title) for preset in named.PRESETS.values())
    return 0


def datasets(options: argparse.Namespace) -> int:
    specs = sets.available()
    if options.json:
        print_json(
            [
                {
                    "name": spec.name,
                    "title": spec.title,
                    "images": spec.images,
                    "shape": list(spec.shape),
                    "classes": spec.classes,
                    "source": spec.source,
                    "licence": spec.licence,
                    "present": True,
                }
                for spec in specs
            ]
        )
    else:
        for spec in specs:
            size = "x".join(str(side) for side in spec.shape)
            print(f"{spec.name}: {spec.title}; {spec.images} images of {size}, {spec.classes} classes, present")
            print(f"    from: {spec.source}; licence: {spec.licence}")
    return 0
