"""Which nets go to the browser, and what of them."""

import base64
from dataclasses import replace

import numpy as np
import pytest

from aelib.browser import trained
from aelib.browser.description import NotServed
from aelib.browser.trained import refusal, trained_net
from aelib.experiment import Experiment, presets, resolve
from aelib.models import build
from aelib.training import Run


def _run(like: Run, experiment: Experiment) -> Run:
    return replace(like, experiment=experiment, weights=build(experiment).state_dict())


def test_all_numbers_of_a_net_are_sent_once(font_run: Run) -> None:
    net = trained_net(font_run, encoder=True)
    numbers = np.frombuffer(base64.b64decode(net["weights"]), "<f4")
    assert len(numbers) == resolve(font_run.experiment).architecture.parameters
    assert next(layer["at"] for layer in net["encoder"] or []) == 0
    only = np.frombuffer(base64.b64decode(trained_net(font_run)["weights"]), "<f4")
    assert np.array_equal(only, numbers[-len(only) :])


def test_a_net_that_is_too_large_says_so(font_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(font_run) is None
    monkeypatch.setattr(trained, "MAX_MULTIPLICATIONS", 10)
    assert "multiplications" in (refusal(font_run) or "")
    monkeypatch.setattr(trained, "MAX_WEIGHTS", 10)
    assert "weights, too many" in (refusal(font_run) or "")
    with pytest.raises(NotServed, match="too many"):
        trained_net(font_run)


@pytest.mark.parametrize("preset", ["digits-k-sparse", "digits-vq"])
def test_codes_under_a_constraint_are_decoded_only(font_run: Run, preset: str) -> None:
    net = trained_net(_run(font_run, presets.get(preset)), encoder=True)
    assert net["encoder"] is None
    assert net["decoder"]


def test_curves_are_drawn_by_the_server(font_run: Run) -> None:
    assert "these are curves" in (refusal(_run(font_run, presets.get("heartbeats-odd-one"))) or "")


def test_a_net_that_enlarges_is_refused(font_run: Run) -> None:
    why = refusal(_run(font_run, presets.get("photographs-2")))
    assert why is not None
    assert "dense or convolutional" in why
