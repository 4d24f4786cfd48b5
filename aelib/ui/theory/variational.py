"""Parts of the page Why variational."""

import numpy as np
import pandas as pd
import streamlit as st

from aelib.browser.description import describe
from aelib.core.language import _
from aelib.experiment import Experiment, presets
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.links import link

from .parts import part

_RECIPE = {
    "model.layers": "35-32-2",
    "model.hidden_activation": "silu",
    "model.initialization": "xavier_uniform",
    "loss": "bce",
    "optimizer.learning_rate": "0.01",
    "epochs": "1000",
}
_BETAS = (0.0, 0.001, 0.01, 0.1, 1.0)


def experiment() -> Experiment:
    """The net of this page without a KL term: 35-32-2 on the font."""
    return presets.get("font-20-10").with_values(_RECIPE)


def experiments() -> list[Experiment]:
    """The same net, variational, for each β."""
    return [experiment().with_values({"model.variational": "true", "beta": beta}) for beta in _BETAS]


def gaussians() -> None:
    """KL between two Gaussians to drag."""
    part("gaussians")


def reparametrisation() -> None:
    """z = μ + σ·ε with ε held still."""
    part("reparametrisation")


def log_variance() -> None:
    """What an encoder may output: σ², σ or log σ²."""
    part("log_variance")


def tug() -> None:
    """Reconstruction and KL pull at the codes of a net that learns in the browser."""
    part("tug", {"description": describe(experiment())})


def holes() -> None:
    """The planes of two nets, without a KL term and with one."""
    part("holes", {"description": describe(experiment())})


def runs() -> None:
    """The stored runs with each β, or a button that trains them."""
    every = experiments()
    found = runs_of(every, _("Train {every} nets to compare", every=len(every)), "variational:runs")
    if found is None:
        return
    lines = [
        {
            "β": run.experiment.beta,
            _("spread of the means"): float(np.sqrt((run.codes() ** 2).mean())),
            _("mean σ"): float(run.deviations().mean()),
            _("KL (nats)"): run.metrics["kl"],
            _("reconstruction loss"): run.metrics["recon_loss"],
            _("learnt of 32"): run.metrics["learnt"],
        }
        for run in found
    ]
    plain = {name: st.column_config.NumberColumn(format="%.3g") for name in lines[0] if name != _("learnt of 32")}
    st.dataframe(pd.DataFrame(lines), hide_index=True, column_config=plain)
    st.caption(
        _(
            "{network}, {epochs:,} epochs, one seed. The spread is the root mean square of the means; where "
            "the codes follow the prior it is at most 1. Do the means drift apart and do the σ shrink as β "
            "falls?",
            network=every[0].network,
            epochs=every[0].epochs,
        )
    )
    link(found[-1].experiment, _("Open the last of them in its lesson"))
