"""Canvases drawn from data made here, without a server: what people see of images that cover each other, or that have
the colour of the page."""

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from aelib.analysis.reconstruction.denoising import noisy, turn_of
from aelib.datasets.noise import NOISES
from aelib.metrics import latent_space, reconstruction
from aelib.ui.components import canvas
from aelib.ui.components.net import CODE_HTML, code_data, net_data
from aelib.ui.components.noisy import NOISY_HTML, noisy_data
from aelib.ui.components.paint import PAINT_HTML
from aelib.ui.components.path import PATH_HTML
from aelib.ui.components.sketch import SKETCH_HTML
from tests.support.components import drawn, pixel

_PAPER, _ORANGE = [250, 249, 245], [234, 88, 12]


_PLANE = '<div class="ae plane"><canvas class="point"></canvas><button></button><button></button><span class="status">'
_PLACE = (
    48 + 0.5 * (684 - 58),
    8 + 0.5 * (round(684 * 0.68) - 54),
)  # of the middle of the plane, on a page of 700 pixels


def _plane(**more) -> dict:
    """Three images at nearly the same code, of which the first is the worst, and one elsewhere."""
    full = canvas.encoded(np.ones((4, 1, 7, 5), np.float32))
    grid = canvas.encoded(np.zeros((4, 1, 7, 5), np.float32))
    return {
        "shape": [1, 7, 5],
        "columns": 2,
        "rows": 2,
        "x": [-1, 1],
        "y": [-1, 1],
        "grid": grid,
        "net": None,
        "code": None,
        "origin": [0, 0],
        "axes": [[1, 0], [0, 1]],
        "points": [[0, 0], [0.001, 0], [0, 0.001], [0.8, 0.8]],
        "names": ["i", "l", "j", "o"],
        "originals": full,
        "wrong": [5, 0, 1, 0],
        "posteriors": None,
        "prior": None,
        "labels": ["z1", "z2"],
        "point": None,
        **more,
    }


@pytest.mark.parametrize("dark", [True, False])
def test_the_worst_of_images_that_cover_each_other_is_on_top_and_on_paper(browser, dark) -> None:
    page = drawn(browser, ("net", "plane"), _PLANE, _plane(), dark)
    x, y = _PLACE
    colours = [pixel(page, "canvas", x - dx, y) for dx in np.arange(8, 20, 0.5)]
    assert _ORANGE in colours  # the frame of `i`
    assert _PAPER in colours  # between its frame and its ink, which fills the image
    page.close()


def test_images_that_cover_each_other_are_named_and_spread_under_the_pointer(browser) -> None:
    page = drawn(browser, ("net", "plane"), _PLANE, _plane())
    x, y = _PLACE
    before = page.locator("canvas").screenshot()
    page.locator("canvas").hover(position={"x": x, "y": y})
    assert sorted(page.locator(".plane").get_attribute("data-crowd").split()) == ["i", "j", "l"]
    assert "i (5 wrong)" in page.locator(".status").inner_text()
    assert page.locator("canvas").screenshot() != before
    page.locator("canvas").hover(position={"x": x + 0.4 * 626, "y": y - 0.4 * 411})
    assert page.locator(".plane").get_attribute("data-crowd") == ""
    page.close()


def test_the_plane_of_a_variational_net_has_clouds(browser) -> None:
    plain = drawn(browser, ("net", "plane"), _PLANE, _plane())
    clouds = _plane(posteriors=[[0.04, 0, 0.01]] * 4, prior={"point": [0, 0], "ellipse": [0.16, 0, 0.16]})
    cloudy = drawn(browser, ("net", "plane"), _PLANE, clouds)
    x, y = _PLACE
    place = "canvas", x + 0.15 * 626 / 2, y  # 0.15 from the mean: within one standard deviation
    assert pixel(plain, *place) != pixel(cloudy, *place)
    plain.close()
    cloudy.close()


_PAD, _MADE = 3, 110  # CSS pixels: around the picture of a code, and its width
_WITH_CODE = _PLANE.replace("<canvas", '<div class="main"><canvas') + f"</div>{CODE_HTML}"


