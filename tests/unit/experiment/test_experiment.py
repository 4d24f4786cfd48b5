"""What an experiment refuses and how it says so; what its digest means; that nothing hostile gets through."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aelib.core.errors import LabError
from aelib.experiment import Experiment, ExperimentError, change, digest_of, flatten, from_json, parse, presets, resolve

BAD = [
    ({"optimizer.learning_rate": -1}, "optimizer.learning_rate is -1", "above 0"),
    ({"optimizer.learning_rate": 0}, "optimizer.learning_rate is 0", "above 0"),
    ({"optimizer.learning_rate": "nan"}, "optimizer.learning_rate is 'nan'", "above 0"),
    ({"optimizer.learning_rate": float("inf")}, "optimizer.learning_rate is inf", "at most 100"),
    ({"optimizer.learning_rate": "fast"}, "optimizer.learning_rate is 'fast'", "number"),
    ({"optimizer.momentum": 1}, "optimizer.momentum is 1", "below 1"),
    ({"optimizer.weight_decay": -0.1}, "optimizer.weight_decay is -0.1", "0 to 10"),
    ({"optimizer.kind": "sdg"}, "optimizer.kind is 'sdg'", "adamw"),
    ({"optimizer.schedule": "linear"}, "optimizer.schedule is 'linear'", "cosine"),
    ({"model.kind": "transformer"}, "model.kind is 'transformer'", "dense"),
    ({"model.layers": "36-20-2"}, "model.layers is 36-20-2", "35"),
    ({"model.layers": "35"}, "model.layers is", "2 to 12 sizes"),
    ({"model.layers": "35-0-2"}, "model.layers is '0'", "1 to 4096"),
    ({"model.layers": "35-999999-2"}, "model.layers is '999999'", "4096"),
    ({"model.layers": "35-4096-4096-4096-2"}, "model.layers is 35-4096-4096-4096-2", "20,000,000"),
    ({"model.layers": "35-20-2-20-35"}, "model.layers is 35-20-2-20-35", "such as 35-20-2;"),
    ({"model.layers": "35-two"}, "model.layers is 'two'", "sizes"),
    ({"model.decoder_layers": "3-35"}, "model.decoder_layers is 3-35", "the code's 2"),
    ({"model.hidden_activation": "gelu"}, "model.hidden_activation is 'gelu'", "silu"),
    ({"model.initialization": "zeros"}, "model.initialization is 'zeros'", "xavier_uniform"),
    ({"model.initialization_scale": 0}, "model.initialization_scale is 0", "above 0"),
    ({"loss": "huber"}, "loss is 'huber'", "bce"),
    ({"loss": "bce", "model.output_activation": "tanh"}, "loss is 'bce'", "sigmoid"),
    (
        {"normalization": "symmetric", "model.output_activation": "sigmoid"},
        "model.output_activation is 'sigmoid'",
        "tanh",
    ),
    ({"normalization": "log"}, "normalization is 'log'", "symmetric"),
    ({"epochs": 0}, "epochs is 0", "1 to 1,000,000"),
    ({"epochs": 10**9}, "epochs is 1000000000", "1,000,000"),
    ({"epochs": 1.5}, "epochs is 1.5", "whole number"),
    ({"batch_size": 33}, "batch_size is 33", "1 to 32"),
    ({"batch_size": 0}, "batch_size is 0", "from 1"),
    ({"batch_size": 31, "model.batch_norm": True}, "batch_size is 31", "batch_norm"),
    ({"early_stop.kind": "never"}, "early_stop.kind is 'never'", "patience"),
    ({"early_stop.patience": 0}, "early_stop.patience is 0", "1 to"),
    ({"snapshots": [1, -5]}, "snapshots is [1, -5]", "from 0 on"),
    ({"seed": -1}, "seed is -1", "0 to"),
    ({"dataset": "mnits"}, "dataset is 'mnits'", "font5x7"),
    ({"dataset": "glyphs-0123456789ab"}, "dataset is 'glyphs-0123456789ab'", "upload"),
    ({"dataset": "glyphs-../../etc"}, "dataset is 'glyphs-../../etc'", "hexadecimal"),
    ({"beta": -1}, "beta is -1", "0 to 1000"),
    ({"beta_warm_up": 1001, "model.variational": True}, "beta_warm_up is 1,001", "at most 1,000"),
    ({"dataset": "digits8x8", "early_stop.kind": "patience"}, "early_stop.kind is 'patience'", "validation set"),
    ({"beta_warm_up": 0.5}, "beta_warm_up is 0.5", "whole number"),
    ({"free_bits": "x"}, "free_bits is 'x'", "0 to 100"),
    ({"model.variational": True, "model.code_activation": "tanh"}, "model.code_activation is 'tanh'", "identity"),
    ({"dataset": "emoji20x20-1"}, "dataset is 'emoji20x20-1'", "hexadecimal"),
    ({"dataset": "emoji20x20-0000000001"}, "dataset is 'emoji20x20-0000000001'", "at least 2"),
    ({"dataset": "emoji20x20-ffffffffff0"}, "dataset is 'emoji20x20-ffffffffff0'", "40 emoji"),
    ({"dataset": "pictures-0123456789ab"}, "dataset is 'pictures-0123456789ab'", "upload"),
    (
        {"dataset": "digits8x8", "model.layers": "64-2", "early_stop.kind": "learnt"},
        "early_stop.kind is 'learnt'",
        "patience",
    ),
    ({"dataset": "digits8x8", "model.layers": "64-2", "batch_size": 1438}, "batch_size is 1438", "1,437"),
    (
        {"model.kind": "convolutional", "model.convolution.kernel": 4, "model.convolution.stride": 1},
        "model.convolution.kernel is 4",
        "odd",
    ),
    (
        {"model.kind": "convolutional", "model.convolution.kernel": 4, "model.convolution.pooling": "max"},
        "kernel is 4",
        "odd",
    ),
    (
        {"model.kind": "convolutional", "model.convolution.stride": "2-2"},
        "model.convolution.stride is 2-2",
        "each of the 3 layers",
    ),
    ({"model.kind": "convolutional", "model.convolution.stride": "2-2-3"}, "layer 3 has 2x2 pixels", "3 times smaller"),
    ({"model.kind": "convolutional", "model.convolution.stride": "8-1-1"}, "layer 1 has 7x5 pixels", "8 times smaller"),
    ({"model.kind": "convolutional", "model.convolution.stride": "0"}, "model.convolution.stride is '0'", "1 to 32"),
    ({"model.kind": "convolutional", "model.convolution.channels": "16-1000"}, "channels is '1000'", "1 to 512"),
    (
        {
            "model.kind": "convolutional",
            "model.convolution.channels": "512-512-512-512-512-512-512-512-512-512",
            "model.convolution.stride": 1,
        },
        "parameters",
        "20,000,000",
    ),
    ({"model.kind": "convolutional", "model.convolution.kernel": 12}, "model.convolution.kernel is 12", "1 to 11"),
    ({"model.kind": "convolutional", "model.convolution.pooling": "min"}, "pooling is 'min'", "average"),
    ({"model.kind": "convolutional", "dataset": "mnist"}, "60,000 images through these convolutions", "give at most"),
    ({"model.kind": "super_resolution", "model.variational": True}, "model.variational is true", "no code"),
    ({"model.tied": True, "model.variational": True}, "model.tied is true", "two codes"),
    ({"model.tied": True, "model.kind": "convolutional"}, "model.tied is true", "dense decoder"),
    ({"model.tied": True, "model.decoder_layers": "2-9-35"}, "model.decoder_layers is 2-9-35", "2-10-20-35"),
    ({"model.dropout": 1}, "model.dropout is 1", "below 1"),
    ({"model.dropout": 0.5, "model.kind": "convolutional"}, "model.dropout is 0.5", "dense nets"),
    ({"model.penalty.kind": "l2"}, "model.penalty.kind is 'l2'", "k_sparse"),
    ({"model.penalty.kind": "kl"}, "model.code_activation is 'identity'", "choose sigmoid"),
    ({"model.penalty.kind": "l1", "model.variational": True}, "model.penalty.kind is 'l1'", "pays for its KL"),
    ({"model.penalty.kind": "l1", "model.kind": "super_resolution"}, "model.penalty.kind is 'l1'", "has no code"),
    ({"model.penalty.kind": "k_sparse"}, "model.penalty.active is 4", "at most 2, the numbers of the code"),
    ({"model.penalty.target": 0}, "model.penalty.target is 0", "above 0 and below 1"),
    ({"model.penalty.target": 1}, "model.penalty.target is 1", "above 0 and below 1"),
    ({"model.penalty.weight": -1}, "model.penalty.weight is -1", "0 to 1000"),
    ({"model.penalty.kind": "contractive", "model.kind": "convolutional"}, "penalty.kind is 'contractive'", "dense"),
    ({"model.penalty.kind": "contractive", "model.batch_norm": True}, "model.batch_norm is true", "choose false"),
    ({"model.penalty.kind": "contractive", "model.dropout": 0.1}, "model.dropout is 0.1", "choose 0"),
    (
        {"model.penalty.kind": "contractive", "model.hidden_activation": "prelu"},
        "model.hidden_activation is 'prelu'",
        "without a slope",
    ),
    ({"model.codebook.entries": 1}, "model.codebook.entries is 1", "0 for no codebook, or 2"),
    ({"model.codebook.entries": 33}, "codebook larger than the images", "at most 32"),
    (
        {"model.codebook.entries": 4, "model.codebook.numbers": 3},
        "model.codebook.numbers is 3",
        "divides the 2 numbers",
    ),
    ({"model.codebook.entries": 4, "model.variational": True}, "is a distribution", "give 0"),
    ({"model.codebook.entries": 4, "model.penalty.kind": "l1"}, "model.penalty.kind is 'l1'", "choose none"),
    (
        {"model.codebook.entries": 4, "model.codebook.numbers": 2, "model.kind": "convolutional"},
        "model.codebook.numbers is 2",
        "the channels of the code's maps",
    ),
    ({"model.conditional": True}, "every image of font5x7 is a class of its own", "choose false"),
    ({"model.width": 3}, "'model.width' is not a field", "write model."),
    ({"beta": "1,000"}, "beta is '1,000'", "0 to 1000"),
    ({"model.layers": "35 20 x"}, "model.layers is 'x'", "such as 35-20-10-2"),
]


@pytest.mark.parametrize(("values", "says", "allows"), BAD, ids=lambda value: str(value)[:40])
def test_one_sentence_names_field_value_and_what_is_allowed(values: dict[str, object], says: str, allows: str) -> None:
    with pytest.raises(LabError) as caught:
        resolve(change(Experiment(), values))
    if isinstance(caught.value, ExperimentError):  # a missing data set is another error
        assert len(caught.value.problems) == 1
    sentence = str(caught.value)
    assert says in sentence
    assert allows in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("path", "typed", "meant"),
    [
        ("optimizer.learning_rate", "0,01", 0.01),
        ("optimizer.learning_rate", " 2,5e-3 ", 0.0025),
        ("beta", ",5", 0.5),
        ("corruption.level", "0,125", 0.125),
        ("model.initialization_scale", "1,25", 1.25),
        ("early_stop.min_delta", "0,001", 0.001),
        ("model.layers", "35 20 10 2", (35, 20, 10, 2)),
        ("model.layers", " 35 - 20, 10  2 ", (35, 20, 10, 2)),
        ("model.layers", "35–20–2", (35, 20, 2)),
        ("model.decoder_layers", "2 40 35", (2, 40, 35)),
        ("model.convolution.channels", "16 8 1", (16, 8, 1)),
        ("snapshots", "0, 1 15", (0, 1, 15)),
    ],
)
def test_numbers_and_lists_are_understood_as_people_type_them(path: str, typed: str, meant: object) -> None:
    value: object = Experiment().with_values({path: typed})
    for name in path.split("."):
        value = getattr(value, name)
    assert value == meant


def test_every_problem_is_said_not_only_the_first() -> None:
    with pytest.raises(ExperimentError) as caught:
        Experiment().with_values({"epochs": 0, "loss": "x", "seed": -1})
    assert len(caught.value.problems) == 3


CHANGING = {
    "dataset": None,
    "model.kind": "convolutional",
    "normalization": "symmetric",
    "model.layers": "35-21-2",
    "model.decoder_layers": "2-35",
    "classes": "3",
    "model.hidden_activation": "relu",
    "model.code_activation": "tanh",
    "model.output_activation": "saturating_linear",
    "model.batch_norm": True,
    "model.variational": True,
    "model.tied": True,
    "model.dropout": 0.2,
    "model.penalty.kind": "l1",
    "model.codebook.entries": 8,
    "model.initialization": "normal",
    "corruption.kind": "salt_pepper",
    "loss": "mae",
    "optimizer.kind": "momentum",
    "optimizer.learning_rate": 0.002,
    "optimizer.weight_decay": 0.1,
    "optimizer.schedule": "step",
    "epochs": 999,
    "batch_size": 8,
    "early_stop.kind": "patience",
    "snapshots": "1,2",
    "seed": 1,
}
_CONVOLUTIONAL = {"model.kind": "convolutional"}
# Fields that matter only beside another one.
WITH = {
    "model.initialization_scale": (0.2, {"model.initialization": "normal"}),
    "optimizer.momentum": (0.5, {"optimizer.kind": "nesterov"}),
    "optimizer.step_every": (7, {"optimizer.schedule": "step"}),
    "optimizer.step_factor": (0.1, {"optimizer.schedule": "step"}),
    "optimizer.schedule_epochs": (7, {"optimizer.schedule": "cosine"}),
    "model.conditional": (True, {"dataset": "digits8x8"}),
    "model.codebook.numbers": (1, {"model.codebook.entries": 8}),
    "model.codebook.commitment": (1.0, {"model.codebook.entries": 8}),
    "model.codebook.decay": (0.5, {"model.codebook.entries": 8}),
    "model.codebook.revive": (False, {"model.codebook.entries": 8}),
    "model.penalty.weight": (0.1, {"model.penalty.kind": "contractive"}),
    "model.penalty.target": (0.1, {"model.penalty.kind": "kl", "model.code_activation": "sigmoid"}),
    "model.penalty.active": (1, {"model.penalty.kind": "k_sparse", "model.penalty.active": 2}),
    "corruption.level": (0.3, {"corruption.kind": "gaussian"}),
    "corruption.fresh": (False, {"corruption.kind": "masking"}),
    "corruption.where": ("test", {"corruption.kind": "bit_flip"}),
    "corruption.pixels": ("3-4", {"corruption.kind": "painted", "corruption.pixels": "5"}),
    "beta": (0.5, {"model.variational": True}),
    "beta_warm_up": (10, {"model.variational": True}),
    "free_bits": (0.1, {"model.variational": True}),
    "importance_samples": (5, {"model.variational": True}),
    "model.variance": ("softplus", {"model.variational": True}),
    "early_stop.wrong_pixels": (0, {"early_stop.kind": "learnt"}),
    "early_stop.patience": (7, {"early_stop.kind": "patience"}),
    "early_stop.min_delta": (0.1, {"early_stop.kind": "patience"}),
    "precision": ("mixed", _CONVOLUTIONAL),
    "model.convolution.channels": ("8-8-1", _CONVOLUTIONAL),
    "model.convolution.stride": ("1-2-2", _CONVOLUTIONAL),
    "model.convolution.kernel": (5, _CONVOLUTIONAL),
    "model.convolution.pooling": ("max", _CONVOLUTIONAL),
    "model.convolution.upsampling": ("resize", _CONVOLUTIONAL),
    "model.convolution.code_size": (4, _CONVOLUTIONAL),
    "model.convolution.residual": (False, {"model.kind": "super_resolution"}),
    "model.convolution.upscale": (
        "last",
        {"dataset": "photographs_x2", "model.kind": "super_resolution", "batch_size": 8},
    ),
}


def test_digest_covers_every_field_that_has_an_effect() -> None:
    assert set(CHANGING) | set(WITH) == set(flatten(Experiment().model_dump()))
    base = Experiment()
    for path, value in CHANGING.items():
        if value is not None:
            assert digest_of(base.with_values({path: value})) != digest_of(base), path
    for path, (value, needs) in WITH.items():
        if path != "model.conditional":  # which the font cannot have, every character being a class of its own
            assert digest_of(base.with_values({path: value})) == digest_of(base), f"{path} has no effect here"
        assert digest_of(change(base, {**needs, path: value})) != digest_of(change(base, needs)), path


def test_digest_is_the_same_for_the_same_meaning_and_from_version_to_version() -> None:
    base = Experiment()
    kept = base.with_values({"snapshots": "1-15-99999"})
    assert digest_of(kept) == digest_of(base.with_values({"snapshots": "15-1"}))
    assert digest_of(kept) != digest_of(base.with_values({"snapshots": "1"}))
    grinning = change(base, {"dataset": "emoji20x20"})
    assert digest_of(grinning.with_values({"dataset": "emoji20x20-00000000ff"})) == digest_of(grinning)
    same = {"batch_size": 32, "model.output_activation": "sigmoid", "model.decoder_layers": "2-10-20-35"}
    assert digest_of(base.with_values(same)) == digest_of(base)
    assert digest_of(base) == "1788f993b4772e35"
    assert digest_of(presets.get("font-best")) == "e2f63889e190e74b"


def test_a_changed_copy_has_a_digest_of_its_own() -> None:
    base = Experiment()
    assert digest_of(base.model_copy(update={"seed": 7})) == digest_of(base.with_values({"seed": 7})) != digest_of(base)


def test_layers_follow_another_data_set_unless_they_are_given() -> None:
    base = Experiment().with_values({"model.decoder_layers": "2-9-35"})
    other = change(base, {"dataset": "digits8x8"})
    assert (other.model.layers, other.model.decoder_layers) == ((64, 20, 10, 2), (2, 9, 64))
    given = change(base, {"dataset": "digits8x8", "model.layers": "64-2", "model.decoder_layers": ""})
    assert given.model.layers == (64, 2)


def test_an_experiment_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Experiment().epochs = 3  # type: ignore[misc]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(st.text(max_size=200) | JSON.map(json.dumps))
def test_any_text_is_an_experiment_or_problems(text: str) -> None:
    try:
        experiment = from_json(text)
    except ExperimentError as error:
        assert error.problems
        assert all(len(problem.text()) < 600 for problem in error.problems)
        return
    try:
        assert re.fullmatch("[0-9a-f]{16}", digest_of(experiment))
    except LabError as error:
        assert str(error).endswith(".")


@given(st.dictionaries(st.sampled_from(sorted(flatten(Experiment().model_dump()))), JSON, max_size=4))
def test_any_value_of_any_field_is_an_experiment_or_problems(values: dict[str, object]) -> None:
    try:
        experiment = Experiment().with_values(values)
    except ExperimentError as error:
        assert error.problems
        return
    assert from_json(experiment.to_json()) == experiment
    try:
        digest = digest_of(experiment)
    except LabError as error:
        assert str(error).endswith(".")
    else:
        assert digest_of(parse(experiment.model_dump(mode="json"))) == digest


def test_painted_noise_without_paint_is_refused() -> None:
    painted = {"corruption.kind": "painted"}
    with pytest.raises(ExperimentError) as refused:
        Experiment().with_values(painted)
    (problem,) = refused.value.problems
    assert problem.text().startswith("corruption.pixels is empty: give ")
    assert digest_of(Experiment().with_values({**painted, "corruption.pixels": "0"})) != digest_of(Experiment())
    assert digest_of(Experiment().with_values({**painted, "corruption.level": 0})) == digest_of(Experiment())
    for name, preset in presets.PRESETS.items():
        assert preset.experiment.corruption.kind != "painted", name


def test_a_problem_is_data_that_each_face_renders() -> None:
    with pytest.raises(ExperimentError) as caught:
        Experiment().with_values({"loss": "bce", "normalization": "symmetric"})
    (problem,) = caught.value.problems
    assert (problem.path, problem.value) == ("loss", "'bce'")
    assert "or normalization none with model.output_activation sigmoid" in problem.text()
    assert problem.text(str.upper).startswith("LOSS is 'bce', which compares probabilities: choose mse")
    assert "or NORMALIZATION none with MODEL.OUTPUT_ACTIVATION sigmoid" in problem.text(str.upper)


def test_an_experiment_asks_nobody_what_it_is() -> None:
    away = Experiment().with_values({"dataset": "pictures-0123456789ab", "model.layers": "9-2"})
    assert from_json(away.to_json()) == away, "it can be read, compared and written where its images are not"
    assert away.with_values({"epochs": 3}).changes(away) == {"epochs": 3}
    with pytest.raises(LabError, match="dataset is 'pictures-0123456789ab'"):
        resolve(away)
