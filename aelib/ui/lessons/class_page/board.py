"""Who is here: the live table of a class, the runs of the students that are chosen, and what they predicted."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import pandas as pd
import streamlit as st

from aelib.classroom.classes import Group, Member
from aelib.classroom.gradebook import harmless
from aelib.classroom.people.presence import Seen
from aelib.classroom.results import Result, Standing, standings
from aelib.classroom.tasks import Task
from aelib.core.language import N_, _, number
from aelib.experiment import presets
from aelib.store import outcome_text
from aelib.ui.classroom.histogram import histogram
from aelib.ui.shell import lessons
from aelib.ui.shell.links import link, link_compare, name
from aelib.ui.shell.messages import escaped, fragment_every
from aelib.ui.shell.server_state import classroom, store

REFRESH = 5.0  # seconds
DAY = 24 * 60  # minutes
MAX_CHOSEN = 6  # students whose runs are opened together


class Board(NamedTuple):
    """A class as it is now, read in a few queries. results: of all students, in the order in which they came."""

    members: list[Member]
    seen: dict[str, Seen]
    results: list[Result]
    task: Task | None
    standings: dict[str, Standing]


def read(group: Group, task: Task | None = None) -> Board:
    """What the teacher sees. task: the one that `standings` is about; default: the newest."""
    room = classroom()
    members, results = room.classes.members(group), room.results.of(group)
    task = task or room.classes.task(group)
    found = standings(members, results, task) if task is not None else []
    return Board(members, room.presence.of(group.id), results, task, {one.member.person: one for one in found})


def choose(groups: list[Group]) -> Group:
    """The class to show, the newest first."""
    if len(groups) == 1:
        return groups[0]
    by_id = {group.id: group for group in groups}
    chosen = st.selectbox(
        _("Class"), list(by_id), format_func=lambda one: f"{by_id[one].title} ({by_id[one].code})", key="class:which"
    )
    return by_id.get(str(chosen), groups[0])


@fragment_every(REFRESH)
def table(group: Group) -> None:
    """The students, one row each; it refreshes itself. Chosen rows open their runs below."""
    board = read(group)
    here = sum(one.person in board.seen and board.seen[one.person].here for one in board.members)
    met = sum(one.met is not None for one in board.standings.values())
    with st.container(horizontal=True, key="class:figures"):
        st.metric(_("Students"), len(board.members), width="content")
        st.metric(_("Here now"), here, width="content")
        if board.task is not None:
            st.metric(_("Task met"), met, width="content")
    if not board.members:
        st.info(_("Nobody has joined yet. Show the code on the projector."), icon=":material/qr_code:")
        return
    picked = st.dataframe(
        _frame(board),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"class:{group.id}:table",
        placeholder="–",
        column_config={_(name): st.column_config.Column(width=width) for name, width in _WIDTHS.items()},
    )
    rows = [board.members[row].person for row in picked.selection.rows if row < len(board.members)]
    if rows:
        _open(board, rows[:MAX_CHOSEN])
    else:
        st.caption(_("Select students to open their runs; two or more are compared side by side."))


# of columns with a sentence, or with one number: without this, all columns have one width and cut off longer texts
_WIDTHS: dict[str, Literal["small", "medium", "large"]] = {
    N_("page"): "medium",
    N_("last run"): "large",
    N_("runs"): "small",
    N_("task"): "small",
    N_("best"): "small",
    N_("here"): "small",
}


def _frame(board: Board) -> pd.DataFrame:
    last: dict[str, Result] = {one.person: one for one in board.results}
    runs = Counter(one.person for one in {(one.person, one.digest): one for one in board.results}.values())
    rows, titles = [], {one.name: _(one.title) for one in lessons.every_page()}
    for member in board.members:
        seen, result, standing = (
            board.seen.get(member.person),
            last.get(member.person),
            board.standings.get(member.person),
        )
        rows.append(
            {
                _("name"): harmless(member.name),
                _("here"): _ago(seen),
                _("page"): titles.get(seen.lesson, "") if seen else "",
                _("runs"): runs[member.person],
                _("last run"): _said(result, titles) if result else "",
                _("task"): _time(standing.met.at) if standing and standing.met else "",
                _("best"): number(standing.best, ",.4g") if standing and standing.best is not None else "",
            }
        )
    return pd.DataFrame(rows)


def _ago(seen: Seen | None) -> str:
    if seen is None:
        return ""
    return _("now") if seen.here else _("{minutes:.0f} min ago", minutes=max(1.0, seen.ago / 60))


def _said(result: Result, titles: dict[str, str]) -> str:
    lesson = titles.get(result.lesson, result.lesson)
    return f"{lesson}: {outcome_text(result.figures)}" if "mse" in result.figures else lesson


def _time(at: str) -> str:
    """Hour and minute where the browser is. at: UTC, ISO 8601."""
    offset = st.context.timezone_offset  # minutes, as JavaScript has it: negative east of Greenwich
    minutes = max(-DAY, min(DAY, offset)) if isinstance(offset, int) else 0  # without a browser there is none
    return f"{datetime.fromisoformat(at) - timedelta(minutes=minutes):%H:%M}"


def _open(board: Board, people: list[str]) -> None:
    """Links to the runs of these students: for each the run that met the task, else the last one."""
    last = {one.person: one.digest for one in board.results}
    names = {one.person: one.name for one in board.members}
    found = {}
    for person in people:
        standing = board.standings.get(person)
        digest = (standing.digest if standing else "") or last.get(person, "")
        run = store().get(digest) if digest else None
        if run is None:
            st.caption(escaped(_("{name} has no run yet.", name=names[person])))
        else:
            found[person] = run
            link(run.experiment, f"{names[person]}: {name(run.experiment)}, {outcome_text(run.metrics)}")
    if len(found) > 1:
        label = _("Compare these {n} side by side", n=len(found))
        link_compare([run.experiment for run in found.values()], label)


def predictions(group: Group) -> None:
    """What the class predicted, question by question."""
    asked = {
        f"{lesson}:{item}": (lesson, item)
        for lesson, item in classroom().guesses.asked(group.id)
        if (lesson, item) in _ITEMS
    }
    if not asked:
        st.caption(_("Nobody has predicted anything yet."))
        return
    chosen = st.selectbox(
        _("Question"),
        list(asked),
        format_func=lambda one: _question(*asked[one]),
        key="class:question",
    )
    place = asked.get(str(chosen), next(iter(asked.values())))
    _answers(group, *place)


def _question(lesson: str, item: str) -> str:
    """The lesson, and the question as the lesson asks it about the experiment of a first visit."""
    where = lessons.lesson(lesson)
    return f"{_(where.title)}: {_ITEMS[lesson, item].asked(presets.get(where.preset))}"


@fragment_every(REFRESH)
def _answers(group: Group, lesson: str, item: str) -> None:
    histogram(_ITEMS[lesson, item], classroom().guesses.of_class(group.id, lesson, item), "class:histogram")


_ITEMS = {
    (lesson.name, item.name): item for lesson in (*lessons.LESSONS, lessons.LAB) for item in lesson.predicts
}  # every item that a lesson can ask