def _shown(page, x: float = 0.5, y: float = 0.5) -> float:
    """What the picture of the code shows there (0 to 1 of width and height): 0 is paper, 1 is ink."""
    red = pixel(page, ".made", _PAD + x * _MADE, _PAD + y * _MADE * 7 / 5)[0]
    return (250 - red) / (250 - 28)


def _wanted(run, code: list[float], row: int, column: int) -> float:
    return float(run.decode(np.array([code], np.float32))[0, 0, row, column])


def test_a_plane_with_a_net_decodes_the_very_point_and_has_sliders(browser, font_run) -> None:
    codes = font_run.codes()
    code = code_data(font_run, codes, codes.mean(axis=0))
    names, originals = list(font_run.images.names), canvas.encoded(font_run.images.pixels.numpy())
    points = {"points": codes.tolist(), "names": names, "originals": originals, "wrong": [0] * len(names)}
    reach = {"x": [code["low"][0], code["high"][0]], "y": [code["low"][1], code["high"][1]]}
    data = _plane(grid=None, net=net_data(font_run), code=code, **points, **reach)
    page = drawn(browser, ("net", "plane"), _WITH_CODE, data)
    expect(page.locator(".near")).to_contain_text("Nearest")
    page.get_by_role("combobox", name="Start from").select_option("a")
    at = codes[names.index("a")].tolist()
    for row in range(7):
        for column in range(5):
            found = _shown(page, (column + 0.5) / 5, (row + 0.5) / 7)
            assert abs(found - _wanted(font_run, at, row, column)) < 0.01
    slider = page.get_by_role("slider", name="z₂")
    slider.focus()
    for _ in range(30):
        slider.press("ArrowRight")
    at[1] = float(slider.input_value())
    assert abs(_shown(page) - _wanted(font_run, at, 3, 2)) < 0.01
    x, y = _PLACE
    page.locator("canvas.point").click(position={"x": x, "y": y})
    middle = [sum(reach["x"]) / 2, sum(reach["y"]) / 2]
    moved = [float(page.get_by_role("slider", name=name).input_value()) for name in ("z₁", "z₂")]
    assert np.allclose(moved, middle, atol=0.02 * np.ptp(codes))
    page.close()


def test_a_drag_along_the_path_morphs_and_a_drag_of_an_end_bends_it(browser, font_run) -> None:
    codes = font_run.codes()
    (x0, x1), (y0, y1) = latent_space.bounds(codes)
    page = drawn(
        browser,
        ("net", "path"),
        PATH_HTML,
        {
            "shape": [1, 7, 5],
            "names": list(font_run.images.names),
            "originals": canvas.encoded(font_run.images.pixels.numpy()),
            "points": codes.tolist(),
            "codes": canvas.floats(codes),
            "stops": [0, 5],
            "spherical": False,
            "x": [x0, x1],
            "y": [y0, y1],
            "origin": [0, 0],
            "axes": [[1, 0], [0, 1]],
            "labels": ["z1", "z2"],
            "net": net_data(font_run),
            "key": "one",
        },
    )
    here, slider = page.locator(".here"), page.get_by_role("slider", name="Place on the path")
    expect(page.locator(".status")).to_contain_text("50 % of the way")
    page.wait_for_function("document.querySelector('.path').net")
    before = here.screenshot()
    slider.press("End")
    expect(page.locator(".status")).to_contain_text("100 % of the way")
    assert here.screenshot() != before
    end = here.screenshot()
    slider.press("Home")
    straighten = page.get_by_role("button", name="Straighten")
    expect(straighten).to_be_disabled()
    box = page.locator(".way").bounding_box()
    left, top, width, height = 48, 8, box["width"] - 58, box["height"] - 54
    x, y = codes[5].tolist()
    at = [box["x"] + left + (x - x0) / (x1 - x0) * width, box["y"] + top + (y1 - y) / (y1 - y0) * height]
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(box["x"] + left + 0.1 * width, box["y"] + top + 0.1 * height)
    page.mouse.up()
    expect(straighten).to_be_enabled()
    slider.press("End")
    assert here.screenshot() != end
    page.close()


