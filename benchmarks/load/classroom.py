"""A class: 50 students join, predict and redraw while the teacher's page is open and every core trains; and the
teacher's page over a large class."""

import asyncio
import os
import secrets
import statistics
import tempfile
import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

from aelib.classroom.classes import Group, Member
from aelib.classroom.records import Classroom
from tests.support.server import ROOT, Server

from .client import Client
from .rows import Row, at_most, percentiles
from .sessions import KEPT, LONG

STUDENTS, RUNS = 200, 5_000
ROUNDS = 5
LIMIT = 1.0  # seconds


def fill(room: Classroom, teacher: str, students: int, runs: int) -> tuple[Group, list[Member]]:
    """A class in which every student has opened the same number of runs, a tenth of them for the task."""
    group, _key = room.classes.make("A large class", teacher)
    task = room.classes.set_task(group, "dense", {"preset": "font-best"}, "learnt>=30")
    members = [room.classes.join(group, f"person{number}", f"Student {number % 150}") for number in range(students)]
    rows = [
        (
            group.id,
            members[number % students].person,
            f"{number:016x}",
            "dense",
            task.number if number % 10 == 0 else 0,
            number % 30 == 0,
            float(number % 33),
            '{"mse": 0.01, "learnt": 30, "total": 32}',
            "2026-11-01T10:00:00+00:00",
        )
        for number in range(runs)
    ]
    with room.results._file.connected() as connection:  # through `add` it would need as many trainings
        connection.executemany(
            "INSERT INTO results (class, person, digest, lesson, task, met, best, figures, at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
    return group, members


def _large_class(students: int, runs: int) -> list[Row]:
    """Seconds of the queries and of the whole script of the teacher's page."""
    from aelib.ui.lessons.class_page import board
    from aelib.ui.shell.server_state import classroom

    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.switch_page("pages/classroom.py")
    app.run()
    group, _members = fill(classroom(), app.session_state["person"], students, runs)

    def seconds(act: object) -> float:
        start = time.perf_counter()
        act()  # type: ignore[operator]
        return time.perf_counter() - start

    queries = [seconds(lambda: board.read(group)) for _round in range(ROUNDS)]
    scripts = [seconds(app.run) for _round in range(ROUNDS)]
    assert not app.exception, app.exception
    assert len(app.dataframe[0].value) == students
    what = f"{students} students, {runs:,} runs"
    return [
        at_most(f"{what}: all queries of the teacher's page", statistics.median(queries), LIMIT, "s", 3),
        at_most(f"{what}: the whole script of the page", statistics.median(scripts), LIMIT, "s"),
    ]


async def _together(people: int, within: float, act: object) -> list[float]:
    async def later(number: int) -> float:
        await asyncio.sleep(within * number / people)
        return float(await act(number))  # type: ignore[operator]

    return list(await asyncio.gather(*(later(number) for number in range(people))))


async def _class_in_session(server: Server, people: int, within: float) -> list[Row]:
    tokens = [secrets.token_hex(16) for _person in range(people)]
    teacher = Client(server.url, "classroom", visitor=secrets.token_hex(16))
    await teacher.__aenter__()
    await teacher.submit({"class:title": "A class"}, "Make a class")
    (group, *_others) = (one for one, _count, _made in Classroom(server.home).classes.all())
    busy = [
        Client(server.url, "dense", {"preset": "font-best", "seed": 9000 + number, **LONG})
        for number in range(os.cpu_count() or 1)
    ]
    for client in busy:
        await client.__aenter__()
        await client.press("dense-run:train")
        await client.until(lambda client=client: client.shown.has("dense-run:stop"))

    async def join(number: int) -> float:
        async with Client(server.url, "classroom", {"class": group.code}, visitor=tokens[number]) as client:
            return await client.submit({"class:name": f"Student {number}"}, "Join")

    pages: dict[int, Client] = {}

    async def open_lesson(number: int) -> float:
        pages[number] = Client(server.url, "dense", {"preset": "font-best", "epochs": 40_000}, visitor=tokens[number])
        await pages[number].__aenter__()
        return pages[number].opened

    async def predict(number: int) -> float:
        client = pages[number]
        return await client.set(client.shown.starting("dense:predict:learnt:"), str(number % 33))

    async def seed(number: int) -> float:
        return await pages[number].set("dense:seed", 100 + number)

    joined = await _together(people, within, join)
    opened = await _together(people, within, open_lesson)
    predicted = await _together(people, within, predict)
    answered = await _together(people, within, seed)
    rows = [
        percentiles(
            f"{people} students join within {within:g} s, every core trains: from Join to the answer", joined, 1
        ),
        percentiles("each opens a lesson, the teacher's page open", opened, 5),
        percentiles("a prediction to its answer", predicted, 1),
        percentiles("a changed seed to its answer", answered, 1),
    ]
    there = len(Classroom(server.home).classes.members(group))
    guesses = len(Classroom(server.home).guesses.of_class(group.id, "dense", "learnt"))
    rows.append(
        Row(
            "students who are in the class, and predictions that are kept",
            f"{there}, {guesses}",
            f"{people}, {people}",
            there == guesses == people,
        )
    )
    for client in busy:
        await client.press("dense-run:stop")
    for client in (*pages.values(), *busy, teacher):
        await client.__aexit__()
    return rows


def measure(quick: bool = False) -> list[Row]:
    before = os.environ.get("AELIB_HOME")
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "home", arguments=[f"--server.disconnectedSessionTTL={KEPT}"])
        try:
            rows = asyncio.run(_class_in_session(server, *((6, 2.0) if quick else (50, 10.0))))
        finally:
            server.stop()
        os.environ["AELIB_HOME"] = str(Path(folder) / "large")
        try:
            rows += _large_class(*((20, 200) if quick else (STUDENTS, RUNS)))
        finally:
            os.environ.pop("AELIB_HOME")
            if before is not None:
                os.environ["AELIB_HOME"] = before
    return rows
