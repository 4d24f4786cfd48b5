"""The lessons Colour and Super-resolution, on runs that are stored; archives of pictures that somebody uploads."""

import binascii
import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import streamlit as st
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from aelib import companions, datasets, presets
from aelib.run import Run
from aelib.store import Store
from aelib.training import fit
from aelib.ui import background, enlarging, resources
from tests.apps import opened, sound
from tests.test_collections import packed, picture, pictures

PATIENCE = 60.0  # seconds
SMALL = {"model.convolution.channels": "4-4-2", "epochs": "1"}
COLOUR = presets.get("house-numbers-autoencoder").with_values(SMALL)
COLOUR_QUERY = {"preset": "house-numbers-autoencoder", **SMALL}
SHARP_VALUES = {"model.convolution.channels": "2-2", "epochs": "1"}
SHARP = presets.get("photographs-3-best").with_values(SHARP_VALUES)
SHARP_QUERY = {"preset": "photographs-3-best", **SHARP_VALUES}
WAYS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


@pytest.fixture(autouse=True)
def fresh_server() -> Iterator[None]:
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    resources.jobs().executor.shutdown(wait=False, cancel_futures=True)
    st.cache_resource.clear()


@pytest.fixture(scope="module")
def colour() -> list[Run]:
    """The autoencoder and the denoiser beside it."""
    torch.set_num_threads(1)
    return [fit(one(COLOUR), "cpu") for one in (companions.clean, companions.noisy)]


@pytest.fixture(scope="module")
def sharp() -> Run:
    torch.set_num_threads(1)
    return fit(SHARP, "cpu")


def _save(*runs: Run) -> None:
    for run in runs:
        Store().save(run)


def _said(app: AppTest) -> str:
    return " ".join(one.value.replace("\\", "") for one in [*app.error, *app.warning])


def _text(app: AppTest) -> str:
    return " ".join(str(one.value).replace("\\", "") for one in [*app.markdown, *app.caption])


def _pictures(app: AppTest) -> list[str]:
    return [one.proto.body for one in app.get("html") if "ae-row" in one.proto.body]


def _table(app: AppTest, column: str) -> dict[str, float]:
    """A column of the first table that has it, by its first column."""
    found = next(one.value for one in app.dataframe if column in one.value)
    return dict(zip(found.iloc[:, 0], found[column], strict=True))


def _until(app: AppTest, there: Callable[[], bool]) -> AppTest:
    """Run again until it is so: AppTest has no clock that draws fragments anew."""
    end = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < end, f"it never came: {_said(app)}"
        time.sleep(0.05)
        sound(app.run())
    return app


# --- colour ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("page", "key"), [("colour", "colour-run"), ("super_resolution", "super-resolution-run")])
def test_a_lesson_before_training_says_what_will_come(page: str, key: str) -> None:
    app = opened(f"pages/{page}.py")
    assert [header.value[:1] for header in app.header] == ["1", "2"]
    assert app.button(key=f"{key}:train").label == "Train"
    assert any("After training you see here" in one.value for one in app.caption)
    assert not app.error


def test_the_whole_lesson_on_colour(colour: list[Run]) -> None:
    autoencoder, denoiser = colour
    _save(*colour)
    app = opened("pages/colour.py", COLOUR_QUERY)
    assert [header.value[:1] for header in app.header] == list("12345678")
    assert "From top to bottom: original, reconstructed." in _text(app)
    before = _pictures(app)
    names = autoencoder.images.names
    assert before[0].count("<img") == 2 * 10
    sound(app.button(key="colour-run:rows:others").click().run())
    after = _pictures(app)
    assert [old != new for old, new in zip(before, after, strict=True)] == [True, *(False for _ in before[1:])]
    assert (names[0] in before[0], names[0] in after[0], names[1] in after[0]) == (True, False, True)

    table = next(one.value for one in app.dataframe if "PSNR (dB)" in one.value)
    assert list(zip(table["shown"], table["net"], strict=True)) == [
        ("clean", "autoencoder"), ("clean", "denoiser"), ("noisy", "none"), ("noisy", "autoencoder"), ("noisy", "denoiser"),
    ]  # fmt: skip
    targets = denoiser.images.pixels.float().numpy() / 255
    with torch.no_grad():
        copied = autoencoder.model.reconstruct(torch.from_numpy(targets)).clamp(0, 1).numpy()
    noisy = denoiser.inputs.numpy()
    assert noisy.std() > targets.std()
    for row, images in ((0, copied), (2, noisy)):
        error = float(((images - targets) ** 2).mean())
        assert table["PSNR (dB)"][row] == pytest.approx(10 * np.log10(1 / error), abs=0.01)
    assert len(app.get("image")) == len(autoencoder.experiment.architecture.steps)
    assert app.button(key=f"speed:{COLOUR.digest}:cpu:1:start").label == "Measure on CPU"
    assert "Stored" in _text(app)


