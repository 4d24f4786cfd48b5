"""What the documents report, and the recipe for each figure."""

from aelib.experiment import digest_of, presets
from aelib.reproduction import runner
from aelib.reproduction.claims import CLAIMS
from aelib.reproduction.measures import MEASURES


def test_every_row_of_the_results_can_be_measured() -> None:
    rows = presets.results()
    assert list(CLAIMS) == list(rows)
    for name, claim in CLAIMS.items():
        assert claim.measure == MEASURES[rows[name]["metric"]]
        assert claim.recipe.preset == name
        for side in runner.sides(claim):
            assert side.seeds >= 1
            if side.role == "best":  # another recipe for the same network
                assert side.why
                if claim.row["dataset"] == "font5x7" and name != "font-denoise-10":
                    assert side.base.model.layers == claim.recipe.experiment.model.layers
                    assert side.base.epochs == claim.recipe.experiment.epochs
            if side.role == "alternative" and side.measure == claim.measure:
                assert digest_of(side.base) != digest_of(claim.recipe.experiment)


def test_what_a_document_leaves_out_is_said_and_tried_otherwise() -> None:
    for name, claim in CLAIMS.items():
        assert claim.assumed, name
        assert bool(claim.alternatives) != bool(claim.untried), name
