"""The lessons Compression and Restoring digits, and the comparisons behind them, on runs that are stored."""

import math
from pathlib import Path

import pytest
import torch

from aelib import datasets
from aelib.analysis import rate_distortion, restoration
from aelib.analysis.codecs import RatePoint
from aelib.analysis.denoising import noisy, widest_range
from aelib.experiment import presets, resolve, variants
from aelib.metrics import reconstruction
from aelib.training import Run, fit
from tests.support.apps import image_rows, metric, opened, said, save, sound, texts
from tests.support.sections import assert_not_trained, assert_shows, opened_tab, section

pytestmark = pytest.mark.usefixtures("fresh_server")

FAST = {"epochs": "5", "optimizer.learning_rate": "0.02"}
LETTERS = presets.get("letters-7x7").with_values(FAST)
LETTERS_QUERY = {"preset": "letters-7x7", **FAST}
DIGITS = presets.get("digits-denoise").with_values({"epochs": 8, "model.layers": "64-48-24"})
DIGITS_QUERY = {"preset": "digits-denoise", "epochs": "8", "model.layers": "64-48-24"}
SMALL = {
    "dataset": "digits8x8",
    "model.layers": "64-48-24",
    "model.convolution.channels": "4-1",
    "model.convolution.stride": "2-1",
    "epochs": "4",
}


@pytest.fixture(scope="module")
def letters() -> dict[str, Run]:
    """The document's four codes."""
    torch.set_num_threads(1)
    return {name: fit(one, "cpu") for name, one in variants.codes(LETTERS, best=False).items()}


@pytest.fixture(scope="module")
def digits() -> Run:
    torch.set_num_threads(1)
    return fit(DIGITS, "cpu")


# --- pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["compression", "restoring"])
def test_a_lesson_before_training_says_what_will_come(page: str) -> None:
    app = opened(f"pages/{page}.py")
    assert_not_trained(app)
    assert app.button(key=f"{page}-run:train").label == "Train"


def test_the_whole_lesson_on_compression(letters: dict[str, Run]) -> None:
    save(*letters.values())
    app = opened("pages/compression.py", LETTERS_QUERY)
    assert_shows(
        app,
        {
            "Reconstructions": "html",
            "How it learnt": "plotly_chart",
            "Four codes": "dataframe",
            "Fewer bits": "metric",
            "Against JPEG": "plotly_chart",
            "Layers": "image",
            "Hand in": "download_button",
        },
    )
    opened_tab(app, "Reconstructions")
    assert (metric(app, "Image"), metric(app, "Code")) == ("6,272 bits", "1,568 bits")
    (codes,) = (one.value for one in section(app, "Four codes").every("dataframe"))
    assert list(codes[codes["bits per number"] == 32]["bits per image"]) == [6272, 1568, 128, 32]
    assert codes["entropy"].isna().sum() == 4
    assert (codes["entropy"].dropna() <= codes["bits per image"][codes["entropy"].notna()]).all()
    psnr = codes[codes["bits per number"] == 32]["PSNR"].tolist()
    assert psnr[0] > psnr[3]
    compared = section(app, "Against JPEG")
    needs = next(one.value for one in compared.every("dataframe") if "JPEG without headers" in one.value)
    assert len(needs) == 12
    assert (needs["JPEG"] > needs["JPEG without headers"]).all()
    text = texts(app)
    assert f"{letters['7x7'].parameters * 32:,} bits" in text
    assert "PCA** with as many dimensions (49 components of 8 bits)" in text
    sound(app.segmented_control(key="compression-run:rates:quality").set_value("ssim").run())
    opened_tab(app, "Reconstructions")
    before = image_rows(app)
    sound(app.button(key="compression-run:compared:again").click().run())
    changed = [old != new for old, new in zip(before, image_rows(app), strict=True)]
    assert sum(changed) == 1
    opened_tab(app, "Against JPEG")
    assert app.segmented_control(key="compression-run:rates:quality").value == "ssim", "a choice outlasts its tab"


def test_bits_a_number_cost_quality_only_when_they_are_few(letters: dict[str, Run]) -> None:
    save(letters["7x7"])
    app = opened("pages/compression.py", LETTERS_QUERY)
    slider = "compression-run:fewer:bits"
    found = {}
    opened_tab(app, "Fewer bits")
    for bits in (1, 8, 32):
        sound(app.select_slider(key=slider).set_value(bits).run())
        assert metric(app, "An image") == f"{49 * bits:,} bits"
        found[bits] = float([one.value for one in app.metric if one.label == "PSNR"][-1].split()[0])
    assert found[1] < found[8] - 0.3
    assert found[8] == pytest.approx(found[32], abs=0.1)
    assert metric(app, "Entropy") == "–"
    opened_tab(app, "Four codes")
    assert app.button(key="compression-run:codes:train").label == "Train the four codes"
    assert "only the chosen net" in section(app, "Against JPEG").text


