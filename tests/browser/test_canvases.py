"""Canvases drawn from data made here, without a server: what people see of images that cover each other, or that have
the colour of the page."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest

from aelib.ui.components import canvas

_HERE = Path(canvas.__file__).parent
_PAPER, _ORANGE = [250, 249, 245], [234, 88, 12]


def _drawn(browser, name: str, html: str, data: dict, dark: bool = True):
    """A page with one canvas component."""
    page = browser.new_page(viewport={"width": 700, "height": 700})
    background, text = ("#12161f", "#e7eaf0") if dark else ("#fdfdfb", "#1c2331")
    css = f":root {{ --st-text-color: {text} }} body {{ background: {background}; color: {text} }} {canvas._CSS}"
    script = (_HERE / "common.js").read_text() + (_HERE / f"{name}.js").read_text()
    address = "data:text/javascript;base64," + base64.b64encode(script.encode()).decode()
    page.set_content(f"<style>{css}</style><div id=here>{html}</div>")
    page.evaluate(
        """async ([address, data]) => {
          const { default: draw } = await import(address);
          draw({ data, parentElement: document.getElementById("here"), setStateValue: () => {} });
        }""",
        [address, json.loads(json.dumps(data))],
    )
    return page


def _pixel(page, selector: str, x: float, y: float) -> list[int]:
    return page.locator(selector).evaluate(
        "(c, [x, y]) => [...c.getContext('2d').getImageData(x * devicePixelRatio, y * devicePixelRatio, 1, 1).data]"
        ".slice(0, 3)",
        [x, y],
    )


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
    page = _drawn(browser, "plane", _PLANE, _plane(), dark)
    x, y = _PLACE
    colours = [_pixel(page, "canvas", x - dx, y) for dx in np.arange(8, 20, 0.5)]
    assert _ORANGE in colours  # the frame of `i`
    assert _PAPER in colours  # between its frame and its ink, which fills the image
    page.close()


def test_images_that_cover_each_other_are_named_and_spread_under_the_pointer(browser) -> None:
    page = _drawn(browser, "plane", _PLANE, _plane())
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
    plain = _drawn(browser, "plane", _PLANE, _plane())
    clouds = _plane(posteriors=[[0.04, 0, 0.01]] * 4, prior={"point": [0, 0], "ellipse": [0.16, 0, 0.16]})
    cloudy = _drawn(browser, "plane", _PLANE, clouds)
    x, y = _PLACE
    place = "canvas", x + 0.15 * 626 / 2, y  # 0.15 from the mean: within one standard deviation
    assert _pixel(plain, *place) != _pixel(cloudy, *place)
    plain.close()
    cloudy.close()
