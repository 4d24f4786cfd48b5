"""Charts of a report as SVG."""

import re

import numpy as np

from aelib.reports import svg_charts


def test_a_name_that_looks_like_the_place_of_another_is_shown_as_it_is() -> None:
    codes = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    names = ["@2@", "@0@", "<c>"]
    drawn = svg_charts.plane(codes, names, None, "x")
    assert re.findall(r"<text[^>]*>(@\d@|&lt;c&gt;)</text>", drawn) == ["@2@", "@0@", "&lt;c&gt;"]
