"""Images as pixels of a page."""

import numpy as np

from aelib.charts import glyphs


def test_pixels_too_bright_and_too_dark_have_colours_of_their_own() -> None:
    target = np.array([[[0.0, 1.0, 0.0]]], np.float32)
    output = np.array([[[0.9, 0.1, 0.0]]], np.float32)
    picture = glyphs.marked(output, target, np.array([[[True, True, False]]]))
    assert [tuple(pixel) for pixel in picture[0].tolist()] == [glyphs.EXTRA, glyphs.MISSING, glyphs.PAPER]