def test_a_noisy_net_shows_what_it_was_shown(colour: list[Run]) -> None:
    _save(colour[1])
    query = {**COLOUR_QUERY, "corruption.kind": "gaussian", "corruption.level": "0.2"}
    app = opened("pages/colour.py", query)
    assert "From top to bottom: original, shown to the net, restored." in _text(app)
    assert app.button(key="colour-run:denoiser:train").label == "Train both, with and without noise"
    assert "1 of 2 are in the store; 1 to train" in _text(app)


def test_the_end_of_the_images_is_followed_by_the_first(colour: list[Run]) -> None:
    _save(*colour)
    app = opened("pages/colour.py", COLOUR_QUERY)
    count = len(colour[0].images)
    app.session_state["colour-run:rows:start"] = count - 5
    sound(app.run())
    assert _pictures(app)[0].count("<img") == 20


def test_the_cpu_is_measured_when_asked_for(colour: list[Run]) -> None:
    _save(*colour)
    app = opened("pages/colour.py", COLOUR_QUERY)
    sound(app.button(key=f"speed:{COLOUR.digest}:cpu:1:start").click().run())
    _until(app, lambda: "for 1 epoch of 1,800 images" in _text(app))
    sound(app.slider(key="colour-run:devices:epochs").set_value(2).run())
    assert "for 1 epoch" not in _text(app), "another measurement"
    assert app.button(key=f"speed:{COLOUR.digest}:cpu:2:start")


@pytest.mark.parametrize(
    ("page", "query", "says"),
    [
        ("colour", {"preset": "letters-7x7"}, "shows nothing of"),
        ("colour", {"preset": "photographs-3-best"}, "shows nothing of"),
        ("colour", {"model.convolution.stride": "9-9-9"}, "smaller"),
        ("super_resolution", {"preset": "house-numbers-autoencoder"}, "shows nothing of"),
        ("super_resolution", {"model.convolution.kernel": "4"}, "odd kernel"),
        ("super_resolution", {"model.convolution.channels": "x"}, "model.convolution.channels"),
    ],
)
def test_what_a_lesson_cannot_show_is_one_sentence(page: str, query: dict[str, str], says: str) -> None:
    app = opened(f"pages/{page}.py", query)
    assert says in _said(app)
    assert len(app.error) + len(app.warning) == 1


# --- super-resolution --------------------------------------------------------------------------------------------


def _by_hand(run: Run) -> dict[str, float]:
    """MSE of every way over the patches to test with, by Pillow, channel by channel, and NumPy."""
    spec = run.experiment.dataset_spec
    start = spec.splits.train + spec.splits.valid
    images = datasets.load(spec.name).part(slice(start, None))
    target = images.pixels.numpy() / 255
    small = images.shown.numpy().astype(np.float32) / 255
    found = {}
    for name, method in WAYS.items():
        large = np.array([[Image.fromarray(c).resize((48, 48), method) for c in one] for one in small])
        found[name] = float(((large.clip(0, 1) - target) ** 2).mean())
    with torch.no_grad():
        made = run.model.reconstruct(torch.from_numpy(small)).clamp(0, 1).numpy()
    found["this net"] = float(((made - target) ** 2).mean())
    return found


def test_the_whole_lesson_on_super_resolution(sharp: Run) -> None:
    _save(sharp)
    app = opened("pages/super_resolution.py", SHARP_QUERY)
    assert [header.value.partition(" ")[0] for header in app.header] == [str(i) for i in range(1, 11)]
    assert "original, shown to the net, restored" in _text(app)
    mse, psnr, wanted = _table(app, "MSE"), _table(app, "PSNR (dB)"), _by_hand(sharp)
    assert list(mse) == list(wanted)
    assert mse == pytest.approx(wanted, rel=1e-4)
    assert psnr == pytest.approx({name: 10 * np.log10(1 / error) for name, error in wanted.items()}, abs=1e-3)
    best = max(WAYS, key=lambda name: psnr[name])
    gain = psnr["this net"] - psnr[best]
    side = "above" if gain > 0 else "below"
    assert f"**{abs(gain):.2f} dB** {side} the best way without one ({best}), over 200 patches" in _text(app)

    slider = "super-resolution-run:zoom:photographs_x2:patch"
    before = _pictures(app)
    sound(app.slider(key=slider).set_value(200).run())
    after = _pictures(app)
    changed = [old != new for old, new in zip(before, after, strict=True)]
    assert sum(changed) == 1, "the other parts keep their images"
    zoomed = after[changed.index(True)]
    for name in (*WAYS, "this net", "original"):
        assert f">{name}" in zoomed
    assert len(app.get("image")) == len(sharp.experiment.architecture.steps) - 1 + 1