def test_what_is_painted_goes_through_the_net_at_every_stroke(browser, font_run) -> None:
    clean = font_run.images.images()[0]
    data = {"shape": [1, 7, 5], "pixels": canvas.encoded(clean.numpy()), "flipped": []}
    page = drawn(browser, ("net", "paint"), PAINT_HTML, {**data, "net": net_data(font_run, encoder=True)})
    page.wait_for_function("document.querySelector('.paint').net")
    paper = page.locator("canvas.point")
    paper.focus()
    paper.press("Enter")
    painted = clean.clone()
    painted[0, 0, 0] = 1 - painted[0, 0, 0]
    wanted = font_run.restored(painted[None])[0, 0]
    cell = page.locator("canvas.made").evaluate("(c) => parseFloat(c.style.width)") / 5
    for row in range(7):
        red = pixel(page, "canvas.made", 2.5 * cell, (row + 0.5) * cell)[0]
        assert abs((250 - red) / (250 - 28) - float(wanted[row, 2].clamp(0, 1))) < 0.01
    page.close()


@pytest.mark.parametrize("kind", [name for name, noise in NOISES.items() if noise.browser and name != "painted"])
def test_noise_is_restored_while_its_slider_is_dragged_as_the_server_does_it(browser, font_run, kind) -> None:
    clean, net = font_run.images.images(), net_data(font_run, encoder=True, noise=True)
    threshold = font_run.spec.wrong_pixel
    data = noisy_data(font_run.images.names, clean.numpy(), kind, turn_of(2), 0.1, "Level", threshold, net)
    page = drawn(browser, ("net", "noisy"), NOISY_HTML, data)
    page.wait_for_function("document.querySelector('.noisy').dataset.after")
    slider = page.get_by_role("slider", name="Level")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    seen = set()
    for part in (0.2, 0.4, 0.6):
        page.mouse.move(box["x"] + part * box["width"], box["y"] + box["height"] / 2)
        level = round(float(slider.input_value()), 2)
        page.wait_for_function("(level) => +document.querySelector('.noisy').dataset.level === level", arg=level)
        given = noisy(clean, kind, level, 2)
        for name, images in (("before", given), ("after", font_run.restored(given))):
            wanted = int(reconstruction.wrong_pixel_map(images, clean, threshold).sum())
            assert page.locator(".noisy").get_attribute(f"data-{name}") == str(wanted)
        seen.add(level)
    assert len(seen) == 3, "every place of the drag was drawn before the slider was let go"
    page.mouse.up()
    page.close()


def test_what_is_drawn_goes_through_the_net_during_the_stroke(browser, font_run) -> None:
    data = {"shape": [1, 7, 5], "background": 0, "light": False, "levels": "", "label": 0}
    page = drawn(browser, ("net", "sketch"), SKETCH_HTML, {**data, "net": net_data(font_run, encoder=True)})
    page.wait_for_function("document.querySelector('.sketch').net")
    made = page.locator("canvas.made")
    expect(made).to_be_hidden()
    paper = page.locator("canvas.point").bounding_box()
    cell = (paper["width"] - 10) / 5
    page.mouse.move(paper["x"] + 5 + 0.5 * cell, paper["y"] + 5 + 0.5 * cell)
    page.mouse.down()
    expect(made).to_be_visible()  # the pointer is still down
    first = made.get_attribute("aria-label")
    page.mouse.move(paper["x"] + 5 + 4.5 * cell, paper["y"] + 5 + 0.5 * cell)
    expect(made).not_to_have_attribute("aria-label", first)
    image = np.zeros((1, 1, 7, 5), np.float32)
    image[0, 0, 0] = 1
    mse = float(font_run.restored(torch.from_numpy(image)).clamp(0, 1).sub(torch.from_numpy(image)).square().mean())
    shown = float(made.get_attribute("aria-label").rpartition(" ")[2])
    assert abs(shown - mse) < 0.002, "bytes are what is drawn"
    page.mouse.up()
    page.close()
