"""Pictures of units, weights and gradients."""

import numpy as np
import pytest

from aelib.charts import inside
from aelib.charts.glyphs import EXTRA, MISSING, PAPER


def test_a_sign_is_a_colour_and_a_size_its_strength() -> None:
    found = inside.signed(np.array([[0.0, 2.0, -2.0, 9.0, np.nan, 1.0]], np.float32), 2.0)[0].tolist()
    assert found[:5] == [list(PAPER), list(EXTRA), list(MISSING), list(EXTRA), list(PAPER)]
    assert found[5] == [round((p + e) / 2) for p, e in zip(PAPER, EXTRA, strict=True)]
    assert (inside.signed(np.zeros((2, 2), np.float32), 0.0) == PAPER).all(), "a layer of zeros"


@pytest.mark.parametrize("count", [1, 2, 20, 35, 41, 300, 400])
def test_every_unit_has_a_cell_and_dead_ones_are_grey(count: int) -> None:
    dead = np.zeros(count, bool)
    dead[-1] = True
    picture = inside.units(np.full(count, 1.0, np.float32), 1.0, dead)
    assert max(picture.shape[:2]) <= inside.HIGH
    grey = int((picture == inside.DEAD).all(axis=-1).sum())
    assert grey > 0
    assert int((picture == EXTRA).all(axis=-1).sum()) == grey * (count - 1)


def test_weights_of_pixels_in_colour_lie_around_grey() -> None:
    colours = np.stack([np.full((2, 2), value, np.float32) for value in (0.0, 1.0, -1.0)])
    assert inside.image(colours, 1.0)[0, 0].tolist() == [128, 255, 0]
    assert inside.image(colours[1:2], 1.0)[0, 0].tolist() == list(EXTRA)


def test_layers_without_a_gradient_leave_a_gap() -> None:
    figure = inside.gradients(["encoder 1", "decoder 1"], {"before": [0.0, 0.1], "after": [1e-6, 1e-3]})
    assert list(figure.data[0].y) == [None, 0.1]
    assert list(figure.data[1].y) == [1e-6, 1e-3]
    assert figure.layout.yaxis.type == "log"
    assert inside.gradients(["encoder 1"], {"before": [0.0]}).data


def test_no_idle_units_are_no_negative_units_and_few_epochs_are_written() -> None:
    epochs = list(range(20))
    figure = inside.counts(epochs, {"dead": [0] * 20, "saturated": [0] * 20})
    low, high = figure.layout.yaxis.range
    assert -0.5 < low <= 0
    assert high >= 1
    assert all(float(value) >= 0 for value in figure.layout.yaxis.tickvals)
    assert len(figure.layout.xaxis.tickvals) <= inside.MARKED
    assert figure.layout.xaxis.tickvals[-1] == "19"


def test_the_legend_does_not_cover_the_largest_gradients() -> None:
    figure = inside.over_training([0, 1, 2], {f"encoder {i}": [0.1, 0.01, 0.001] for i in range(9)}, 5)
    assert [line.line.dash for line in figure.data] == ["solid"] * 5 + ["dot"] * 4, "the encoder's, the decoder's"
    assert figure.layout.legend.yanchor == "bottom"
    assert figure.layout.legend.y >= 1
