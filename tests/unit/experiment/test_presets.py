"""Presets: each means something, and what the documents say."""

import pytest

from aelib.experiment import digest_of, from_json, presets, resolve


@pytest.mark.parametrize("name", presets.PRESETS)
def test_presets_survive_json(name: str) -> None:
    experiment = presets.get(name)
    again = from_json(experiment.to_json())
    assert again == experiment
    assert digest_of(again) == digest_of(experiment)


def test_presets_all_mean_something_else() -> None:
    """But for rows that look into the same training once more, or train it on another device."""
    again = {"emoji-morph": "emoji-vae-wide", "svhn-gpu": "svhn-autoencoder"}
    digests = [digest_of(one.experiment) for name, one in presets.PRESETS.items() if name not in again]
    assert len(set(digests)) == len(digests)
    for name, same in again.items():
        assert digest_of(presets.get(name)) == digest_of(presets.get(same))


def test_every_row_of_the_documents_has_a_preset_that_does_what_the_row_says() -> None:
    """Networks, activations and numbers of bits, as far as the row gives them."""
    rows = presets.results()
    assert set(rows) <= set(presets.PRESETS)
    for name, row in rows.items():
        experiment = presets.get(name)
        if row["dataset"] == "font5x7" and row["task"] in ("dense", "denoising"):
            assert row["architecture"].startswith("-".join(map(str, experiment.model.layers))), name
        if row["metric"] == "code_bits":
            assert resolve(experiment).latent_dim * 32 == int(row["reported"]), name
        if row["task"] == "super_resolution":
            kinds = [step.kind for step in resolve(experiment).architecture.encoder]
            layers, _, said = row["architecture"].removeprefix("conv ").partition(" ")
            if said.startswith("layer"):
                assert kinds.count("convolution") == int(layers), (name, kinds)
        if row["dataset"] in ("notmnist", "mnist") and row["hidden_activation"]:
            assert experiment.model.hidden_activation == row["hidden_activation"], name
            assert experiment.output_activation == row["output_activation"], name
