"""The lessons Variational: emoji and Variational: digits, through AppTest, on runs that are stored."""

from pathlib import Path

import pytest
from PIL import Image

from aelib import datasets
from aelib.experiment import Experiment, presets, variants
from aelib.store import Store
from aelib.training import fit_many
from tests.support.apps import metric, opened, said, sound
from tests.support.pictures import half, saved
from tests.support.sections import assert_not_trained, assert_shows, opened_tab, section
from tests.support.small_lessons import VARIATIONAL, VARIATIONAL_QUERY

pytestmark = pytest.mark.usefixtures("fresh_server")

EMOJI = presets.get("emoji-best").with_values({"epochs": 30, "model.layers": "400-32-2"})
EMOJI_QUERY = {"preset": "emoji-best", "epochs": "30", "model.layers": "400-32-2"}


def _save(*experiments: Experiment) -> None:
    store = Store()
    for run in fit_many(list(experiments), "cpu"):
        store.save(run)  # type: ignore[arg-type]


@pytest.mark.parametrize("page", ["emoji", "digits"])
def test_a_lesson_before_training_says_what_will_come(page: str) -> None:
    app = opened(f"pages/{page}.py")
    assert_not_trained(app)
    assert app.button(key=f"{page}-run:train").label == "Train"


def test_the_whole_lesson_on_emoji() -> None:
    twins = [variants.plain(EMOJI), *(variants.with_output(EMOJI, name) for name in ("relu", "sigmoid"))]
    _save(EMOJI, *twins)
    app = opened("pages/emoji.py", EMOJI_QUERY)
    assert_shows(
        app,
        {
            "What it learnt": "plotly_chart",
            "Morph": "bidi_component",
            "Mix": "bidi_component",
            "Latent plane": "bidi_component",
            "New pictures": "html",
            "ReLU or sigmoid": "html",
            "Look inside": "plotly_chart",
            "Twenty seeds": "button",
            "Hand in": "download_button",
        },
    )
    assert metric(app, "Learnt").endswith("of 8")
    assert float(metric(app, "KL")) > 0
    morph = "emoji-run:morph"
    opened_tab(app, "Morph")
    stops = app.multiselect(key=f"{morph}:emoji20x20:stops")
    assert len(stops.value) == 2
    sound(stops.set_value(["angry", "grinning", "crying"]).run())
    sound(app.slider(key=f"{morph}:between").set_value(60).run())
    sound(app.toggle(key=f"{morph}:spherical").set_value(True).run())
    assert any("cross-fade of pixels" in one.value for one in app.caption)
    sound(app.multiselect(key=f"{morph}:emoji20x20:stops").set_value(["angry"]).run())
    assert any("at least two" in one.value for one in app.info)
    opened_tab(app, "Mix")
    corners = "emoji-run:mix:emoji20x20:corners"
    sound(app.multiselect(key=corners).set_value(["angry", "grinning", "crying", "sleeping"]).run())
    sound(app.multiselect(key=corners).set_value(["angry"]).run())
    assert any("triangle" in one.value for one in app.info)
    opened_tab(app, "New pictures")
    before = [one.value for one in app.caption if "samples above" in one.value]
    assert len(before) == 2, "the plain net's too"
    sound(app.button(key="emoji-run:samples:again").click().run())
    assert [one.value for one in app.caption if "samples above" in one.value] != before
    opened_tab(app, "ReLU or sigmoid")
    assert any("ReLU" in one.value and "white" in one.value for one in app.markdown)


def test_a_plain_net_on_emoji_is_shown_too() -> None:
    _save(variants.plain(EMOJI))
    app = opened("pages/emoji.py", {**EMOJI_QUERY, "model.variational": "false"})
    assert_shows(app, {"What it learnt": "plotly_chart", "Morph": "bidi_component", "Hand in": "download_button"})
    assert not any(one.label == "KL" for one in app.metric)


