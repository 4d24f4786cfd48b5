"""Parts of the page Questions: a pair of experiments for each question, and what their runs say."""

import pandas as pd
import streamlit as st

from aelib.analysis.questions import QUESTIONS, Evidence, Question
from aelib.core.language import _
from aelib.training import Run
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.caching import cached
from aelib.ui.shell.links import link_compare
from aelib.ui.shell.messages import escaped

_BY_TITLE = {one.title: name for name, one in QUESTIONS.items()}


def choose() -> str:
    """The name of a question. It is in the address."""
    title = st.selectbox(_("Question"), list(_BY_TITLE), key="question", bind="query-params")
    return _BY_TITLE.get(str(title), next(iter(QUESTIONS)))


def pair(asked: Question) -> None:
    """What the two experiments are, and a link that opens both in Compare."""
    first, second = asked.sides
    st.markdown(f"**{escaped(asked.title)}**")  # repeated in full: a narrow select box cuts it off
    st.markdown(
        _(
            "Two experiments that start from `{preset}`: **{label}** and **{label_2}**. Predict which of them "
            "has the larger figure, and by how much: *{label_3}*.",
            preset=asked.preset,
            label=escaped(first.label),
            label_2=escaped(second.label),
            label_3=escaped(next(iter(asked.measures.values())).label),
        )
    )
    link_compare(asked.experiments(), _("Open both in Compare"))


def answer(name: str) -> None:
    """The figures of both runs, and what they say; a button where runs are missing."""
    asked = QUESTIONS[name]
    found = runs_of(asked.experiments(), _("Train both"), f"questions:{name}")
    if found is None:
        return
    first, second = found
    evidence = _evidence(name, (first.digest, first.created), (second.digest, second.created), first, second)
    rows = [(one.label, one.text(evidence.a[key]), one.text(evidence.b[key])) for key, one in asked.measures.items()]
    columns = ["figure", *(side.label for side in asked.sides)]
    st.table(pd.DataFrame(rows, columns=columns).set_index("figure"))
    if evidence.holds:
        st.success(escaped(evidence.text()), icon=":material/lightbulb:")
    else:
        st.warning(escaped(evidence.text()), icon=":material/help:")


@cached("Measuring both nets …", max_entries=64)
def _figures(
    name: str, a: tuple[str, str], b: tuple[str, str], _first: Run, _second: Run
) -> tuple[dict[str, float], dict[str, float]]:
    found = QUESTIONS[name].evidence(_first, _second)
    return dict(found.a), dict(found.b)


def _evidence(name: str, a: tuple[str, str], b: tuple[str, str], first: Run, second: Run) -> Evidence:
    """a, b: digest and time of the runs."""
    return Evidence(QUESTIONS[name], *_figures(name, a, b, first, second))
