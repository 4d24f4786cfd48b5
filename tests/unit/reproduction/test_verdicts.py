"""Verdicts follow from the figures."""

import pytest

from aelib.core.language import speaking
from aelib.experiment import parse, presets
from aelib.reproduction import runner, verdicts
from aelib.reproduction.claims import CLAIMS
from tests.support.claims import measured_side


def test_an_error_stands_without_decibels() -> None:
    """A mean of decibels is that of other errors: one nearly perfect run had 8.58e-06 beside 90.3 dB."""
    assert verdicts.error_text({"mse": {"mean": 8.58e-06}}) == "mean squared error 8.58e-06 (pixels from 0 to 1)"
    assert verdicts.error_text({"mse": None}) == ""


@pytest.mark.parametrize(
    ("name", "document", "best", "status", "says"),
    [
        ("font-20-10", (28, 27, 29), (32, 32), "better", "better by 4"),
        ("font-20-10", (28, 27, 29), (32, 32), "better", "28 ± 1: as reported"),
        ("font-20-10", (10, 11), (28, 28), "as reported", "28 ± 0: as reported"),
        ("font-20-10", (10, 11), (28, 28), "as reported", "worse than reported"),
        ("font-20-10", (32, 32), (32, 32), "better", "better than reported"),
        ("font-20-10", (10, 11), (20, 22), "not reached", "the best of 2 seeds is 22"),
        ("font-20-10", (10, 11), (20,), "not reached", "20 (one run): not reached, worse by 8"),
        ("font-20-10", (10, 11), (20, 20, 20, 20, 20, 20, 20, 28), "not reached", "reached by 1 of 8 seeds"),
        # one tolerance for the document's recipe and for ours
        (
            "font-20-10",
            (29, 29),
            (29, 29),
            "as reported",
            "29 ± 0: as reported. The document's recipe gives 29 ± 0: as",
        ),
        (
            "font-20-10",
            (27, 27),
            (27, 27),
            "as reported",
            "27 ± 0: as reported. The document's recipe gives 27 ± 0: as",
        ),
        ("font-20-10", (20, 32), (20, 32), "as reported", "8.5: as reported. The document's recipe gives 26 ± 8.5: as"),
        ("font-20-10", (20,), (32,), "better", "Ours, 32 (one run): better by 4. The document's recipe gives 20 (one"),
        ("font-35-2", (0.9, 0.8), (0.46, 0.44), "better", "better by 0.076"),
        ("font-35-2", (0.9, 0.8), (0.7, 0.68), "not reached", "the best of 2 seeds is 0.68"),
        ("notmnist-2x2", (128,), (128,), "as reported", "ours too"),
        ("notmnist-2x2", (64,), (64,), "not reached", "64, not 128"),
        (
            "sr-kernel-4-2",
            (0.01,),
            None,
            "picture",
            "see the lesson. Mean squared error 0.01 (pixels from 0 to 1); one run.",
        ),
        ("font-20-10", (), (32, 32), "diverged", "Ours, 32 ± 0: better by 4. Every training by the document's recipe"),
        ("font-20-10", (), (), "diverged", "Every training by the document's recipe diverged."),
        ("font-20-10", (28, 28), (), "as reported", "Every training by our recipe diverged."),
    ],
)
def test_verdicts_follow_from_the_figures(
    name: str, document: tuple[float, ...], best: tuple[float, ...] | None, status: str, says: str
) -> None:
    sides = [measured_side("document", *document), *([] if best is None else [measured_side("best", *best)])]
    found, text = verdicts.evaluate(CLAIMS[name], sides)
    assert found == status
    assert says in text


def test_an_assumption_that_gives_what_is_reported_is_named() -> None:
    claim = CLAIMS["font-35-2"]
    others = [
        {**measured_side("alternative", value), "title": title} for value, title in ((0.53, "near"), (0.8, "far"))
    ]
    _, text = verdicts.evaluate(claim, [measured_side("document", 0.9), *others])
    assert "near (0.53, one run)" in text
    assert "far" not in text
    _, text = verdicts.evaluate(claim, [measured_side("document", 0.52), *others])
    assert "near" not in text


def test_other_layers_are_said_from_the_experiments() -> None:
    document, best = measured_side("document", 0.0, 0.0), measured_side("best", 0.5, 0.5)
    _, text = verdicts.evaluate(CLAIMS["font-denoise-10"], [document, best])
    assert "other layers" not in text
    best["experiment"] = CLAIMS["font-denoise-10"].best.experiment.model_dump(mode="json")  # type: ignore[union-attr]
    _, text = verdicts.evaluate(CLAIMS["font-denoise-10"], [document, best])
    assert "Ours, 0.5 ± 0, with other layers (35-128-64-10): better by 0.2." in text
    codes = [measured_side("document", 128), {**measured_side("best", 128), "experiment": best["experiment"]}]
    assert "ours too, with other layers" in verdicts.evaluate(CLAIMS["notmnist-2x2"], codes)[1]


def test_recipes_in_words_have_what_matters() -> None:
    text = verdicts.recipe_text(presets.get("font-20-10"))
    for part in ("35-20-10-2", "mean squared error", "Adam", "0.001", "10,000 epochs", "all images in a batch"):
        assert part in text
    assert "rate 0.0005" in verdicts.recipe_text(presets.get("font-35-2"))
    assert "noise" in verdicts.recipe_text(presets.get("font-noise-a-20"))


def test_what_was_written_down_is_said_in_the_language_of_who_reads_it() -> None:
    records = [record for record in runner.load() if record["status"] != "absent"]
    assert records
    for record in records:
        assert verdicts.verdict(record) == record["verdict"]
        for side in record["sides"]:
            assert verdicts.recipe_text(parse(side["experiment"])) == side["words"]
    with speaking("es"):
        words = " ".join(verdicts.verdict(record) for record in records)
        recipes = " ".join(verdicts.recipe_text(parse(side["experiment"])) for one in records for side in one["sides"])
    assert "La receta del documento da" in words
    assert not {"the", "gives", "better", "seeds", "with", "Ours"} & set(words.split())
    assert not {"epochs,", "rate", "start:", "at", "all", "pixels"} & set(recipes.split())
