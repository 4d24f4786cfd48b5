"""The lesson Colour, on runs that are stored; archives of pictures that somebody uploads, there and in Super-resolution."""

import zipfile

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from aelib import datasets
from aelib.experiment import digest_of, presets, resolve, variants
from aelib.training import Run, fit
from aelib.ui.lessons.images import colour as lesson
from tests.support.apps import image_rows, opened, said, save, sound, texts, until
from tests.support.pictures import packed, picture, pictures
from tests.support.sections import assert_not_trained, assert_shows, opened_tab, section
from tests.support.small_lessons import COLOUR, COLOUR_QUERY

pytestmark = pytest.mark.usefixtures("fresh_server")


@pytest.fixture(scope="module")
def colour() -> list[Run]:
    """The autoencoder and the denoiser beside it."""
    torch.set_num_threads(1)
    return [fit(one(COLOUR), "cpu") for one in (variants.clean, variants.noisy)]


# --- colour ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("page", "key"), [("colour", "colour-run"), ("super_resolution", "super-resolution-run")])
def test_a_lesson_before_training_says_what_will_come(page: str, key: str) -> None:
    app = opened(f"pages/{page}.py")
    assert_not_trained(app)
    assert app.button(key=f"{key}:train").label == "Train"
    assert not app.error


def test_the_whole_lesson_on_colour(colour: list[Run]) -> None:
    autoencoder, denoiser = colour
    save(*colour)
    app = opened("pages/colour.py", COLOUR_QUERY)
    assert_shows(
        app,
        {
            "In and out": "html",
            "How it learnt": "plotly_chart",
            "With noise": "dataframe",
            "Layers": "image",
            "CPU and GPU": "button",
            "Hand in": "download_button",
        },
    )
    assert "From top to bottom: original, reconstructed." in section(app, "In and out").text
    before = image_rows(app)
    names = autoencoder.images.names
    assert before[0].count("<img") == 2 * 10
    sound(app.button(key="colour-run:rows:others").click().run())
    after = image_rows(app)
    assert [old != new for old, new in zip(before, after, strict=True)] == [True, *(False for _ in before[1:])]
    assert (names[0] in before[0], names[0] in after[0], names[1] in after[0]) == (True, False, True)

    (table,) = (one.value for one in section(app, "With noise").every("dataframe"))
    assert list(zip(table["shown"], table["net"], strict=True)) == [
        ("clean", "autoencoder"),
        ("clean", "denoiser"),
        ("noisy", "none"),
        ("noisy", "autoencoder"),
        ("noisy", "denoiser"),
    ]
    targets = denoiser.images.pixels.float().numpy() / 255
    with torch.no_grad():
        copied = autoencoder.model.reconstruct(torch.from_numpy(targets)).clamp(0, 1).numpy()
    noisy = denoiser.inputs.numpy()
    assert noisy.std() > targets.std()
    for row, images in ((0, copied), (2, noisy)):
        errors = ((images.clip(0, 1) - targets) ** 2).mean(axis=(1, 2, 3))
        assert table["PSNR (dB)"][row] == pytest.approx(-10 * np.log10(errors).mean(), abs=0.01)
    assert len(section(app, "Layers").every("image")) == len(resolve(autoencoder.experiment).architecture.steps)
    opened_tab(app, "CPU and GPU")
    assert app.button(key=f"speed:{digest_of(COLOUR)}:cpu:2:start").label == "Measure on CPU"
    assert "Stored" in texts(app)


def test_a_noisy_net_shows_what_it_was_shown(colour: list[Run]) -> None:
    save(colour[1])
    query = {**COLOUR_QUERY, "corruption.kind": "gaussian", "corruption.level": "0.2"}
    app = opened("pages/colour.py", query)
    assert "From top to bottom: original, shown to the net, restored." in texts(app)
    opened_tab(app, "With noise")
    assert app.button(key="colour-run:denoiser:train").label == "Train both, with and without noise"
    assert "1 of 2 are in the store; 1 to train" in texts(app)


def test_the_end_of_the_images_is_followed_by_the_first(colour: list[Run]) -> None:
    save(*colour)
    app = opened("pages/colour.py", COLOUR_QUERY)
    count = len(colour[0].images)
    app.session_state["colour-run:rows:start"] = count - 5
    sound(app.run())
    assert image_rows(app)[0].count("<img") == 20


def test_the_cpu_is_measured_when_asked_for(colour: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lesson, "REPEATS", 3)
    monkeypatch.setattr(lesson.pace, "slowdown", lambda: 3.0)
    save(*colour)
    app = opened("pages/colour.py", COLOUR_QUERY)
    opened_tab(app, "CPU and GPU")
    sound(app.button(key=f"speed:{digest_of(COLOUR)}:cpu:2:start").click().run())
    until(app, lambda: "the median of 3 measurements of 2 epochs of 1,800 images; from" in texts(app))
    assert "3.0 processes for each core" in said(app), "a busy machine is no excuse to be silent"
    sound(app.slider(key="colour-run:devices:epochs").set_value(3).run())
    assert "the median" not in texts(app).replace("the median, and", ""), "another measurement"
    assert not app.button(key=f"speed:{digest_of(COLOUR)}:cpu:3:start").disabled


