"""The lesson Super-resolution, on runs that are stored, and A person's own picture enlarged."""

import binascii
import io
import struct
import zlib

import numpy as np
import pytest
import torch
from PIL import Image

from aelib import datasets
from aelib.experiment import resolve, variants
from aelib.training import Run, fit
from aelib.ui.jobs import background
from aelib.ui.lessons.images import super_resolution
from tests.support.apps import column, image_rows, opened, said, save, sound, texts, until
from tests.support.sections import assert_shows, opened_tab, section, titles
from tests.support.small_lessons import SHARP, SHARP_QUERY, SHARP_VALUES

pytestmark = pytest.mark.usefixtures("fresh_server")

WAYS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


@pytest.fixture(scope="module")
def sharp() -> Run:
    torch.set_num_threads(1)
    return fit(SHARP, "cpu")


# --- super-resolution --------------------------------------------------------------------------------------------


def _by_hand(run: Run) -> dict[str, np.ndarray]:
    """MSE of each image of every way over the patches to test with, by Pillow, channel by channel, and NumPy."""
    spec = run.spec
    start = spec.splits.train + spec.splits.valid
    images = datasets.load(spec.name).part(slice(start, None))
    target = images.pixels.numpy() / 255
    small = images.shown.numpy().astype(np.float32) / 255
    found = {}
    for name, method in WAYS.items():
        large = np.array([[Image.fromarray(c).resize((48, 48), method) for c in one] for one in small])
        found[name] = ((large.clip(0, 1) - target) ** 2).mean(axis=(1, 2, 3))
    with torch.no_grad():
        made = run.model.reconstruct(torch.from_numpy(small)).clamp(0, 1).numpy()
    found["this net"] = ((made - target) ** 2).mean(axis=(1, 2, 3))
    return found


def test_the_whole_lesson_on_super_resolution(sharp: Run) -> None:
    save(sharp)
    app = opened("pages/super_resolution.py", SHARP_QUERY)
    assert_shows(
        app,
        {
            "In and out": "html",
            "Against bicubic": "dataframe",
            "Zoom": "html",
            "How it learnt": "plotly_chart",
            "Other nets": "button",
            "Layers": "image",
            "Own picture": "file_uploader",
            "Hand in": "download_button",
        },
    )
    opened_tab(app, "In and out")
    assert "original, shown to the net, restored" in texts(app)
    opened_tab(app, "Against bicubic")
    mse, psnr, wanted = column(app, "MSE"), column(app, "PSNR (dB)"), _by_hand(sharp)
    assert list(mse) == list(wanted)
    assert mse == pytest.approx({name: each.mean() for name, each in wanted.items()}, rel=1e-4)
    assert psnr == pytest.approx({name: -10 * np.log10(each).mean() for name, each in wanted.items()}, abs=1e-3)
    best = max(WAYS, key=lambda name: psnr[name])
    gain = psnr["this net"] - psnr[best]
    side = "above" if gain > 0 else "below"
    assert f"**{abs(gain):.2f} dB** {side} the best method without a net ({best}), over 200 patches" in texts(app)

    opened_tab(app, "Zoom")
    slider = "super-resolution-run:zoom:photographs_x2:patch"
    before = image_rows(app)
    sound(app.slider(key=slider).set_value(200).run())
    after = image_rows(app)
    changed = [old != new for old, new in zip(before, after, strict=True)]
    assert sum(changed) == 1
    zoomed = after[changed.index(True)]
    for name in (*WAYS, "this net", "original"):
        assert f">{name}" in zoomed
    assert len(section(app, "Layers").every("image")) == len(resolve(sharp.experiment).architecture.steps) - 1 + 1


def test_comparisons_are_offered(sharp: Run) -> None:
    save(sharp)
    app = opened("pages/super_resolution.py", SHARP_QUERY)
    which = "super-resolution-run:compare:which"
    offered = [
        ("Layers", 3, 2),
        ("Kernel", 2, 2),
        ("Activations", 6, 5),
        ("Normalisation", 3, 2),
        ("With and without", 2, 1),
    ]
    opened_tab(app, "Other nets")
    for name, (begins, count, missing) in zip(super_resolution._COMPARISONS, offered, strict=True):
        assert name.startswith(begins)
        sound(app.selectbox(key=which).set_value(name).run())
        assert app.button(key=f"super-resolution-run:compare:{name}:train").label == f"Train these {count}"
        assert f"{missing} to train" in texts(app)


