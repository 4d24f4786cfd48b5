"""A notebook runs, and gives the figures of its runs."""

import re
from pathlib import Path

import nbformat
import pytest

from aelib.reports.notebook import notebook
from aelib.store import Store
from aelib.training import Run
from tests.support.patience import PATIENCE


def test_a_notebook_runs_and_gives_the_figures_of_its_run(font_run: Run, tmp_path: Path) -> None:
    from nbclient import NotebookClient

    text = notebook([font_run], "A title", "Line one\nline two")
    document = nbformat.reads(text, 4)
    nbformat.validate(document)
    assert notebook([font_run], "A title", "Line one\nline two") == text
    assert not Store().digests(), "so it is trained again"
    NotebookClient(
        document, timeout=PATIENCE, resources={"metadata": {"path": str(Path(__file__).parents[3])}}
    ).execute()
    outputs = [output for cell in document.cells if cell.cell_type == "code" for output in cell.outputs]
    printed = "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout")
    assert f"loss {font_run.loss:.6f}" in printed
    assert f"learnt {font_run.metrics['learnt']}\n" in printed
    assert f"mse {font_run.metrics['mse']:.6g}" in printed
    worst = max(font_run.metrics["wrong_pixels"].items(), key=lambda one: one[1])
    assert f"{worst[0]!r}: {worst[1]} wrong pixels" in printed
    looked_at = re.search(r"MSE of all 32 evaluation images: (\S+)", printed)
    assert looked_at
    assert float(looked_at[1]) == pytest.approx(font_run.metrics["mse"], rel=1e-3)
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3, "curves, images, plane"
    assert Store().digests() == [font_run.digest]


def test_a_notebook_of_two_runs_one_of_them_noisy_runs(font_run: Run, noisy_run: Run) -> None:
    from nbclient import NotebookClient

    for run in (font_run, noisy_run):
        Store().save(run)
    document = nbformat.reads(notebook([font_run, noisy_run]), 4)
    NotebookClient(
        document, timeout=PATIENCE, resources={"metadata": {"path": str(Path(__file__).parents[3])}}
    ).execute()
    outputs = [output for cell in document.cells if cell.cell_type == "code" for output in cell.outputs]
    printed = "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout")
    for run in (font_run, noisy_run):
        assert f"loss {run.loss:.6f}" in printed
        assert f"mse {run.metrics['mse']:.6g}" in printed
        assert f"MSE of all {len(run.images)} evaluation images" in printed
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 6, "curves, images, plane of both"
