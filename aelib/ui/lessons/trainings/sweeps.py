"""Parts of the page Sweeps and of lessons with a sweep: controls, training, chart, table, best run."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from aelib.analysis.sweep import MEASURES, SWEEPS, Result, Sweep, collect, split
from aelib.charts.trainings import sweep as charts
from aelib.core.errors import LabError
from aelib.core.language import N_, _, number
from aelib.experiment import Experiment, choices, digest_of, flatten, labels
from aelib.experiment.encoding import PRESET
from aelib.store import badness, outcome_text
from aelib.ui.components.figures import chart, table_with_csv
from aelib.ui.form.controls import Controls
from aelib.ui.jobs import bulk_training
from aelib.ui.shell import messages
from aelib.ui.shell.links import link, name
from aelib.ui.shell.messages import escaped, problems
from aelib.ui.shell.server_state import store
from aelib.ui.shell.session import set_widget, widget

LABELS = {
    "learnt": N_("images learnt"),
    "wrong_pixels": N_("wrong pixels"),
    "mse": "MSE",
    "loss": N_("loss"),
    "seconds": N_("seconds per net"),
}
EXTRAS = {"sweep": "rate", "vary": "", "values": "", "vary2": "", "values2": "", "nets": ""}
_NOTHING = "nothing else"
MAX_DIGITS = 9
_OF_A_LINK = {
    "vary": "optimizer.learning_rate",
    "values": "0.0003, 0.001, 0.003, 0.01",
    "vary2": _NOTHING,
    "values2": "",
    "nets": 5,
}
# the most frequently varied fields first, then all others
_FIRST = [
    "optimizer.learning_rate",
    "corruption.level",
    "model.layers",
    "epochs",
    "model.hidden_activation",
    "optimizer.kind",
    "model.initialization",
    "loss",
    "corruption.kind",
]


def fields() -> list[str]:
    """All fields that can be varied."""
    every = [path for path in flatten(Experiment().model_dump(mode="json")) if path != "seed"]
    return [*_FIRST, *(path for path in every if path not in _FIRST)]


def choose(form: Controls) -> Sweep | None:
    """Draw the controls of a sweep. Returns it, or None if the input is invalid (see `form.problems`)."""
    key = form.extra_key
    _settle(form)
    st.selectbox(
        _("Start from"),
        list(SWEEPS),
        format_func=lambda chosen: SWEEPS[chosen].title,
        key=key("sweep"),
        on_change=lambda: _load(form),
        persist_state="session",
        help=_("A prepared sweep. Choosing one sets every control below."),
    )
    st.caption(SWEEPS[widget(key("sweep"))].about)
    st.selectbox(
        _("Vary"),
        fields(),
        format_func=labels.short,
        key=key("vary"),
        persist_state="session",
        help=_("The field that takes each value."),
    )
    st.text_input(_("Values"), key=key("values"), persist_state="session", help=_allowed(widget(key("vary"))))
    st.selectbox(
        _("and"),
        [_NOTHING, *fields()],
        format_func=lambda path: _("nothing else") if path == _NOTHING else labels.short(path),
        key=key("vary2"),
        persist_state="session",
        help=_("Two fields give a heat map."),
    )
    second = widget(key("vary2"))
    if second != _NOTHING:
        st.text_input(_("Its values"), key=key("values2"), persist_state="session", help=_allowed(second))
    st.number_input(
        _("Nets per point"),
        step=1,
        key=key("nets"),
        persist_state="session",
        help=_("They differ in the seed, that is in initial weights and noise. A single net says little."),
    )
    sweep = _sweep(form, second)
    nets = sweep.experiments() if sweep is not None else []
    subject = f"{digest_of(nets[0])} {dict(sweep.over)} {sweep.seeds}" if sweep is not None else ""
    form.show_address(subject, bulk_training.tried(nets))
    return sweep


def _settle(form: Controls) -> None:
    """Convert the sweep in the address to widget values; use the prepared sweep if it is missing or invalid."""
    key, allowed = form.extra_key, fields()
    if widget(key("sweep")) not in SWEEPS:
        set_widget(key("sweep"), EXTRAS["sweep"])
    if not widget(key("vary")):
        if form.given and PRESET in st.query_params:  # a link to an experiment: vary it
            for name, value in _OF_A_LINK.items():
                set_widget(key(name), value)
        else:
            _load(form)
    elif isinstance(widget(key("nets")), str):  # text from an address; the widget has a number
        nets = widget(key("nets"))
        second = widget(key("vary2")) or _NOTHING
        known = widget(key("vary")) in allowed and second in (_NOTHING, *allowed)
        if known and nets.isdecimal() and len(nets) < MAX_DIGITS:
            set_widget(key("nets"), int(nets))
            set_widget(key("vary2"), second)
        else:
            form.problems = [_("The address is not a valid sweep, so this page shows the one that it starts from.")]
            messages.problems(form.problems)
            _load(form)


def _sweep(form: Controls, second: str) -> Sweep | None:
    key = form.extra_key
    base = form.experiment_or_none()
    if base is None:
        return None
    over = {widget(key("vary")): split(widget(key("values")))}
    if second != _NOTHING:
        if second in over:
            form.problems = [_("{short} is varied twice: choose two different fields.", short=labels.short(second))]
            return None
        over[second] = split(widget(key("values2")))
    try:
        return Sweep(base, over, int(widget(key("nets"))))
    except LabError as error:
        form.problems = messages.sentences(error)
        return None


def _load(form: Controls) -> None:
    """Set all controls from the prepared sweep."""
    key = form.extra_key
    preset = SWEEPS[widget(key("sweep"))]
    form.load(preset.preset, preset.sweep.base)
    for i, (vary, values) in enumerate((("vary", "values"), ("vary2", "values2"))):
        given = list(preset.over.items())[i : i + 1]
        set_widget(key(vary), given[0][0] if given else _NOTHING)
        set_widget(key(values), ", ".join(given[0][1]) if given else "")
    set_widget(key("nets"), preset.seeds)


def _allowed(path: str) -> str:
    try:
        names = [str(one) for one in choices(path)]
    except (KeyError, TypeError):
        names = []
    return (
        _("Separated by commas. Names: {names}.", names=", ".join(names))
        if names
        else _("Separated by commas, such as 0.1, 0.2, 0.5.")
    )


def train(sweep: Sweep, key: str) -> bool:
    """See `bulk_training.train`."""
    points = sweep.size // sweep.seeds
    nets = _("{size:,} nets", size=sweep.size) if sweep.seeds > 1 else _("{points:,} points", points=points)
    return bulk_training.train(sweep.experiments(), _("Train {nets}", nets=nets), key)


def results(sweep: Sweep, key: str) -> None:
    """The stored results of a sweep, also while others are being trained."""
    found = collect(store(), sweep)
    if not any(result.runs or result.diverged for result in found):
        return
    diverged = sum(result.diverged for result in found)
    if diverged:
        st.warning(
            _(
                "{diverged:,} of {size:,} trainings diverged: their loss was no longer finite. Means exclude them.",
                diverged=diverged,
                size=sweep.size,
            ),
            icon=":material/trending_up:",
        )
    if not any(result.runs for result in found):
        st.info(_("Every training diverged: try smaller learning rates or a bounded output."), icon=":material/info:")
        return
    there = next(result.measures for result in found if result.runs)
    shared = _share_their_time(found)
    figures = [name for name in MEASURES if name in there and not (shared and name == "seconds")]
    figure = st.segmented_control(
        _("Show"),
        figures,
        default=figures[0],
        format_func=lambda name: _(LABELS[name]),
        key=f"{key}:figure",
        required=True,
        persist_state="session",
    )
    paths = list(sweep.over)
    if len(paths) == 1:
        plot = charts.means(found, paths[0], labels.short(paths[0]), figure, _(LABELS[figure]))
    else:
        plot = charts.heat(found, paths, [labels.short(path) for path in paths], figure, _(LABELS[figure]))
    chart(plot, f"{key}:chart")
    if shared:
        st.caption(
            _(
                "There are no seconds per net: nets that train together share one measured time equally. Train "
                "one alone to see how long it takes."
            )
        )
    _best(found)
    table = frame(found)
    if shared:
        table = table.drop(columns=["seconds mean", "seconds std"])
    with st.expander(_("Table")):
        table_with_csv(table, "sweep.csv", key, column_config=_headings(table, paths))


def _headings(table: pd.DataFrame, paths: Sequence[str]) -> dict[str, Any]:
    """What the columns of the table are called on the page; those of the file are paths and names."""
    said = {path: labels.short(path) for path in paths} | {"runs": _("runs"), "diverged": _("diverged")}
    for figure in MEASURES:
        said[f"{figure} mean"] = _("{label}, mean", label=_(LABELS[figure]))
        said[f"{figure} std"] = _("{label}, standard deviation", label=_(LABELS[figure]))
    return {str(name): st.column_config.Column(said[str(name)]) for name in table.columns}


def _share_their_time(found: list[Result]) -> bool:
    """Whether nets were trained together: several runs of a point with exactly the same time."""
    times = (result.measures["seconds"] for result in found if len(result.runs) > 1)
    return any(spread.std == 0 for spread in times)


def _best(found: list[Result]) -> None:
    best = max(
        (result for result in found if result.runs),
        key=lambda result: tuple(
            sign * result.measures[name].mean
            for name, sign in (("learnt", 1), ("wrong_pixels", -1), ("mse", -1))
            if name in result.measures
        ),
        default=None,
    )
    if best is None or best.best is None:
        return
    values = ", ".join(f"{labels.short(path).lower()} {value}" for path, value in best.point.values.items())
    name_, spread = next(iter(best.measures.items()))
    figure = f"{number(spread.mean, '.4g')} ± {number(spread.std, '.2g')}"
    if name_ == "learnt":
        result = _("{figure} of {total} learnt", figure=figure, total=best.best["total"])
    else:
        result = _("{figure} {label}", figure=figure, label=_(LABELS[name_]))
    st.markdown(escaped(_("Best on average: {values}, {result}.", values=values, result=result)))
    experiment = next(one for one in best.point.experiments if digest_of(one) == best.best["digest"])
    link(experiment, _("Open its best run: {name}", name=name(experiment)))


def frame(found: list[Result]) -> pd.DataFrame:
    """One row per point: values, number of runs, mean and standard deviation of every figure."""
    rows: list[dict[str, Any]] = []
    for result in found:
        figures = result.measures
        row: dict[str, Any] = {**result.point.values, "runs": len(result.runs), "diverged": result.diverged}
        for figure in MEASURES:
            if figure in figures:
                row |= {
                    f"{figure} mean": figures[figure].mean,
                    f"{figure} std": figures[figure].std,
                }
        rows.append(row)
    return pd.DataFrame(rows)


def seeds(experiment: Experiment, count: int, key: str) -> None:
    """Repeat an experiment with several seeds: mean ± std, the distribution, the best and the worst run."""
    sweep = Sweep(experiment, {}, count)
    ready = bulk_training.train(sweep.experiments(), _("Train {count} at once", count=count), key)
    (result,) = collect(store(), sweep)
    if not result.runs:
        if ready:
            problems([_("All {count} trainings diverged: try a smaller learning rate.", count=count)])
        return
    if len(result.runs) < 2:  # one run shows no spread
        return
    learnt, wrong = result.measures.get("learnt"), result.measures.get("wrong_pixels")
    mse = result.measures["mse"]
    with st.container(horizontal=True, gap="medium"):
        total = result.runs[0]["total"]
        if learnt and wrong:
            st.metric(
                _("Learnt"),
                _("{mean:.2f} ± {std:.2f} of {total}", mean=learnt.mean, std=learnt.std, total=total),
                width="content",
            )
            st.metric(_("Wrong pixels"), _("{mean:.1f} ± {std:.1f}", mean=wrong.mean, std=wrong.std), width="content")
        else:
            st.metric("MSE", _("{mean:.3g} ± {std:.2g}", mean=mse.mean, std=mse.std), width="content")
        st.metric(
            _("Runs"),
            f"{len(result.runs)}",
            width="content",
            help=_("{diverged} more diverged.", diverged=result.diverged),
        )
    left, right = st.columns([3, 2])
    if learnt:
        plot = charts.distribution(learnt.values, _("images learnt"))
    else:
        plot = charts.means([result], "", _("all seeds"), "mse", LABELS["mse"])
    with left:
        chart(plot, f"{key}:distribution")
    order = sorted(result.runs, key=badness)
    by_digest = {digest_of(one): one for one in sweep.experiments()}
    with right:
        st.caption(_("Mean ± standard deviation over seeds. The best and the worst:"))
        for run, icon in ((order[0], ":material/thumb_up:"), (order[-1], ":material/thumb_down:")):
            one = by_digest[run["digest"]]
            said = {"seed": one.seed, "outcome_text": outcome_text(run)}
            text = _("Seed {seed}: {outcome_text}", **said)
            if run["wrong_pixels"] is not None:
                text = _("Seed {seed}: {outcome_text}, {wrong} wrong pixels", wrong=run["wrong_pixels"], **said)
            link(one, text, icon)
