"""The tab "Draw one" of every lesson."""

import base64

import numpy as np
import pytest
import torch

from aelib.analysis import own_input
from aelib.experiment import presets
from aelib.training import Run, fit
from aelib.ui.components.sketch import levels_of
from aelib.ui.views.own_input import TITLE
from tests.support.apps import metric, opened, save, sound, texts
from tests.support.pictures import picture
from tests.support.sections import section
from tests.support.small_lessons import COLOUR_QUERY, DENOISER_QUERY, LETTERS_QUERY, VARIATIONAL_QUERY

DENSE = {"preset": "font-best", "epochs": "20", "model.layers": "35-12-2"}


def _levels(shape: tuple[int, int, int]) -> np.ndarray:
    levels = np.zeros(shape, np.uint8)
    levels[0, 1:-1, shape[2] // 2] = 255
    levels[0, shape[1] // 2, 1:-1] = 128
    return levels


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("dense", DENSE),
        ("denoising", {"preset": "font-denoise-best", "epochs": "20"}),
        ("restoring", DENOISER_QUERY),
        ("emoji", {"preset": "emoji-best", "epochs": "5", "model.layers": "400-50-2"}),
        ("digits", VARIATIONAL_QUERY),
        ("digits", {"preset": "digits-conditional", "epochs": "2"}),
        ("compression", LETTERS_QUERY),
        ("lab", DENSE),
    ],
)
def test_what_is_drawn_is_encoded_and_reconstructed(page: str, query: dict[str, str]) -> None:
    values = {path: value for path, value in query.items() if path != "preset"}
    run = fit(presets.get(query["preset"]).with_values(values), "cpu")
    save(run)
    app = opened(f"pages/{page}.py", {**query, "tab": TITLE})
    assert "bidi_component" in section(app, TITLE).kinds
    levels = _levels(run.spec.shape)
    key = f"{page}-run:draw:{'x'.join(map(str, run.spec.shape))}"
    app.session_state[key] = {"levels": base64.b64encode(levels.tobytes()).decode()}
    sound(app.run())
    base = own_input.background(run.images)
    assert base == (1 if page == "emoji" else 0), "emoji are dark on white"
    image = torch.from_numpy(np.abs(base - levels.astype(np.float32) / 255))
    label = 0 if run.architecture.classes else None
    found = own_input.answer(run, image, label, own_input.known(run))
    shown = [one.value for one in section(app, TITLE).every("metric")]
    assert shown == [f"{found.mse:.4f}"]
    if run.latent_dim == 2:
        assert f"z₁ = {found.code[0]:.2f}" in texts(app)


def test_a_picture_takes_the_place_of_a_drawing_in_colour() -> None:
    values = {path: value for path, value in COLOUR_QUERY.items() if path != "preset"}
    save(fit(presets.get(COLOUR_QUERY["preset"]).with_values(values), "cpu"))
    app = opened("pages/colour.py", {**COLOUR_QUERY, "tab": TITLE})
    uploader = app.file_uploader(key="colour-run:draw:file")
    sound(uploader.upload("me.png", picture(3), "image/png").run())
    assert float(metric(app, "MSE")) >= 0
    sound(app.file_uploader(key="colour-run:draw:file").upload("me.png", b"no", "image/png").run())
    assert "not a picture" in app.error[0].value


@pytest.mark.parametrize("sent", [None, 3, "", "!", "AAAA", "A" * 10_000, [1, 2]])
def test_what_is_no_drawing_is_an_empty_one(sent: object) -> None:
    assert not levels_of(sent, (1, 5, 5)).any()


def test_an_image_of_the_set_is_known_and_one_of_another_kind_has_a_larger_error(font_run: Run) -> None:
    others = own_input.known(font_run)
    own = own_input.answer(font_run, font_run.images.images()[3], None, others)
    assert own.nearest == 3
    noise = torch.from_numpy(np.random.default_rng(0).integers(0, 2, (1, 7, 5)).astype(np.float32))
    other = own_input.answer(font_run, noise, None, others)
    assert other.mse > own.mse
    assert other.larger > own.larger
