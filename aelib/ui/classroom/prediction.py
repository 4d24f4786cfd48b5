"""Predict, see, explain: the question of a lesson above its Train button, and the answer beside the outcome."""

import streamlit as st

from aelib.classroom.asking.guesses import MAX_WHY, Guess
from aelib.classroom.asking.items import Item, Predicted, asked_of
from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.experiment import Experiment, digest_of
from aelib.training import Run
from aelib.ui.shell.lessons import Lesson
from aelib.ui.shell.messages import escaped, fragment, show_error
from aelib.ui.shell.server_state import classroom, store
from aelib.ui.shell.session import Slot, widget
from aelib.ui.shell.visitor import visitor_id

from .fields import field, outcome_of
from .histogram import histogram
from .membership import has_seen, student_of


def comes_first(lesson: Lesson, experiment: Experiment) -> bool:
    """Whether the page must ask before it shows a run that others have trained. A student of a class predicts before
    seeing the outcome, even if somebody else in the class was faster."""
    if asked_of(lesson.predicts, experiment) is None:
        return False
    try:
        return not has_seen(digest_of(experiment))
    except LabError:
        return False  # the page says why


def ask(lesson: Lesson, experiment: Experiment) -> None:
    """The lesson's question about an experiment that is not trained yet, with a field for an answer. An answer is kept
    at once; nobody has to give one."""
    item = asked_of(lesson.predicts, experiment)
    if item is not None:
        _ask(lesson, item, experiment)


@fragment
def _ask(lesson: Lesson, item: Item, experiment: Experiment) -> None:
    digest = digest_of(experiment)
    key = f"{lesson.name}:predict:{item.name}:{digest}"
    refused: Slot[LabError] = Slot(f"{key}:refused", lambda: LabError(""))

    def keep() -> None:
        try:
            _keep(lesson, item, experiment, widget(key))
        except LabError as error:
            refused.set(error)

    try:
        answer = _answer(item, digest)
    except LabError as error:
        show_error(error)
        return
    text = item.asked(experiment)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{lesson.name}:predict"):
        st.markdown(
            f"**{_('Predict:')}** {escaped(text)}", width="content", help=escaped(_(item.hint)) if item.hint else None
        )
        field(item, experiment, answer, text, key, keep)
    if refused:
        show_error(refused.pop())


def _answer(item: Item, digest: str) -> str | None:
    found = classroom().guesses.get(visitor_id(), digest, item.name)
    return None if found is None else found.answer


def _keep(lesson: Lesson, item: Item, experiment: Experiment, given: object) -> None:
    """Store an answer. An empty field takes the stored answer back; so does an invalid one, which also raises LabError.
    Nothing changes once this person can see the run."""
    digest = digest_of(experiment)
    if digest in store() and has_seen(digest):
        return
    classroom().guesses.remove(visitor_id(), digest, item.name)
    if given is None or not str(given).strip():
        return
    guess = Guess(visitor_id(), digest, item.name, item.read(given, experiment))
    found = student_of()
    classroom().guesses.put(guess, lesson.name, found[0].id if found else "")


def outcome(lesson: Lesson, run: Run) -> None:
    """The user's prediction beside the outcome, and a field to explain it. Nothing for a user who predicted nothing."""
    try:
        found = _guess(lesson, run)
        if found is None:
            return
        item, guess = found
        verdict = item.judge(guess.answer, outcome_of(item.name, run.digest, run.created, item, run))
        group = student_of()
        others = classroom().guesses.of_class(group[0].id, lesson.name, item.name) if group else []
    except LabError as error:
        show_error(error)
        return
    with st.container(border=True, key=f"{lesson.name}:predicted", gap="small"):
        icon = ":material/check_circle:" if verdict.right else ":material/lightbulb:"
        st.markdown(f"{icon} {escaped(item.asked(run.experiment))} **{escaped(verdict.text)}**")
        _explain(lesson, item, guess)
        if len(others) > 1:
            with st.popover(_("What the class predicted"), icon=":material/bar_chart:"):
                histogram(item, others, f"{lesson.name}:class-answers", guess.answer)


@fragment
def _explain(lesson: Lesson, item: Item, guess: Guess) -> None:
    key = f"{lesson.name}:why:{item.name}:{guess.digest}"

    def keep() -> None:
        try:
            classroom().guesses.explain(guess.person, guess.digest, item.name, str(widget(key) or ""))
        except LabError as error:
            refused.set(error)

    refused: Slot[LabError] = Slot(f"{key}:refused", lambda: LabError(""))
    st.text_input(
        _("Why did it come so?"),
        guess.why if widget(key) is None else "",
        max_chars=MAX_WHY,
        key=key,
        on_change=keep,
        placeholder=_("Why did it come so? Your report will say it."),
        label_visibility="collapsed",
    )
    if refused:
        show_error(refused.pop())


def made(lesson: Lesson, run: Run) -> Predicted | None:
    """The user's prediction for a report, None where there is none."""
    try:
        found = _guess(lesson, run)
    except LabError:
        return None  # the page says why
    if found is None:
        return None
    item, guess = found
    came = item.came(outcome_of(item.name, run.digest, run.created, item, run))
    return Predicted(item.asked(run.experiment), item.said(guess.answer), came, guess.why)


def _guess(lesson: Lesson, run: Run) -> tuple[Item, Guess] | None:
    item = asked_of(lesson.predicts, run.experiment)
    if item is None:
        return None
    guess = classroom().guesses.get(visitor_id(), run.digest, item.name)
    return None if guess is None else (item, guess)