def test_maps_of_every_step_and_the_next_image(letters: dict[str, Run]) -> None:
    save(letters["7x7"])
    app = opened("pages/compression.py", LETTERS_QUERY)
    opened_tab(app, "Layers")
    titles = [one.value.replace("\\", "") for one in app.markdown if one.value.startswith(("**encoder", "**decoder"))]
    assert len(titles) == len(resolve(letters["7x7"].experiment).architecture.steps)
    assert titles[0] == "**encoder 1: convolution 3x3, 28x28x16**"
    assert len(app.get("image")) == len(titles)
    choice = "compression-run:features:letters:image"
    first = app.selectbox(key=choice).value
    sound(app.button(key="compression-run:features:next").click().run())
    names = list(letters["7x7"].images.names)
    assert app.selectbox(key=choice).value == names[names.index(first) + 1]
    sound(app.selectbox(key=choice).set_value(names[-1]).run())
    sound(app.button(key="compression-run:features:next").click().run())
    assert app.selectbox(key=choice).value == names[0]
    sound(app.toggle(key="compression-run:features:shared").set_value(True).run())


def test_a_code_of_one_number_has_no_maps_but_is_said() -> None:
    values = {"model.convolution.code_size": "3", "epochs": "1"}
    save(fit(LETTERS.with_values(values), "cpu"))
    app = opened("pages/compression.py", {**LETTERS_QUERY, **values})
    assert_shows(app, {"Four codes": "button", "Hand in": "download_button"})
    assert "No maps, but single numbers" in section(app, "Layers").text
    opened_tab(app, "Reconstructions")
    assert metric(app, "Code") == "96 bits"


def test_a_noisy_and_a_variational_net_are_shown_too() -> None:
    values = {**SMALL, "corruption.kind": "gaussian", "corruption.level": "0.3", "model.variational": "true"}
    experiment = presets.get("letters-7x7").with_values(values)
    save(fit(experiment, "cpu"))
    app = opened("pages/compression.py", {"preset": "letters-7x7", **values})
    assert_shows(app, {"How it learnt": "plotly_chart", "Layers": "image", "Hand in": "download_button"})
    assert "input of the net" in section(app, "Reconstructions").text


def test_codes_that_do_not_fit_the_images_are_one_sentence() -> None:
    save(fit(presets.get("letters-7x7").with_values(SMALL), "cpu"))
    app = opened("pages/compression.py", {"preset": "letters-7x7", **SMALL})
    opened_tab(app, "Four codes")
    assert said(app).count("Not all of these codes fit images of this size") == 1
    # the rest of the page goes on
    assert_shows(app, {"Fewer bits": "metric", "Layers": "image", "Hand in": "download_button"})


@pytest.mark.parametrize(
    ("page", "query", "says"),
    [
        ("compression", {"model.kind": "dense", "model.layers": "784 20 2"}, "cannot show dense nets"),
        ("compression", {"model.convolution.stride": "9-9-9"}, "smaller"),
        ("compression", {"model.convolution.channels": "x"}, "“Channels” is 'x'"),
        ("restoring", {"dataset": "font5x7"}, "cannot show"),
        ("restoring", {"corruption.level": "7"}, "“Level of the noise” is '7'"),
    ],
)
def test_what_a_lesson_cannot_show_is_one_sentence(page: str, query: dict[str, str], says: str) -> None:
    app = opened(f"pages/{page}.py", query)
    assert says in said(app)
    assert len(app.error) + len(app.warning) == 1


def test_data_that_are_not_here_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_DATA", str(tmp_path))
    for page, preset in (("compression", "notmnist-7x7"), ("restoring", "mnist-denoise")):
        app = opened(f"pages/{page}.py", {"preset": preset})
        assert "is not on this machine" in said(app) or "datasets --get" in said(app)
        assert not any(button.label == "Train" for button in app.button)


def test_the_whole_lesson_on_restoring(digits: Run) -> None:
    save(digits)
    app = opened("pages/restoring.py", DIGITS_QUERY)
    assert_shows(
        app,
        {
            "Remove noise": "dataframe",
            "Epoch by epoch": "plotly_chart",
            "Noise levels": "plotly_chart",
            "What if": "page_link",
            "Hand in": "download_button",
        },
    )
    opened_tab(app, "Remove noise")
    table = next(one.value for one in app.dataframe if "method" in one.value)
    assert list(table["method"]) == ["doing nothing", "network", "median 3x3", "non-local means"]
    assert "BCE" in table
    assert table["PSNR"][1] > table["PSNR"][0]
    history = next(one.value for one in section(app, "Epoch by epoch").every("dataframe") if "epoch" in one.value)
    assert len(history) == len(digits.history)
    opened_tab(app, "Remove noise")
    assert "doing nothing" in texts(app)
    sound(app.slider(key="restoring-run:live:level").set_value(0.0).run())
    table = next(one.value for one in app.dataframe if "method" in one.value)
    assert table["PSNR"].isna().tolist() == [True, False, False, True]
    assert "Without noise" in texts(app)
    sound(app.slider(key="restoring-run:live:level").set_value(0.3).run())
    before = next(one.value for one in app.dataframe if "method" in one.value)
    sound(app.button(key="restoring-run:live:again").click().run())
    assert not before.equals(next(one.value for one in app.dataframe if "method" in one.value))
    for kind in ("salt_pepper", "masking", "bit_flip"):
        sound(app.selectbox(key="restoring-run:live:kind").set_value(kind).run())
    opened_tab(app, "Noise levels")
    for kind in ("salt_pepper", "masking", "bit_flip"):
        sound(app.selectbox(key="restoring-run:curve:kind").set_value(kind).run())


