"""Emoji, and a choice of them."""

import pytest

from aelib import datasets
from aelib.datasets.bundled import emoji


@pytest.mark.parametrize(("base", "channels", "side"), [(emoji.GREY, 1, 20), (emoji.COLOUR, 3, 32)])
def test_emoji_are_eight_and_more_to_choose_from(base: str, channels: int, side: int) -> None:
    every = emoji.palette(base)
    assert len(every) >= 8 + 24
    assert every.pixels.shape[1:] == (channels, side, side)
    assert len({pixels.numpy().tobytes() for pixels in every.pixels}) == len(every)
    assert datasets.load(base).names == every.names[:8]
    assert every.names[0] == "grinning"
    corners = every.pixels[:8, :, 0, 0]
    assert int(corners.min()) > 250, "the background is white"


def test_a_choice_of_emoji_is_in_the_name_of_the_set() -> None:
    name = emoji.name_of(emoji.GREY, [39, 0, 12])
    chosen = datasets.load(name)
    assert chosen.names == tuple(emoji.palette(emoji.GREY).names[i] for i in (0, 12, 39))
    assert emoji.numbers(name) == [0, 12, 39]
    assert emoji.name_of(emoji.COLOUR, range(8)) == emoji.COLOUR
    assert datasets.spec(name).splits == (3, 0, 0)
