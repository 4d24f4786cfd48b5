"""`presets`: lists the named experiments, or prints one."""

import argparse

from aelib.experiment import digest_of
from aelib.experiment import presets as named

from .output import print_json, print_table


def presets(options: argparse.Namespace) -> int:
    """Print one preset, or list all. Returns the exit code. Raises LabError for an unknown name."""
    if options.name is not None:
        print(named.get(options.name).to_json())
    elif options.json:
        print_json(
            [{"name": p.name, "title": p.title, "digest": digest_of(p.experiment)} for p in named.PRESETS.values()]
        )
    else:
        print_table((preset.name, preset.title) for preset in named.PRESETS.values())
    return 0