def test_the_whole_lesson_on_digits() -> None:
    _save(variants.plain(VARIATIONAL), *variants.betas(VARIATIONAL))
    app = opened("pages/digits.py", VARIATIONAL_QUERY)
    assert_shows(
        app,
        {
            "How it learnt": "plotly_chart",
            "In and out": "html",
            "Latent plane": "bidi_component",
            "Without the prior": "dataframe",
            "β": "plotly_chart",
            "Active dimensions": "plotly_chart",
            "New digits": "html",
            "Hand in": "download_button",
        },
    )
    assert float(metric(app, "KL")) > 0
    (nets,) = (one.value for one in section(app, "Without the prior").every("dataframe"))
    assert "standard deviation" in nets
    assert list(nets["net"]) == ["variational", "plain"]
    told = section(app, "Without the prior").text
    assert f"spread over **{nets['classes of samples'][0]:.1f}** of 10 classes" in told
    (betas,) = (one.value for one in section(app, "β").every("dataframe"))
    assert list(betas["β"]) == list(variants.BETAS)
    assert betas["KL"].iloc[0] > betas["KL"].iloc[-1]
    sound(app.toggle(key="digits-run:betas:scale").set_value(True).run())
    opened_tab(app, "New digits")
    sound(app.button(key="digits-run:samples:again").click().run())


def test_a_class_is_asked_for_codes_collapse_and_codebooks_are_shown() -> None:
    asked, book = variants.conditional(VARIATIONAL), variants.quantised(VARIATIONAL)
    dense = [variants.of_numbers(book, numbers) for numbers in (5, 10)]
    _save(VARIATIONAL, asked, book, *dense, *variants.collapsing(VARIATIONAL).values())
    app = opened("pages/digits.py", VARIATIONAL_QUERY)
    assert_shows(app, {"Ask for a 7": "dataframe", "Posterior collapse": "dataframe", "Codebook": "plotly_chart"})
    (nets,) = (one.value for one in section(app, "Ask for a 7").every("dataframe"))
    assert list(nets["net"]) == ["told the class", "not told"]
    before = section(app, "Ask for a 7").image_rows[0]
    sound(app.segmented_control(key="digits-run:ask:class").set_value("3").run())
    assert section(app, "Ask for a 7").image_rows[0] != before
    (collapse,) = (one.value for one in section(app, "Posterior collapse").every("dataframe"))
    assert len(collapse) == 4
    assert "2 active" in section(app, "Posterior collapse").text
    told = section(app, "Codebook").text
    assert "of 32** entries are in use" in told
    assert "**40 bits**" in told
    rows = section(app, "Codebook").image_rows
    (place,) = (one for one in app.slider if one.label == "Place of the code")
    sound(place.set_value(5).run())
    assert section(app, "Codebook").image_rows != rows


@pytest.mark.parametrize("preset", ["digits-conditional", "digits-vq"])
def test_the_lesson_shows_their_presets_in_every_tab(preset: str) -> None:
    run = presets.get(preset).with_values({"epochs": 2})
    _save(run)
    app = opened("pages/digits.py", {"preset": preset, "epochs": "2"})
    shows = {"How it learnt": "plotly_chart", "In and out": "html", "Latent plane": "bidi_component"}
    assert_shows(app, {**shows, "New digits": "html", "Ask for a 7": "button", "Codebook": "button"})
    for tab in ("Without the prior", "β", "Active dimensions", "Posterior collapse", "Hand in"):
        sound(opened_tab(app, tab))


@pytest.mark.parametrize("layers", ["64-16-1", "64-16-12"])
def test_codes_of_other_sizes_are_shown_too(layers: str) -> None:
    experiment = VARIATIONAL.with_values({"model.layers": layers})
    _save(experiment)
    app = opened("pages/digits.py", {**VARIATIONAL_QUERY, "model.layers": layers})
    assert_shows(app, {"How it learnt": "plotly_chart", "New digits": "html", "Hand in": "download_button"})
    assert metric(app, "Active").endswith(f"of {layers.split('-')[-1]}")