def test_comparisons_are_offered(sharp: Run) -> None:
    _save(sharp)
    app = opened("pages/super_resolution.py", SHARP_QUERY)
    which = "super-resolution-run:compare:which"
    offered = [
        ("Layers", 3, 2), ("Kernel", 2, 2), ("Activations", 6, 5), ("Normalisation", 3, 2), ("With and without", 2, 1)
    ]  # fmt: skip
    for name, (begins, count, missing) in zip(enlarging._COMPARISONS, offered, strict=True):
        assert name.startswith(begins)
        sound(app.selectbox(key=which).set_value(name).run())
        assert app.button(key=f"super-resolution-run:compare:{name}:train").label == f"Train these {count}"
        assert f"{missing} to train" in _text(app)


def test_nets_with_and_without_batch_norm_stand_in_one_table(sharp: Run) -> None:
    pair = companions.normalized(SHARP)
    other = fit(pair["with batch norm"], "cpu")
    _save(sharp, other)
    app = opened("pages/super_resolution.py", SHARP_QUERY)
    sound(app.selectbox(key="super-resolution-run:compare:which").set_value("With and without batch norm").run())
    table = next(one.value for one in app.dataframe if {"way", "parameters"} <= set(one.value))
    assert list(table["way"]) == [*pair, *(f"no net: {name}" for name in WAYS)]
    assert table["parameters"][:2].tolist() == [sharp.parameters, other.parameters]
    mse = dict(zip(table["way"], table["MSE"], strict=True))
    assert mse["with batch norm"] == pytest.approx(_by_hand(other)["this net"], rel=1e-4)
    assert mse["without batch norm"] == pytest.approx(_table(app, "MSE")["this net"])


def test_comparisons_that_do_not_fit_are_one_sentence_and_the_page_goes_on() -> None:
    """A sigmoid gives nothing below 0, for example."""
    values = {**SHARP_VALUES, "model.output_activation": "sigmoid", "model.convolution.residual": "false"}
    _save(fit(SHARP.with_values(values), "cpu"))
    app = opened("pages/super_resolution.py", {**SHARP_QUERY, **values})
    name = "Normalisation of the pixels"
    sound(app.selectbox(key="super-resolution-run:compare:which").set_value(name).run())
    assert _said(app).count("model.output_activation is") == 1
    assert len(app.error) == 1
    assert [header.value.partition(" ")[0] for header in app.header] == [str(i) for i in range(1, 11)]


# --- a picture of one's own --------------------------------------------------------------------------------------

OWN = "super-resolution-run:own"


