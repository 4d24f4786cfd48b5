"""Latent planes side by side."""

import numpy as np

from aelib.charts.latent.latent_planes import planes


def test_titles_of_planes_fit_side_by_side_on_a_telephone() -> None:
    names = ["1: 784-512-256-128-64-2, seed 10", "2: conv 32-64-1 / 2-2-1, code 2, seed 3", "3: 35-2, seed 0"]
    points = {name: np.zeros((2, 2), np.float32) for name in names}
    titles = [one.text for one in planes(points, ["a", "b"], None, []).layout.annotations]
    assert [title.replace("<br>", "").replace(" ", "") for title in titles] == [one.replace(" ", "") for one in names]
    assert max(len(line) for title in titles for line in title.split("<br>")) <= 15  # 7 pixels each, of 115