def test_mnist_that_is_not_here_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_DATA", str(tmp_path))
    app = opened("pages/digits.py", {"preset": "mnist-vae"})
    assert "mnist is not on this machine: put " in said(app), "and no command"
    assert not any(button.label == "Train" for button in app.button)


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("dense", {"dataset": "digits8x8", "model.layers": "64-2"}),
        ("denoising", {"dataset": "digits8x8", "model.layers": "64-2"}),
        ("emoji", {"dataset": "font5x7", "model.layers": "35-2"}),
        ("digits", {"dataset": "emoji20x20", "model.layers": "400-2", "batch_size": "all"}),
    ],
)
def test_a_data_set_of_another_lesson_is_said(page: str, query: dict[str, str]) -> None:
    app = opened(f"pages/{page}.py", query)
    assert "open it in its own" in said(app)


def test_emoji_in_colour_and_back() -> None:
    app = opened("pages/emoji.py")
    sound(app.toggle(key="emoji:colour").set_value(True).run())
    assert app.session_state["emoji:dataset"] == "emoji32x32"
    assert app.text_input(key="emoji:model.layers").value == "3072-256-128-2"
    sound(app.toggle(key="emoji:colour").set_value(False).run())
    assert app.session_state["emoji:dataset"] == "emoji20x20"


def test_pictures_of_ones_own_alone_and_with_emoji() -> None:
    picture = saved(half("RGB", "black", "white"))
    app = opened("pages/emoji.py")
    sound(app.file_uploader(key="emoji:pictures:files").upload("me.png", picture, "image/png").run())
    name = app.session_state["emoji:dataset"]
    assert datasets.load(name).names[-1] == "me"
    assert len(datasets.load(name)) == 9
    assert datasets.load(name).names[0] == "grinning"
    sound(app.toggle(key="emoji:pictures:colour").set_value(True).run())
    assert datasets.spec(app.session_state["emoji:dataset"]).shape == (3, 20, 20)
    sound(app.toggle(key="emoji:pictures:together").set_value(False).run())
    assert any("These are 1 pictures" in one.value for one in app.error)
    sound(app.toggle(key="emoji:pictures:together").set_value(True).run())
    two = [("me.png", picture, "image/png"), ("you.png", picture, "image/png")]
    sound(app.file_uploader(key="emoji:pictures:files").upload(*two[0]).upload(*two[1]).run())
    assert len(datasets.load(app.session_state["emoji:dataset"])) == 10
    assert not app.error


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("dot.png", saved(Image.new("L", (1, 1))), "1x1"),
        ("text.png", b"not a picture", "text.png is a text, in which no images were found"),
    ],
)
def test_a_bad_picture_is_one_sentence_and_changes_nothing(file: str, content: bytes, says: str) -> None:
    app = opened("pages/emoji.py")
    sound(app.file_uploader(key="emoji:pictures:files").upload(file, content, "image/png").run())
    assert says in said(app)
    assert len({one.value for one in app.error}) == 1  # in the popover, and below it
    assert app.session_state["emoji:dataset"] == "emoji20x20"


def test_the_runs_page_lists_both_kinds_of_run() -> None:
    _save(EMOJI, VARIATIONAL)
    app = opened("pages/runs.py")
    results = list(app.dataframe[0].value["result"])
    assert any("learnt" in one for one in results)
    assert any("MSE" in one for one in results)
    sound(app.selectbox(key="runs:dataset").set_value("digits8x8").run())
    assert len(app.dataframe[0].value) == 1


def test_a_sweep_over_beta_on_digits_has_means_without_images_learnt() -> None:
    base = VARIATIONAL.with_values({"seed": 0})
    _save(*(base.with_values({"beta": beta, "seed": seed}) for beta in (0.5, 2) for seed in (0, 1)))
    query = {
        **VARIATIONAL_QUERY,
        "vary": "beta",
        "values": "0.5 2",
        "nets": "2",
        "vary2": "",
        "values2": "",
        "sweep": "rate",
    }
    app = opened("pages/sweeps.py", query)
    table = app.dataframe[0].value
    assert list(table["runs"]) == [2, 2]
    assert "mse mean" in table
    assert "learnt mean" not in table
    assert app.segmented_control(key="sweeps:figure").value == "mse"