def _photo(width: int, height: int, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    rows, columns = np.mgrid[:height, :width]
    pixels = np.stack([rows * 5 % 256, columns * 3 % 256, (rows + columns) % 256], axis=-1).astype(np.uint8)
    Image.fromarray(pixels).save(out, kind)
    return out.getvalue()


def _huge() -> bytes:
    """A PNG that says it has 200 megapixels, and has none."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", binascii.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 10_000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("dataset", "factor"), [("photographs_x2", 2), ("photographs_x3", 3)])
def test_a_picture_of_ones_own_becomes_exactly_so_many_times_as_large(dataset: str, factor: int, sharp: Run) -> None:
    run = sharp if factor == 2 else fit(SHARP.with_values({"dataset": dataset}), "cpu")
    _save(run)
    app = opened("pages/super_resolution.py", {**SHARP_QUERY, "dataset": dataset})
    sound(app.file_uploader(key=f"{OWN}:file").upload("me.png", _photo(131, 37), "image/png").run())
    assert f"131x37 pixels will be {131 * factor}x{37 * factor}" in _text(app)
    button = next(one for one in app.button if one.label == "Enlarge it")
    sound(button.click().run())
    _until(app, lambda: f"{131 * factor}x{37 * factor} pixels; above" in _text(app))
    shown = _pictures(app)
    assert any("enlarged by the net" in one for one in shown)
    sound(app.slider(key=f"{OWN}:x").set_value(0).run())
    assert [old != new for old, new in zip(shown, _pictures(app), strict=True)].count(True) == 1
    large = background._background(background.COMPUTING).get(button.key.removesuffix(":start"))
    assert large is not None
    made = Image.open(io.BytesIO(enlarging._png(large.future.result())))
    assert (made.format, made.size) == ("PNG", (131 * factor, 37 * factor))


NO_PICTURES = [
    ("notes.txt", b"hello", "notes.txt is not a PNG or JPEG picture"),
    ("dot.png", _photo(1, 1), "dot.png is 1x1 pixels"),
    ("huge.png", _huge(), "huge.png is too large: give at most 4,000,000 pixels"),
    ("large.png", _photo(2001, 2000), "large.png has 2,001x2,000 pixels"),
    ("cut.jpg", _photo(300, 200, "JPEG")[:-400], "cut.jpg is a damaged picture"),
    ("empty.png", b"", "empty.png is not a PNG or JPEG picture"),
    ("<b>*x*</b>.png", b"hello", "<b>*x*</b>.png is not a PNG"),
]


def test_what_is_no_picture_to_enlarge_is_one_sentence(sharp: Run) -> None:
    _save(sharp)
    app = opened("pages/super_resolution.py", SHARP_QUERY)
    for name, content, says in NO_PICTURES:
        sound(app.file_uploader(key=f"{OWN}:file").upload(name, content, "image/png").run())
        (error,) = app.error
        assert says in error.value.replace("\\", "")
        assert not any(button.label == "Enlarge it" for button in app.button)
    sound(app.file_uploader(key=f"{OWN}:file").upload("me.png", _photo(40, 30), "image/png").run())
    assert not app.error
    assert any(button.label == "Enlarge it" for button in app.button)


def test_a_net_for_one_size_says_so_before_a_picture_is_asked_for() -> None:
    values = {**SHARP_VALUES, "model.convolution.code_size": "4"}
    _save(fit(SHARP.with_values(values), "cpu"))
    app = opened("pages/super_resolution.py", {**SHARP_QUERY, **values})
    assert len(app.error) == 1
    assert "24x24 pixels only" in _said(app)
    assert not app.file_uploader


# --- many pictures of one's own ----------------------------------------------------------------------------------

LESSONS = [("compression", 28, {"preset": "letters-7x7"}), ("colour", 32, {"preset": "house-numbers-autoencoder"})]
TINY = {"model.convolution.channels": "2-2-1", "model.convolution.stride": "2-2-1", "epochs": "1"}


def _upload(app: AppTest, lesson: str, content: bytes) -> AppTest:
    sound(app.file_uploader(key=f"{lesson}:collection").upload("mine.zip", content, "application/zip").run())
    (begin,) = [one for one in app.button if one.label == "Make a data set of it"]
    sound(begin.click().run())
    end = time.monotonic() + PATIENCE
    while any(one.label == "Stop" for one in app.button):
        assert time.monotonic() < end, "it was never read"
        time.sleep(0.05)
        sound(app.run())
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
    assert "Left out, since they cannot be read: 1 (cats/bad.png)" in _said(app)
    assert not app.error
    assert "dataset" in app.query_params
    assert app.query_params["dataset"] in (name, [name])
    assert app.button(key=f"{lesson}-run:train").label == "Train"
    if lesson == "colour":
        run = fit(presets.get(query["preset"]).with_values({**TINY, "batch_size": 8, "dataset": name}), "cpu")
        _save(run)
        sound(app.run())
        assert [header.value[:1] for header in app.header] == list("12345678")
        assert run.images.names[0] in " ".join(_pictures(app))


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
        (b"hello", "mine.zip is not a ZIP archive"),
        (packed(pictures(5)), "has 5 pictures"),
    ):
        _upload(app, lesson, content)
        (error,) = app.error
        assert says in error.value.replace("\\", "")
        assert [*(one.value for one in (*app.selectbox, *app.text_input, *app.number_input, *app.toggle))] == before
        assert dict(app.query_params) == address
        assert not [one.name for one in datasets.available() if one.name.startswith("collection-")]
        assert app.button(key=f"{lesson}-run:train").label == "Train"
