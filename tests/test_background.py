"""Work done aside, and what is remembered of it."""

import time

import numpy as np
from streamlit.testing.v1 import AppTest

from aelib.ui.background import MOST_BYTES, Background


def finished(background: Background, key: str, result: object) -> None:
    background.start(key, lambda told, stop: result)
    task = background.get(key)
    assert task is not None
    task.future.result(10)


def test_large_results_make_room_for_new_ones() -> None:
    background = Background()
    picture = np.broadcast_to(np.zeros((), np.uint8), (MOST_BYTES * 2 // 5,))  # says that it is large, and is not
    for number in range(4):
        finished(background, f"picture {number}", picture)
    finished(background, "small", 1)
    there = [number for number in range(4) if background.get(f"picture {number}")]
    assert there == [2, 3], "two of them have room"
    finished(background, "huge", np.broadcast_to(np.zeros((), np.uint8), (2 * MOST_BYTES,)))
    finished(background, "next", 1)
    assert background.get("huge") is not None, "the latest stays"
    assert background.get("picture 3") is None


def page() -> None:
    from aelib.ui.background import result_of

    def broken(told: object, stop: object) -> int:
        raise RuntimeError("a defect")

    result_of("defect", "Begin", broken)


def test_work_that_breaks_can_be_asked_for_again() -> None:
    app = AppTest.from_function(page, default_timeout=20).run()
    app.button(key="defect:start").click().run()
    until = time.monotonic() + 10
    while not app.exception and time.monotonic() < until:
        app.run()
    assert app.exception
    app.run()
    assert not app.exception
    assert app.button(key="defect:start").label == "Begin"
