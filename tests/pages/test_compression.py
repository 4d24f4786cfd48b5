"""The lessons Compression and Restoring digits, and the comparisons behind them, on runs that are stored."""

from pathlib import Path

import pytest
import torch

from aelib.experiment import presets, resolve, variants
from aelib.training import Run, fit
from tests.support.apps import image_rows, metric, opened, said, save, sound, texts
from tests.support.sections import assert_not_trained, assert_shows, opened_tab, section
from tests.support.small_lessons import DENOISER, DENOISER_QUERY, LETTERS, LETTERS_QUERY

pytestmark = pytest.mark.usefixtures("fresh_server")

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
    return fit(DENOISER, "cpu")


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
        ("restoring", {"corruption.level": "7"}, "“Noise level” is '7'"),
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
        assert f"{presets.get(preset).dataset} is not on this machine" in said(app)
        assert not any(button.label == "Train" for button in app.button)


def test_the_whole_lesson_on_restoring(digits: Run) -> None:
    save(digits)
    app = opened("pages/restoring.py", DENOISER_QUERY)
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