def test_nets_with_and_without_batch_norm_stand_in_one_table(sharp: Run) -> None:
    pair = variants.normalized(SHARP)
    other = fit(pair["with batch norm"], "cpu")
    save(sharp, other)
    app = opened("pages/super_resolution.py", SHARP_QUERY)
    opened_tab(app, "Other nets")
    sound(app.selectbox(key="super-resolution-run:compare:which").set_value("With and without batch norm").run())
    table = next(one.value for one in app.dataframe if {"method", "parameters"} <= set(one.value))
    assert list(table["method"]) == [*pair, *(f"no net: {name}" for name in WAYS)]
    assert table["parameters"][:2].tolist() == [sharp.parameters, other.parameters]
    mse = dict(zip(table["method"], table["MSE"], strict=True))
    assert mse["with batch norm"] == pytest.approx(_by_hand(other)["this net"].mean(), rel=1e-4)
    opened_tab(app, "Against bicubic")
    assert mse["without batch norm"] == pytest.approx(column(app, "MSE")["this net"])


def test_comparisons_that_do_not_fit_are_one_sentence_and_the_page_goes_on() -> None:
    """A sigmoid gives nothing below 0, for example."""
    values = {**SHARP_VALUES, "model.output_activation": "sigmoid", "model.convolution.residual": "false"}
    save(fit(SHARP.with_values(values), "cpu"))
    app = opened("pages/super_resolution.py", {**SHARP_QUERY, **values})
    name = "Normalisation of the pixels"
    opened_tab(app, "Other nets")
    sound(app.selectbox(key="super-resolution-run:compare:which").set_value(name).run())
    assert said(app).count("“Activation of the output” is") == 1
    assert len(app.error) == 1
    assert titles(app)[-1] == "Hand in"


# --- A person's own picture --------------------------------------------------------------------------------------

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
    save(run)
    app = opened("pages/super_resolution.py", {**SHARP_QUERY, "dataset": dataset})
    opened_tab(app, "Own picture")
    sound(app.file_uploader(key=f"{OWN}:file").upload("me.png", _photo(131, 37), "image/png").run())
    assert f"131x37 pixels become {131 * factor}x{37 * factor}" in texts(app)
    button = next(one for one in app.button if one.label == "Enlarge it")
    sound(button.click().run())
    until(app, lambda: f"{131 * factor}x{37 * factor} pixels; above" in texts(app))
    shown = image_rows(app)
    assert any("enlarged by the net" in one for one in shown)
    sound(app.slider(key=f"{OWN}:x").set_value(0).run())
    assert [old != new for old, new in zip(shown, image_rows(app), strict=True)].count(True) == 1
    large = background._background(background.COMPUTING).get(button.key.removesuffix(":start"))
    assert large is not None
    made = Image.open(io.BytesIO(super_resolution._png(large.future.result())))
    assert (made.format, made.size) == ("PNG", (131 * factor, 37 * factor))


NO_PICTURES = [
    ("notes.txt", b"hello", "notes.txt is not a picture that can be read"),
    ("dot.png", _photo(1, 1), "dot.png is 1x1 pixels"),
    ("huge.png", _huge(), "huge.png is too large: give at most 4,000,000 pixels"),
    ("large.png", _photo(2001, 2000), "large.png has 2,001x2,000 pixels"),
    ("cut.jpg", _photo(300, 200, "JPEG")[:-400], "cut.jpg is a damaged picture"),
    ("empty.png", b"", "empty.png is not a picture that can be read"),
    ("<b>*x*</b>.png", b"hello", "<b>*x*</b>.png is not a picture"),
]


def test_what_is_no_picture_to_enlarge_is_one_sentence(sharp: Run) -> None:
    save(sharp)
    app = opened("pages/super_resolution.py", SHARP_QUERY)
    opened_tab(app, "Own picture")
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
    save(fit(SHARP.with_values(values), "cpu"))
    app = opened("pages/super_resolution.py", {**SHARP_QUERY, **values})
    opened_tab(app, "Own picture")
    assert len(app.error) == 1
    assert "24x24 pixels only" in said(app)
    assert not app.file_uploader
