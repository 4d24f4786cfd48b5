"""Pictures of a net at work: they change nothing, show what the net does, and survive a mailbox."""

import dataclasses
import json
import math

import numpy as np
import pytest
import torch

from aelib.experiment import Experiment, presets
from aelib.training import Picture, Progress, Run, fit, loop

SHORT = {
    "font-best": {"epochs": 40},
    "font-denoise-best": {"epochs": 40},
    "emoji-best": {"epochs": 5},
    "digits-vae": {"epochs": 2, "snapshots": "1"},
    "digits-denoise": {"epochs": 2},
    "letters-7x7": {"epochs": 1, "batch_size": 500},
    "photographs-3-best": {"epochs": 1, "batch_size": 100},
}


def _short(name: str) -> Experiment:
    return presets.get(name).with_values(SHORT[name])


def _watched(experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> tuple[Run, list[Progress]]:
    """A training with a picture after every batch."""
    monkeypatch.setattr(loop, "REPORT_EVERY", 0.0)
    monkeypatch.setattr(loop, "COST", math.inf)
    told: list[Progress] = []
    return fit(experiment, "cpu", told.append), told


@pytest.mark.parametrize("name", SHORT)
def test_a_training_that_is_watched_gives_the_same_run_and_its_last_picture_shows_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = fit(_short(name), "cpu")
    run, told = _watched(_short(name), monkeypatch)
    for key, weights in plain.weights.items():
        torch.testing.assert_close(run.weights[key], weights, rtol=0, atol=0)
    last = told[-1].picture
    assert last is not None
    shown = last.reconstructions()
    expected = run.reconstructions()[: len(shown)].clamp(0, 1).numpy() * 255
    assert np.abs(shown - expected).max() < 1
    assert last.latent_dim == (run.latent_dim if run.resolved.stores_codes else 0)
    if last.latent_dim:
        with torch.no_grad():  # of what the net is given, which may have noise
            codes = run.model.embed(run.normalization.apply(run.inputs)).numpy()
        np.testing.assert_allclose(last.points(), codes[: len(last.points())], rtol=1e-3, atol=1e-3)


def test_a_long_epoch_is_shown_while_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    _, told = _watched(_short("letters-7x7"), monkeypatch)
    assert len(told) > 2
    assert [one.epoch for one in told] == [0] * (len(told) - 1) + [1]
    assert [one.share for one in told] == sorted({one.share for one in told})
    assert told[-1].share == 1


def test_pictures_that_cost_too_much_are_not_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "REPORT_EVERY", 0.0)
    monkeypatch.setattr(loop, "COST", 1e-9)
    told: list[Progress] = []
    fit(_short("font-best"), "cpu", told.append)
    assert len({id(one.picture) for one in told}) == 1


def _picture() -> Picture:
    return Picture.of(3, torch.rand(2, 1, 7, 5), torch.tensor([[0.5, -1.0], [2.0, 3.0]]))


def test_it_comes_through_json() -> None:
    there = json.loads(json.dumps(dataclasses.asdict(_picture())))
    assert Picture.from_json(there) == Picture.from_json(there) != _picture()
    assert Picture.from_json(None) is None
    found = Picture.from_json(there)
    assert found is not None
    assert found.reconstructions().shape == (2, 1, 7, 5)
    assert found.points().tolist() == [[0.5, -1.0], [2.0, 3.0]]


@pytest.mark.parametrize(
    "change",
    [
        {"pixels": "AAAA"},
        {"pixels": "%%%"},
        {"pixels": None},
        {"codes": "AAAA"},
        {"shape": [2, 1, 7]},
        {"shape": [2, 1, 7, -5]},
        {"shape": [2, 1, 7, 5.0]},
        {"latent_dim": 0},
        {"epoch": "3"},
        {"more": 1},
    ],
)
def test_what_does_not_fit_together_is_no_picture(change: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Picture.from_json({**dataclasses.asdict(_picture()), **change})
