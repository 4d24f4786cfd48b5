"""Runs as a Jupyter notebook that computes and draws the results again with aelib."""

import functools
import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aelib.core.errors import LabError
from aelib.experiment import Experiment, digest_of, resolve
from aelib.training import Run

from . import settings_text
from .html import MAX_RUNS, MAX_TEXT

if TYPE_CHECKING:
    from aelib.classroom.items import Predicted

_IMPORTS = """\
%matplotlib inline

try:
    import aelib.experiment
except ImportError:
    raise SystemExit(
        "This notebook needs aelib, the library of Autoencoder Lab: ask your teacher for its folder, "
        "run `pip install .` there, and start this notebook again."
    ) from None

import matplotlib.pyplot as plt
import numpy as np
import torch

from aelib import metrics
from aelib.experiment import digest_of, from_json
from aelib.metrics import latent_space
from aelib.store import Store
from aelib.training import fit"""


def notebook(runs: Sequence[Run], title: str = "", notes: str = "", predicted: "Predicted | None" = None) -> str:
    """The text of an .ipynb file (nbformat 4, validated), without outputs.

    The notebook reads each experiment from JSON, takes its run from the store or trains it, and shows metrics, curves,
    images and, for two latent dimensions, the plane. The same runs give the same text.

    title, notes: plain text, at most MAX_TEXT characters together; line breaks are kept; predicted: what its author
    predicted, what came, and why. Raises LabError for no run, more than MAX_RUNS, or a longer text.
    """
    import nbformat
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    if not 1 <= len(runs) <= MAX_RUNS:
        raise LabError(f"A notebook has 1 to {MAX_RUNS} runs: {len(runs)} were given.")
    if len(title) + len(notes) > MAX_TEXT:
        raise LabError(f"Title and notes have {len(title) + len(notes):,} characters: give at most {MAX_TEXT:,}.")
    head = f"# {_shown(' '.join(title.split()) or 'Autoencoders')}"
    found = [
        new_markdown_cell(f"{head}\n\n{_shown(notes.strip())}".strip()),
        new_code_cell(f"{_IMPORTS}\n\n\n{_source('load_or_train')}"),
        new_code_cell("\n\n\n".join(map(_source, ("print_metrics", "plot_curves", "plot_images", "plot_plane")))),
    ]
    if predicted is not None:
        found.insert(1, new_markdown_cell(_prediction(predicted)))
    for number, run in enumerate(runs, start=1):
        experiment = run.experiment
        name = f"run_{number}" if len(runs) > 1 else "run"
        found += [
            new_markdown_cell(_about(experiment)),
            new_code_cell(f"{name} = load_or_train(r'''\n{experiment.to_json()}\n''')\nprint_metrics({name})"),
            new_code_cell(f"plot_curves({name})"),
            new_code_cell(f"plot_images({name})"),
        ]
        has_plane = not (experiment.model.enlarges or experiment.model.conditional)
        if resolve(experiment).latent_dim == 2 and has_plane:
            found.append(new_code_cell(f"plot_plane({name})"))
    for i, cell in enumerate(found):
        cell["id"] = f"cell-{i}"  # nbformat draws ids at random, but the same runs must give the same notebook
    document = new_notebook(
        cells=found,
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    nbformat.validate(document)
    return str(nbformat.writes(document)) + "\n"


@functools.cache
def _source(name: str) -> str:
    """The source of a function of notebook_cells.py, without its type annotations. The file is read, not imported,
    since it imports matplotlib.pyplot, which a server should not load."""
    written = (Path(__file__).parent / "notebook_cells.py").read_text(encoding="utf-8")
    (function,) = re.findall(rf"^def {name}\(.*?(?=\n\n\n|\Z)", written, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"\((\w+): \w+\) -> \w+:", r"(\1):", str(function), count=1).rstrip()


def _prediction(predicted: "Predicted") -> str:
    labels = zip(("Question", "Predicted", "Came", "Why"), predicted, strict=True)
    rows = [f"| {label} | {_shown(' '.join(text.split()))} |" for label, text in labels if text]
    return "\n".join(["## Prediction", "", "| | |", "| --- | --- |", *rows])


def _about(experiment: Experiment) -> str:
    rows = "\n".join(
        f"| {_shown(one.label)} | {_shown(one.value)} | {_shown(one.default)} |"
        for one in settings_text.settings(experiment)
    )
    return (
        f"## {_shown(experiment.network)}\n\nDigest `{digest_of(experiment)}`\n\n"
        f"| | this experiment | default |\n| --- | --- | --- |\n{rows}"
    )


def _shown(text: str) -> str:
    """Any text, escaped so that Markdown shows it unchanged."""
    escaped = "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!|~$:" else c for c in html.escape(text, quote=False))
    return escaped.replace("\n", "  \n")