@pytest.mark.parametrize(
    ("page", "query", "says"),
    [
        ("colour", {"dataset": "letters"}, "cannot show"),
        ("colour", {"model.convolution.stride": "9-9-9"}, "smaller"),
        ("super_resolution", {"dataset": "house_numbers", "model.kind": "convolutional"}, "cannot show"),
        ("super_resolution", {"model.convolution.kernel": "4"}, "odd number"),
        ("super_resolution", {"model.convolution.channels": "x"}, "“Channels” is 'x'"),
    ],
)
def test_what_a_lesson_cannot_show_is_one_sentence(page: str, query: dict[str, str], says: str) -> None:
    app = opened(f"pages/{page}.py", query)
    assert says in said(app)
    assert len(app.error) + len(app.warning) == 1


# --- many a person's own pictures ----------------------------------------------------------------------------------

LESSONS = [("compression", 28, {"preset": "letters-7x7"}), ("colour", 32, {"preset": "house-numbers-autoencoder"})]
TINY = {"model.convolution.channels": "2-2-1", "model.convolution.stride": "2-2-1", "epochs": "1"}


def _upload(app: AppTest, lesson: str, content: bytes) -> AppTest:
    uploader = app.file_uploader(key=f"{lesson}:own")
    sound(uploader.set_value([("mine.zip", content, "application/zip")]).run())
    for button in [one for one in app.button if one.label == "Use these images"]:
        sound(button.click().run())
    return app


@pytest.mark.parametrize(("lesson", "side", "query"), LESSONS)
def test_an_archive_becomes_the_data_set_and_is_trained_on(lesson: str, side: int, query: dict[str, str]) -> None:
    app = opened(f"pages/{lesson}.py", {**query, **TINY, "batch_size": "8"})
    _upload(app, lesson, packed(pictures(60) | {"cats/bad.png": b"none"}))
    name = app.session_state[f"{lesson}:dataset"]
    assert name.startswith("collection-")
    described = datasets.spec(name)
    assert (described.images, described.shape[1:]) == (60, (side, side))
    assert described.shape[0] == (3 if lesson == "colour" else 1)
    assert app.selectbox(key=f"{lesson}:dataset").value == name
    assert "Left out: 1 file. cats/bad.png" in said(app)
    assert not app.error
    assert "dataset" in app.query_params
    assert app.query_params["dataset"] in (name, [name])
    assert app.button(key=f"{lesson}-run:train").label == "Train"
    if lesson == "colour":
        run = fit(presets.get(query["preset"]).with_values({**TINY, "batch_size": 8, "dataset": name}), "cpu")
        save(run)
        sound(app.run())
        assert_shows(app, {"How it learnt": "plotly_chart", "Layers": "image"})
        assert run.images.names[0] in " ".join(section(app, "In and out").image_rows)


def test_two_archives_of_as_many_pictures_are_two_data_sets() -> None:
    app = opened("pages/colour.py", {**LESSONS[1][2], **TINY, "batch_size": "8"})
    found = []
    for number in (0, 1):
        entries = {f"{i}.png": picture(i + number) for i in range(30)}
        found.append(_upload(app, "colour", packed(entries)).session_state["colour:dataset"])
    for chosen in (found[1], found[0], found[1]):
        sound(app.selectbox(key="colour:dataset").set_value(chosen).run())
        sound(app.run())
        assert app.session_state["colour:dataset"] == chosen


def test_no_two_presets_are_called_the_same() -> None:
    """What is chosen is told by its title."""
    titles = [one.title for one in presets.PRESETS.values()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize(("lesson", "query"), [(lesson, query) for lesson, _, query in LESSONS])
def test_an_archive_that_is_refused_changes_nothing(lesson: str, query: dict[str, str]) -> None:
    app = opened(f"pages/{lesson}.py", {**query, **TINY})
    before = [*(one.value for one in (*app.selectbox, *app.text_input, *app.number_input, *app.toggle))]
    address = dict(app.query_params)
    for content, says in (
        (packed(pictures(30) | {"../../away.png": picture(1)}), "leads out of it"),
        (packed(pictures(30) | {"cats/bomb.png": bytes(30_000_000)}, zipfile.ZIP_DEFLATED), "grows to 30,000,000"),
        (b"hello", "mine.zip is a text, in which no images were found"),
        (packed(pictures(1)), "one picture:"),
    ):
        _upload(app, lesson, content)
        (error,) = app.error
        assert says in error.value.replace("\\", "")
        assert [*(one.value for one in (*app.selectbox, *app.text_input, *app.number_input, *app.toggle))] == before
        assert dict(app.query_params) == address
        assert not [one.name for one in datasets.available() if one.name.startswith("collection-")]
        assert app.button(key=f"{lesson}-run:train").label == "Train"
