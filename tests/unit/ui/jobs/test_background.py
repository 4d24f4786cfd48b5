"""Background work: joined, reported, stopped, forgotten."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from aelib.core.errors import LabError
from aelib.ui.jobs.background import MAX_BYTES, MAX_EACH, MAX_WAITING, PRESENT, REMEMBERED, Background, BackgroundWork
from tests.support.apps import from_function, said, sound, texts, until
from tests.support.patience import PATIENCE


class Piece:
    """Work that goes on until it is let go, or stopped."""

    def __init__(self, result: object = None) -> None:
        self.result, self.done = result, threading.Event()
        self.begun = threading.Event()
        self.times = 0

    def __call__(self, told: Callable[[float], None], stop: Callable[[], bool]) -> object:
        self.times += 1
        told(0.25)
        self.begun.set()
        while not self.done.wait(0.005):
            if stop():
                raise LabError("Stopped, as asked.")
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.fixture
def queue() -> Iterator[Background]:
    found = Background()
    yield found
    for task in list(found._tasks.values()):
        task.stop()
    found._pool.shutdown(cancel_futures=True)


def _task(queue: Background, key: str) -> BackgroundWork:
    task = queue.get(key)
    assert task is not None
    return task


def _ended(queue: Background, key: str) -> BaseException | None:
    return _task(queue, key).future.exception(PATIENCE)


def test_who_asks_for_the_same_joins_it(queue: Background) -> None:
    first, second = Piece("a picture"), Piece("another")
    assert queue.get("x") is None
    queue.start("x", first)
    assert first.begun.wait(PATIENCE)
    task = _task(queue, "x")
    queue.start("x", second)
    assert _task(queue, "x") is task
    assert task.share == 0.25
    first.done.set()
    assert task.future.result(PATIENCE) == "a picture"
    assert (first.times, second.times) == (1, 0)


def test_one_piece_at_a_time_in_the_order_asked_for(queue: Background) -> None:
    pieces = [Piece(number) for number in range(3)]
    for number, piece in enumerate(pieces):
        queue.start(f"{number}", piece)
    for number, piece in enumerate(pieces):
        assert piece.begun.wait(PATIENCE)
        assert [one.begun.is_set() for one in pieces] == [i <= number for i in range(3)]
        piece.done.set()
        assert _task(queue, f"{number}").future.result(PATIENCE) == number


def test_an_error_is_told_and_the_work_may_be_asked_for_again(queue: Background) -> None:
    broken, whole = Piece(LabError("No room.")), Piece("there")
    broken.done.set()
    whole.done.set()
    queue.start("x", broken)
    assert str(_ended(queue, "x")) == "No room."
    queue.start("x", whole)
    assert _task(queue, "x").future.result(PATIENCE) == "there"


def test_stopping_is_heard_running_or_waiting(queue: Background) -> None:
    running, waiting = Piece(), Piece()
    queue.start("running", running)
    queue.start("waiting", waiting)
    assert running.begun.wait(PATIENCE)
    for key in ("waiting", "running"):
        _task(queue, key).stop()
    assert isinstance(_ended(queue, "running"), LabError)
    assert _task(queue, "waiting").future.cancelled()
    assert not waiting.begun.is_set()


def test_what_was_stopped_is_begun_anew_and_not_joined(queue: Background) -> None:
    first, second, again = Piece(), Piece("second"), Piece("again")
    queue.start("first", first, "Ann")
    assert first.begun.wait(PATIENCE)
    queue.start("second", Piece(), "Ann")
    _task(queue, "second").leave("Ann")
    queue.start("second", second, "Ann")
    _task(queue, "first").leave("Ann")
    queue.start("first", again, "Ben")  # before the old one has heard of it
    for piece in (second, again):
        piece.done.set()
    assert _task(queue, "second").future.result(PATIENCE) == "second"
    assert _task(queue, "first").future.result(PATIENCE) == "again"


def test_one_person_cannot_fill_the_queue(queue: Background) -> None:
    for number in range(MAX_EACH):
        queue.start(f"{number}", Piece(), "Ann")
    with pytest.raises(LabError, match="of your requests"):
        queue.start("more", Piece(), "Ann")
    queue.start("more", Piece(), "Ben")
    queue.start("more", Piece(), "Ann")  # joins
    _task(queue, "0").leave("Ann")
    _task(queue, "1").leave("Ann")
    queue.start("yet more", Piece(), "Ann")


def test_it_goes_on_as_long_as_somebody_waits_for_it(queue: Background) -> None:
    piece = Piece("there")
    queue.start("x", piece, "Ann")
    queue.start("x", piece, "Ben")
    task = _task(queue, "x")
    task.leave("Ann")
    assert not task.unwanted()
    assert task.left == {"Ann"}
    queue.start("x", piece, "Ann")
    task.leave("Ben")
    assert not task.unwanted(), "Ann is back"
    task.leave("Ann")
    assert isinstance(_ended(queue, "x"), LabError)


def test_a_page_that_was_closed_keeps_nothing_going(queue: Background) -> None:
    queue.start("x", Piece(), "Ann")
    task = _task(queue, "x")
    task.watched["gone"] = time.monotonic() - PRESENT - 1
    task.leave("Ann")
    assert isinstance(_ended(queue, "x"), LabError)
    queue.start("y", Piece(), "Ben")
    _task(queue, "y").watched["Ben"] -= PRESENT + 1
    assert isinstance(_ended(queue, "y"), LabError), "nobody has looked for long"


def test_a_download_goes_on_with_nobody_there() -> None:
    queue, piece = Background(kept=True), Piece("there")
    queue.start("x", piece, "Ann")
    task = _task(queue, "x")
    task.watched["Ann"] -= PRESENT + 1
    assert not task.unwanted()
    piece.done.set()
    assert task.future.result(PATIENCE) == "there"


def test_what_is_forgotten_is_done_anew(queue: Background) -> None:
    piece = Piece(1)
    piece.done.set()
    queue.start("x", piece)
    assert _ended(queue, "x") is None
    queue.forget("x")
    queue.forget("y")
    assert queue.get("x") is None
    queue.start("x", piece)
    assert _ended(queue, "x") is None
    assert piece.times == 2


def test_too_many_that_wait_are_refused_and_later_taken(queue: Background) -> None:
    first, quick = Piece(), Piece()
    quick.done.set()
    queue.start("first", first)
    for number in range(MAX_WAITING - 1):
        queue.start(f"{number}", quick, f"person {number}")
    with pytest.raises(LabError, match="try again in a minute"):
        queue.start("one too many", quick)
    assert queue.get("one too many") is None
    queue.start("3", quick)  # is on its way already
    first.done.set()
    assert _ended(queue, f"{MAX_WAITING - 2}") is None
    queue.start("one too many", quick)
    assert _ended(queue, "one too many") is None


def test_the_last_results_are_remembered_and_no_more(queue: Background) -> None:
    piece = Piece("large")
    piece.done.set()
    for number in range(REMEMBERED + 5):
        queue.start(f"{number}", piece)
        assert _ended(queue, f"{number}") is None
    known = [number for number in range(REMEMBERED + 5) if queue.get(f"{number}") is not None]
    assert known == list(range(4, REMEMBERED + 5)), "the last ones, and the one just asked for"


def finished(background: Background, key: str, result: object) -> None:
    background.start(key, lambda told, stop: result)
    task = background.get(key)
    assert task is not None
    task.future.result(PATIENCE)


def test_large_results_make_room_for_new_ones() -> None:
    background = Background()
    picture = np.broadcast_to(np.zeros((), np.uint8), (MAX_BYTES * 2 // 5,))  # says that it is large, and is not
    for number in range(4):
        finished(background, f"picture {number}", picture)
    finished(background, "small", 1)
    there = [number for number in range(4) if background.get(f"picture {number}")]
    assert there == [2, 3], "two of them have room"
    finished(background, "huge", np.broadcast_to(np.zeros((), np.uint8), (2 * MAX_BYTES,)))
    finished(background, "next", 1)
    assert background.get("huge") is not None, "the latest stays"
    assert background.get("picture 3") is None


def _work_page(work: dict[str, "Piece"]) -> None:
    import streamlit as st

    from aelib.ui.jobs.background import result_of

    found = result_of("thing", "Do it", work["thing"], "Takes a while.")
    st.markdown(f"found {found}")


@pytest.mark.usefixtures("fresh_caches")
def test_a_button_begins_stop_ends_and_the_next_press_finishes() -> None:
    work = {"thing": Piece("a picture")}
    app = from_function(_work_page, work=work)
    assert [button.label for button in app.button] == ["Do it"]
    assert "Takes a while." in [one.value for one in app.caption]
    sound(app.button(key="thing:start").click().run())
    assert work["thing"].begun.wait(PATIENCE)
    sound(app.run())
    assert [button.label for button in app.button] == ["Stop"]
    sound(app.button(key="thing:stop").click().run())
    sound(until(app, lambda: [button.label for button in app.button] == ["Do it"]))
    assert not app.error, "who stopped it knows why"
    work["thing"].done.set()
    sound(app.button(key="thing:start").click().run())
    sound(until(app, lambda: "found a picture" in texts(app)))
    assert not app.button


@pytest.mark.usefixtures("fresh_caches")
def test_what_went_wrong_is_said_and_a_fault_of_ours_does_not_stay_for_good() -> None:
    work = {"thing": Piece(LabError("There is no room: make some."))}
    work["thing"].done.set()
    app = from_function(_work_page, work=work)
    sound(app.button(key="thing:start").click().run())
    sound(until(app, lambda: "no room" in said(app)))
    assert [button.label for button in app.button] == ["Do it"]

    work["thing"] = Piece(RuntimeError("a fault"))
    work["thing"].done.set()
    app.button(key="thing:start").click().run()
    until(app, lambda: bool(app.exception) or not app.button)
    sound(app.run())
    assert [button.label for button in app.button] == ["Do it"]
