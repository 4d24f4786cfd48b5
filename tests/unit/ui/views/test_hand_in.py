"""Buttons that give a run's files."""

from pathlib import Path

from aelib.datasets.user import glyphs
from aelib.experiment import presets
from aelib.training import Run, fit
from tests.support.apps import from_function


def _buttons(run: Run) -> dict[str, tuple[bool, str]]:
    """The buttons that give a run's files: label -> disabled, help."""

    def page(run) -> None:  # type: ignore[no-untyped-def] # its text is run where nothing is imported
        from aelib.ui.views import hand_in, run_file

        run_file.download(run, "there")
        hand_in.hand_in(run, "there")

    app = from_function(page, run=run)
    return {one.proto.label: (one.proto.disabled, one.proto.help) for one in app.get("download_button")}


def test_a_file_that_cannot_be_made_is_not_offered_and_the_button_says_why(home: Path) -> None:
    own = glyphs.save(b"char,row0,row1,row2\nx,#.#,.#.,#.#\no,###,#.#,###\n")
    values = {"dataset": own, "model.layers": "9-6-2", "epochs": 5}
    run = fit(presets.get("font-best").with_values(values), "cpu")
    there = _buttons(run)
    assert not any(disabled for disabled, _ in there.values())
    (home / "datasets" / f"{own}.csv").unlink()  # while the page is open
    gone = _buttons(run)
    assert list(gone) == ["Run as a file", "Page (HTML)", "Notebook", "Live page (HTML)", "Python script"]
    for disabled, about in gone.values():
        assert disabled
        assert "upload it again" in about