def test_a_convolutional_net_without_noise_restores_too() -> None:
    values = {**SMALL, "model.kind": "convolutional", "corruption.kind": "none", "loss": "mse"}
    experiment = presets.get("digits-denoise").with_values(values)
    save(fit(experiment, "cpu"))
    app = opened("pages/restoring.py", {"preset": "digits-denoise", **values})
    assert_shows(app, {"Remove noise": "html", "Epoch by epoch": "plotly_chart", "Hand in": "download_button"})
    opened_tab(app, "Remove noise")
    table = next(one.value for one in app.dataframe if "method" in one.value)
    assert "BCE" not in table


# --- what they compute -------------------------------------------------------------------------------------------


def _point(bits: float, psnr: float) -> RatePoint:
    return RatePoint("x", "s", bits, 10 ** (-psnr / 10), psnr, 0.5)


RIVAL = [_point(4000, 40.0), _point(1000, 20.0), _point(2000, 30.0)]


@pytest.mark.parametrize(
    ("psnr", "bits"), [(10.0, 1000), (20.0, 1000), (25.0, 1000 * math.sqrt(2)), (40.0, 4000), (41.0, None)]
)
def test_bits_for_an_image_as_good_lie_on_the_curve(psnr: float, bits: float | None) -> None:
    assert rate_distortion.bits_for(RIVAL, psnr) == (pytest.approx(bits) if bits else None)


@pytest.mark.parametrize(("bits", "psnr"), [(999, None), (1000, 20.0), (1000 * math.sqrt(2), 25.0), (9000, 40.0)])
def test_quality_at_so_many_bits_lies_on_the_curve(bits: float, psnr: float | None) -> None:
    assert rate_distortion.psnr_at(RIVAL, bits) == (pytest.approx(psnr) if psnr else None)


def test_a_duel_is_won_above_the_curve_and_alone_below_its_smallest_images() -> None:
    above, below, small = _point(2000, 30.5), _point(3000, 31.0), _point(500, 39.0)
    found = rate_distortion.compare([below, above, small], RIVAL)
    assert (found.better, found.worse, found.incomparable) == ((above,), (below,), (small,))


def test_a_quantised_code_has_the_points_of_its_reconstructions(letters: dict[str, Run]) -> None:
    run = letters["7x7"]
    codes = rate_distortion.encode_run(run)
    assert (codes.low <= codes.high).all()
    [exact, coarse] = rate_distortion.points(run, codes, (32, 2))
    assert (exact.bits, coarse.bits) == (49 * 32, 98)
    every = list(range(len(run.images)))
    whole = reconstruction.mse(rate_distortion.reconstructed(run, codes, every, 2), run.images.images()).mean()
    assert reconstruction.psnr(float(whole)) == pytest.approx(coarse.psnr, abs=0.3)  # of 500 of these images
    exactly = run.restored(run.images.images()[3:4]).clamp(0, 1)
    assert torch.allclose(rate_distortion.reconstructed(run, codes, [3], 32), exactly, atol=1e-5)


def test_filters_are_tuned_on_other_images_and_beat_doing_nothing(digits: Run) -> None:
    clean = restoration.test_images(digits)
    assert len(clean) == restoration.MAX_TEST_IMAGES
    train = {bytes(image.numpy().tobytes()) for image in datasets.training_set("digits8x8").images()}
    tuned = restoration.strength("digits8x8", "gaussian", 0.3)
    curves = restoration.psnr_without_net(clean, "gaussian", 0.3, tuned)
    assert curves[restoration.NON_LOCAL] > curves[restoration.NOTHING]
    shown = noisy(clean, "gaussian", 0.3, 0)
    figures = restoration.evaluate(shown, clean)
    assert figures.psnr == pytest.approx(curves[restoration.NOTHING])
    assert sum(image.numpy().tobytes() in train for image in clean) < len(clean) / 10
    net = restoration.psnr_of_net(digits, "gaussian", [0.3])
    assert net == [pytest.approx(restoration.evaluate(restoration.restored(digits, shown), clean).psnr)]


def test_the_range_in_which_a_net_is_better_ends_where_lines_cross() -> None:
    curves = {restoration.NET: [10.0, 10.0, 10.0], "a": [12.0, 8.0, 12.0], "b": [0.0, 9.0, 0.0]}
    assert restoration.useful_range(curves, [0.0, 1.0, 2.0], ["a"]) == (0.5, 1.5)
    low, high = restoration.useful_range(curves, [0.0, 1.0, 2.0], ["a", "b"]) or (0, 0)
    assert (low, high) == (pytest.approx(2 / 3), pytest.approx(4 / 3))
    assert widest_range([(0.0, -1.0), (1.0, -1.0)]) is None
