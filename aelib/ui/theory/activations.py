"""Parts of the page Activations."""

import math

import pandas as pd
import streamlit as st

from aelib.browser.description import describe
from aelib.core.language import N_, _, number
from aelib.experiment import Experiment, presets
from aelib.nn.activations import ACTIVATIONS
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.formulas import formula
from aelib.ui.shell.links import link

from .parts import part

STEP = ("binary_step", N_("binary step"))  # on this page only: no engine trains with it
_STEP, _STEP_SLOPE = r"0 \text{ if } z < 0 \text{ else } 1", r"0,\ \text{none at } 0"
_PRESET = "font-20-10"  # the layers of the nets that are compared
_RECIPE = {"loss": "bce", "optimizer.learning_rate": "0.01", "model.initialization": "xavier_uniform", "epochs": "1000"}
_RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 1, 10)
_BEFORE = 2  # seeds of each activation in the table of runs


def experiments() -> list[Experiment]:
    """The same net with each activation of the registry, with two seeds each."""
    base = presets.get(_PRESET).with_values(_RECIPE)
    return [
        base.with_values({"model.hidden_activation": name, "seed": seed})
        for name in ACTIVATIONS
        for seed in range(_BEFORE)
    ]


def curves() -> None:
    """f and f', several at once, with the values at one z."""
    part("curves", {"functions": _functions(), "chosen": ["sigmoid", "tanh", "relu", "silu"]})


def formulas() -> None:
    """A table of formulas and bounds, as the registry has them."""
    rows = [
        (
            one.label,
            formula(one.formula),
            formula(one.derivative),
            _("{bound} to {bound_2}", bound=_bound(one.low), bound_2=_bound(one.high)),
        )
        for one in ACTIVATIONS.values()
    ]
    rows.insert(1, (_(STEP[1]), formula(_STEP), formula(_STEP_SLOPE), _("0 to 1")))
    rows.append(("softmax", r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}", r"p_i\,(\delta_{ij} - p_j)", _("0 to 1, sum 1")))
    lines = [f"| {label} | ${formula}$ | {_in_math(slope)} | {reach} |" for label, formula, slope, reach in rows]
    st.markdown("\n".join([_("| function | f(z) | f′(z) | range |"), "|---|---|---|---|", *lines]))


def depth() -> None:
    """The product of derivatives through many layers."""
    part("depth", {"functions": _functions(), "chosen": ["sigmoid", "tanh", "relu", "saturating_linear", STEP[0]]})


def race() -> None:
    """The same small net, trained in the browser with each chosen activation."""
    base = experiments()[0]
    part(
        "race",
        {
            "functions": _functions(),
            "chosen": ["sigmoid", "tanh", "relu", "silu", STEP[0]],
            "description": describe(base),
            "rates": _RATES,
        },
    )


def softmax() -> None:
    """Five numbers to drag, and their shares."""
    part("softmax")


def runs() -> None:
    """The stored runs with each activation, or a button that trains them."""
    every = experiments()
    found = runs_of(every, _("Train {every} nets to compare", every=len(every)), "activations:runs")
    if found is None:
        return
    lines = [
        {
            _("activation"): ACTIVATIONS[run.experiment.model.hidden_activation].label,
            _("learnt of 32"): run.metrics["learnt"],
            _("wrong pixels"): run.metrics["wrong_pixels_total"],
            _("loss"): run.loss,
        }
        for run in found
    ]
    table = (
        pd.DataFrame(lines).groupby(_("activation"), sort=False).mean().sort_values(_("learnt of 32"), ascending=False)
    )
    st.dataframe(
        table.reset_index(), hide_index=True, column_config={_("loss"): st.column_config.NumberColumn(format="%.4f")}
    )
    st.caption(
        _(
            "{network}, {epochs:,} epochs, mean of {before} seeds. The recipe is the same for all: another "
            "rate or start may change the order.",
            network=every[0].network,
            epochs=every[0].epochs,
            before=_BEFORE,
        )
    )
    best = max(found, key=lambda run: (run.metrics["learnt"], -run.loss))
    link(best.experiment, _("Open the best of them in its lesson"))


def _functions() -> list[dict[str, str]]:
    """The functions for the curves and nets in the browser: those of its engine, and the binary step."""
    found = [{"name": name, "label": one.label} for name, one in ACTIVATIONS.items() if one.browser]
    return [found[0], {"name": STEP[0], "label": _(STEP[1])}, *found[1:]]


def _bound(value: float) -> str:
    return number(value, ".3g").replace("-", "−") if math.isfinite(value) else ("∞" if value > 0 else "−∞")


def _in_math(formula: str) -> str:
    return f"${formula}$" if formula else "–"
