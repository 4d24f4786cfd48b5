"""Parts of the page Training."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from aelib.browser.description import describe, describe_run
from aelib.core.language import _
from aelib.experiment import Experiment, presets
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.initialization import INITIALIZATIONS
from aelib.nn.optimizers import OPTIMIZERS
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.links import link
from aelib.ui.shell.server_state import open_run

from .parts import part

_RECIPE = {
    "model.hidden_activation": "silu",
    "loss": "bce",
    "optimizer.learning_rate": "0.01",
    "model.initialization": "xavier_uniform",
    "epochs": "1000",
}
_DEEP = {"model.layers": "35-40-40-40-40-2", "model.initialization_scale": "0.5"}
_RATES = (0.001, 0.01, 0.1)  # learning rates in the table of runs


def experiment() -> Experiment:
    """The net whose loss surface is shown: 35-20-10-2 on the font."""
    return presets.get("font-20-10").with_values(_RECIPE)


def experiments() -> list[Experiment]:
    """The same net with every optimiser and some rates."""
    return [
        experiment().with_values({"optimizer.kind": name, "optimizer.learning_rate": rate})
        for name in OPTIMIZERS
        for rate in _RATES
    ]


def one_step() -> None:
    """A net of two pixels, one gradient step at a time."""
    sigmoid = {"code_activation": "sigmoid", "output_activation": "sigmoid", "layers": [2, 1]}
    told = describe(experiment())["experiment"]
    part("one_step", {"experiment": {**told, "loss": "mse", "model": {**told["model"], **sigmoid}}})


def descent() -> None:
    """Optimisers as balls on the loss surface of the stored run, or of a net that the browser trains."""
    run = open_run(experiment())
    part(
        "descent",
        {
            "description": describe(experiment()) if run is None else describe_run(run),
            "stored": run is not None,
            "optimizers": _named(OPTIMIZERS),
            "chosen": ["sgd", "momentum", "nesterov", "rmsprop", "adam"],
        },
        "" if run is None else run.digest,
    )
    if run is not None:
        link(run.experiment, _("Open this run in its lesson"))


def histograms() -> None:
    """Activations and gradients of a deep net, layer by layer."""
    deep = experiment().with_values(_DEEP)
    part(
        "histograms",
        {
            "description": describe(deep),
            "activations": _named(ACTIVATIONS),
            "initializations": _named(INITIALIZATIONS),
        },
    )


def runs() -> None:
    """The stored runs with every optimiser and rate, or a button that trains them."""
    every = experiments()
    found = runs_of(every, _("Train {every} nets to compare", every=len(every)), "training:runs")
    if found is None:
        return
    table = pd.DataFrame(
        [
            {
                _("optimiser"): OPTIMIZERS[run.experiment.optimizer.kind].label,
                "rate": _("rate {rate:g}", rate=run.experiment.optimizer.learning_rate),
                "learnt": run.metrics["learnt"],
            }
            for run in found
        ]
    ).pivot(index=_("optimiser"), columns="rate", values="learnt")
    st.dataframe(table.reset_index(), hide_index=True)
    st.caption(
        _(
            "Characters learnt of 32: {network}, {epochs:,} epochs, one seed. The best rate of one optimiser "
            "is not that of another.",
            network=every[0].network,
            epochs=every[0].epochs,
        )
    )


def _named(registry: Mapping[str, Any]) -> list[dict[str, str]]:
    """Entries that the engine in the browser knows."""
    return [{"name": name, "label": one.label} for name, one in registry.items() if one.browser]
