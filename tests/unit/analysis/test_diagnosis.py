"""What a run that learnt little shows."""

import pytest

from aelib.analysis.diagnosis import findings, learnt_little
from aelib.experiment import presets
from aelib.training import Run, fit


def _run(preset: str, **values: object) -> Run:
    return fit(
        presets.get(preset).with_values({name.replace("__", "."): value for name, value in values.items()}), "cpu"
    )


def _text(run: Run) -> str:
    return " ".join(f"{one.what} {one.try_next}" for one in findings(run))


def test_a_net_that_learnt_is_not_diagnosed() -> None:
    good = _run("font-best", epochs=300)
    assert not learnt_little(good)
    assert findings(good) == []


def test_a_rate_far_too_large_is_named() -> None:
    run = _run("font-best", epochs=100, optimizer__learning_rate=50)
    assert learnt_little(run)
    assert "smaller learning rate" in _text(run)


def test_a_rate_far_too_small_is_named() -> None:
    run = _run("font-20-10", epochs=20, optimizer__learning_rate=1e-7)
    assert "larger than 1e-07" in _text(run)


def test_a_training_too_short_is_told_to_go_on() -> None:
    run = _run("font-best", epochs=60)
    assert learnt_little(run)
    assert "Try more than 60 epochs." in _text(run)


def test_a_collapsed_code_is_named_where_the_prior_is_all() -> None:
    run = _run("digits-vae", epochs=3, snapshots="3", beta=1000)
    assert learnt_little(run)
    assert "mean image" in _text(run)


@pytest.mark.parametrize("preset", ["digits-vae", "house-numbers-autoencoder"])
def test_held_out_sets_are_compared_with_their_mean_image(preset: str) -> None:
    assert not learnt_little(_run(preset, epochs=15, **({"snapshots": "15"} if preset == "digits-vae" else {})))
