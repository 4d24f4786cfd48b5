"""Animations and strips of frames."""

import io

import numpy as np
import pytest
from PIL import Image

from aelib.charts import film, glyphs


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("count", [2, 12, 62])
def test_a_gif_opens_again_with_all_its_frames(channels: int, count: int) -> None:
    frames = [np.full((channels, 20, 20), i / count, np.float32) for i in range(count)]
    picture = Image.open(io.BytesIO(film.gif(frames, 50)))
    assert (picture.format, picture.n_frames, picture.info["loop"]) == ("GIF", count, 0)
    assert min(picture.size) >= 320
    for i in (0, count // 2, count - 1):
        picture.seek(i)
        assert picture.info["duration"] == 50
        shown = np.asarray(picture.convert("RGB"))[160, 160]
        np.testing.assert_allclose(shown, glyphs.colours(frames[i])[0, 0], atol=3)


def test_a_strip_has_its_frames_side_by_side() -> None:
    frames = [np.full((1, 20, 20), level, np.float32) for level in (0.0, 1.0)]
    picture = Image.open(io.BytesIO(film.strip(frames)))
    assert picture.format == "PNG"
    assert picture.size == (2 * 80 + 4, 80)
    colours = [picture.getpixel((x, 40)) for x in (40, 82, 124)]
    assert colours == [glyphs.PAPER, (255, 255, 255), glyphs.INK]
