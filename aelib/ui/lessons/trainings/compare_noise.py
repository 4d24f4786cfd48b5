"""The part of the page Compare that asks whether a difference is luck: seeds as dots, and tests against one row."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from aelib.analysis import comparison
from aelib.analysis.comparison import METRICS, UNTESTED
from aelib.charts.trainings import seeds
from aelib.core.errors import LabError
from aelib.core.language import _, number
from aelib.experiment import Experiment
from aelib.metrics import Difference, holm
from aelib.training import Run
from aelib.ui.components.figures import chart
from aelib.ui.shell.messages import escaped, text_of
from aelib.ui.shell.session import set_widget, widget

from . import compare_table
from .compare import asked


def noise(groups: Mapping[str, list[Run]], key: str) -> None:
    """Every seed as a dot, mean ± standard deviation, and a test of each difference from the row of reference."""
    several = [label for label, group in groups.items() if len(group) > 1]
    if len(several) < 2:
        st.info(
            _("A single run may be luck. With more seeds (above), this section tests whether a difference is noise.")
            if not several
            else _("Only one row has several finished runs, so no test is possible: use more seeds (above)."),
            icon=":material/casino:",
        )
        return
    left, right = st.columns(2)
    names = comparison.shared_metrics([run for group in groups.values() for run in group])
    place = f"{key}:figure:{compare_table.version()}"
    if widget(place) not in names:
        set_widget(place, asked("figure", names))
    chosen = left.selectbox(
        _("Figure"), names, format_func=lambda name: _(METRICS[name]), key=place, persist_state="session"
    )
    compare_table.set_choice("figure", chosen if chosen != names[0] else "")
    _left_out([group[0].experiment for group in groups.values()])
    values = {
        label: [value for run in group if (value := comparison.metric_value(run, chosen)) is not None]
        for label, group in groups.items()
    }
    if chosen == UNTESTED:
        rows = [
            {_("run"): label, _("mean"): number(float(np.mean(found)), ".3g"), _("runs"): len(found)}
            for label, found in values.items()
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, key=f"{key}:seconds")
        st.caption(
            _(
                "Not tested: nets that train together share one measured time equally, and a busy server slows "
                "all of them."
            )
        )
        return
    with right:
        reference = _reference(several, key)
    chart(seeds.dots(values, _(METRICS[chosen]), reference), f"{key}:dots")
    st.caption(_("Each dot is a seed, each bar a mean; the dotted line is the mean of the row of reference."))
    _tests(values, several, reference, key)


def _reference(several: list[str], key: str) -> str:
    """Draw the choice of the row that all others are compared with: any with several runs. The address has its
    number."""
    numbers = [label.partition(":")[0] for label in several]
    place = f"{key}:reference:{compare_table.version()}"
    if widget(place) not in several:
        given = compare_table.choice("reference")
        set_widget(place, several[numbers.index(given) if given in numbers else 0])
    chosen = str(st.selectbox(_("Compared with"), several, key=place, persist_state="session"))
    number = numbers[several.index(chosen)]
    compare_table.set_choice("reference", number if number != numbers[0] else "")
    return chosen


def _left_out(experiments: list[Experiment]) -> None:
    """Explain why some figures are not offered."""
    if not comparison.comparable(experiments, "mse"):
        st.caption(_("These runs are on different images, so only their seconds can be compared."))
    elif not comparison.comparable(experiments, "loss"):
        st.caption(_("The loss is not offered, because these nets define it differently."))


def _tests(values: Mapping[str, list[float]], several: list[str], reference: str, key: str) -> None:
    """values: one per seed, for each row; several: rows with at least two; reference: the one to compare with."""
    tests: dict[str, Difference] = {}
    problems = {}
    for label in several:
        try:
            if label != reference:
                tests[label] = comparison.difference(values[reference], values[label])
        except LabError as error:
            problems[label] = text_of(error)
    corrected = dict(zip(tests, holm(list(tests.values())), strict=True))
    rows: list[dict[str, Any]] = []
    findings = []
    for label, found in values.items():
        spread = f" ± {number(float(np.std(found, ddof=1)), '.2g')}" if len(found) > 1 else ""
        mean = number(float(np.mean(found)), ".4g")
        rows.append({_("run"): label, _("mean ± std"): f"{mean}{spread}", _("runs"): len(found)})
        if label not in several:
            findings.append(_("{label}: not tested, because one run gives no estimate of noise.", label=escaped(label)))
        if label in problems:
            findings.append(escaped(f"{label}: {problems[label]}"))
        if label not in tests:
            continue
        test = corrected[label]
        rows[-1][_("difference")] = number(test.means[1] - test.means[0], "+.4g")
        against = _("{runs} runs against {runs_2}", runs=test.runs[1], runs_2=test.runs[0])
        if test.is_tested:
            rows[-1] |= {"p": tests[label].p, _("p, corrected"): test.p, _("effect (d)"): test.effect}
            measured = _("(p = {p:.2g}, effect {size}, {against})", p=test.p, size=test.size, against=against)
            findings.append(f"{escaped(f'{label}, compared with {reference}')}: {_amount(test)} {measured}.")
        else:
            findings.append(
                _(
                    "{label}: not tested, because neither group has any spread ({against}).",
                    label=escaped(label),
                    against=against,
                )
            )
    count = sum(one.is_tested for one in tests.values())
    table = pd.DataFrame(rows)
    if count == 1:
        table = table.drop(columns=_("p, corrected"))
    st.dataframe(
        table,
        hide_index=True,
        key=f"{key}:table",
        placeholder="–",
        column_config={
            "p": st.column_config.NumberColumn(
                format="%.2g", help=_("Welch's t-test: how often chance alone gives a difference at least as large.")
            ),
            _("p, corrected"): st.column_config.NumberColumn(
                format="%.2g", help=_("p corrected for the number of tests by Holm's method.")
            ),
            _("effect (d)"): st.column_config.NumberColumn(
                format="%.2f",
                help=_("Cohen's d: the difference divided by the standard deviation; 0.8 or more is large."),
            ),
        },
    )
    st.markdown("\n".join(f"- {one}" for one in findings))
    if count > 1:
        st.caption(
            _(
                "p is corrected for {count} tests by Holm's method, so the chance that luck alone makes any of "
                "them “more than noise” is at most 5%.",
                count=count,
            )
        )


def _amount(difference: Difference) -> str:
    """The result of a test in words."""
    if difference.is_significant:
        return _("**more than noise**")
    if difference.size in ("medium", "large"):
        return _("**cannot be distinguished** from noise with so few runs: try more seeds")
    return _("**no difference found**; with more seeds, a small one might appear")
