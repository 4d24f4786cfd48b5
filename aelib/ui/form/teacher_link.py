"""The rules that a teacher's link adds to an experiment: locked controls, hidden controls, and a task.

    lock=optimizer.kind,epochs    shown but disabled              lock=all, lock=more
    hide=model.batch_norm,loss    not shown                       hide=all, hide=more
    task=learnt>=30;parameters<=1500                              see aelib/analysis/assignments.py

`all` means every control, `more` those under "More choices", `preset` the control "Start from".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aelib.analysis import assignments
from aelib.analysis.assignments import Assignment
from aelib.classroom.tasks import CONDITIONS
from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.experiment import Experiment, flatten, labels
from aelib.experiment.encoding import PRESET
from aelib.ui.shell.lessons import Lesson

from .fields import BLOCK_FIELDS

LOCK, HIDE, TASK = "lock", "hide", CONDITIONS
NAMES = (LOCK, HIDE, TASK)  # in an address
ALL, MORE = "all", "more"
MAX_NAMES = 2000  # characters, all names together
MAX_SAID = 3  # unknown names in an error message

State = Literal["free", "fixed", "hidden"]


@dataclass(frozen=True)
class Rules:
    """lock, hide: names as in the address; locked, hidden: the fields (and `preset`) that these names stand for;
    frozen: whether the teacher of a class has fixed every control, which is in no address."""

    lock: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    locked: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    task: Assignment | None = None
    frozen: bool = False

    def state(self, path: str) -> State:
        """Whether a control can be changed (free), is disabled (fixed), or is not shown (hidden)."""
        if path in self.hidden:
            return "hidden"
        return "fixed" if self.frozen or path in self.locked else "free"

    def query(self) -> dict[str, str]:
        """The rules as parameters of an address, from which `read` restores them."""
        return to_query(self.lock, self.hide, str(self.task or ""))


def to_query(lock: tuple[str, ...], hide: tuple[str, ...], task: str) -> dict[str, str]:
    """The parameters of an address that `read` decodes; empty rules give none."""
    given = {LOCK: ",".join(lock), HIDE: ",".join(hide), TASK: task}
    return {name: value for name, value in given.items() if value}


def read(query: Mapping[str, str], lesson: Lesson) -> tuple[Rules, list[str]]:
    """Decode the rules in a lesson's address. Returns them and one sentence for each of the three parameters that is
    partly or wholly invalid; the valid rest applies."""
    problems: list[str] = []
    lock, hide = (_names(word, query.get(word, ""), problems) for word in (LOCK, HIDE))
    task = None
    if query.get(TASK, "").strip():
        try:
            task = assignments.parse(query[TASK])
        except LabError as error:
            problems.append(str(error))
    return Rules(lock, hide, _fields(lock, lesson), _fields(hide, lesson), task), problems


def pinned(rules: Rules, experiment: Experiment) -> dict[str, Any]:
    """Path -> value of the fields that the rules lock or hide: what a run requested under them must have."""
    values = flatten(experiment.model_dump(mode="json"))
    return {path: value for path, value in values.items() if path in rules.locked | rules.hidden}


def _known() -> list[str]:
    """All names that can be locked or hidden."""
    return [PRESET, *flatten(Experiment().model_dump(mode="json"))]


def _names(word: str, text: str, problems: list[str]) -> tuple[str, ...]:
    if len(text) > MAX_NAMES:
        problems.append(_("{word} in the address is too long: write “all” or “more” for many controls.", word=word))
        return ()
    given = dict.fromkeys(name for name in re.split(r"[,;\s]+", text) if name)
    known = {ALL, MORE, *_known()}
    unknown = [name for name in given if name not in known]
    if unknown:
        said = ", ".join(repr(name[:40]) for name in unknown[:MAX_SAID]) + (", …" if len(unknown) > MAX_SAID else "")
        said = _(
            "{word} in the address names {names}, but no control has this name: the rest of it applies.",
            word=word,
            names=said,
        )
        problems.append(said)
    return tuple(name for name in given if name in known)


def _fields(names: tuple[str, ...], lesson: Lesson) -> frozenset[str]:
    found = set(names) - {ALL, MORE}
    if MORE in names:
        in_front = {path for block in lesson.front for path in BLOCK_FIELDS.get(block, ())}
        found |= set(_known()) - {PRESET} - in_front
    return frozenset(_known() if ALL in names else found)


def label(name: str) -> str:
    """The label of a name on the page."""
    called = {ALL: _("every choice"), MORE: _("all under More choices"), PRESET: _("Start from")}
    return called.get(name) or labels.short(name)
