"""Runs as a Jupyter notebook that computes and draws the results again with aelib."""

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.experiment import Experiment, digest_of, resolve
from aelib.training import Run

from . import settings_text
from .html import MAX_RUNS, MAX_TEXT
from .script import plain_template

if TYPE_CHECKING:
    from aelib.classroom.asking.items import Predicted


def notebook(runs: Sequence[Run], title: str = "", notes: str = "", predicted: "Predicted | None" = None) -> str:
    """The text of an .ipynb file (nbformat 4, validated), without outputs, in the current language.

    The notebook reads each experiment from JSON, takes its run from the store or trains it, and shows metrics, curves,
    images and, for two latent dimensions, the plane. The same runs give the same text.

    title, notes: plain text, at most MAX_TEXT characters together; line breaks are kept; predicted: what its author
    predicted, what came, and why. Raises LabError for no run, more than MAX_RUNS, or a longer text.
    """
    import nbformat
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    if not 1 <= len(runs) <= MAX_RUNS:
        raise LabError("A notebook has 1 to {most} runs: {given} were given.", most=MAX_RUNS, given=len(runs))
    if len(title) + len(notes) > MAX_TEXT:
        raise LabError(
            "Title and notes have {characters:,} characters: give at most {most:,}.",
            characters=len(title) + len(notes),
            most=MAX_TEXT,
        )
    head = f"# {_shown(' '.join(title.split()) or _('Autoencoders'))}"
    found = [
        new_markdown_cell(f"{head}\n\n{_shown(notes.strip())}".strip()),
        *map(new_code_cell, _cells()),
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


def _cells() -> list[str]:
    """The cells with which every notebook begins: imports and functions."""
    return plain_template("notebook.py.j2").render().strip().split("\n# %%\n")


def _prediction(predicted: "Predicted") -> str:
    labels = zip((_("Question"), _("Predicted"), _("Came"), _("Why")), predicted, strict=True)
    rows = [f"| {label} | {_shown(' '.join(text.split()))} |" for label, text in labels if text]
    return "\n".join([f"## {_('Prediction')}", "", "| | |", "| --- | --- |", *rows])


def _about(experiment: Experiment) -> str:
    rows = "\n".join(
        f"| {_shown(one.label)} | {_shown(one.value)} | {_shown(one.default)} |"
        for one in settings_text.settings(experiment)
    )
    return (
        f"## {_shown(experiment.network)}\n\n{_('Digest')} `{digest_of(experiment)}`\n\n"
        f"| | {_('this experiment')} | {_('default')} |\n| --- | --- | --- |\n{rows}"
    )


def _shown(text: str) -> str:
    """Any text, escaped so that Markdown shows it unchanged."""
    escaped = "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!|~$:" else c for c in html.escape(text, quote=False))
    return escaped.replace("\n", "  \n")
