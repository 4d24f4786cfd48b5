"""The parts of the lesson on digits: beside a plain net, β by β, code numbers in use, digits from the prior."""

import pandas as pd
import streamlit as st
import torch

from .. import latent
from ..charts import variational as charts
from ..companions import BETAS, plain
from ..companions import betas as with_betas
from ..generation import Judged, sampled, spread_of, typical_distance
from ..run import Run
from ..variational import active
from . import emoji, planes
from .beside import runs_of

SAMPLES = 16
_PLAIN = {"displayModeBar": False}


def against_plain(run: Run, key: str) -> None:
    """The same net with and without a prior: where its codes lie, and what lies between them."""
    if not run.experiment.model.variational:
        st.info("This net is the plain one: switch on *Variational* above to compare.", icon=":material/info:")
        return
    twin = runs_of([plain(run.experiment)], "Train the plain autoencoder beside it", key)
    if twin is None:
        return
    pair = {"variational": run, "plain": twin[0]}
    same = st.toggle("Both at the same scale", value=False, key=f"{key}:scale")
    chart = charts.by_class(_planes(pair), run.images.labels.tolist(), same)
    st.plotly_chart(chart, key=f"{key}:scatter", config=_PLAIN)
    rows = []
    for name, one in pair.items():
        centre, deviation = spread_of(one.codes())
        found = _sampled(one.digest, one.created, 64, 0, one)
        rows.append((name, centre, deviation, one.metrics["mse"], float(found.distances.mean())))
    columns = ["net", "centre", "standard deviation", "MSE", "distance of samples"]
    st.dataframe(
        pd.DataFrame(rows, columns=columns), hide_index=True, key=f"{key}:table",
        column_config={
            "centre": st.column_config.NumberColumn(format="%.2f", help="Mean of the codes, how far from 0."),
            "standard deviation": st.column_config.NumberColumn(format="%.2f", help="Of the codes; the prior's is 1."),
            "MSE": st.column_config.NumberColumn(format="%.4f", help="Of images held back."),
            "distance of samples": st.column_config.NumberColumn(
                format="%.3f", help="64 codes from N(0, 1), decoded: how far from the nearest training image."
            ),
        },
    )  # fmt: skip
    st.caption("The plain net, epoch by epoch. Watch the numbers at its axes.")
    planes.atlas(twin[0], f"{key}:atlas:{twin[0].digest}")


def _planes(runs: dict[str, Run]) -> dict[str, latent.Array]:
    found = {}
    for name, run in runs.items():
        codes = run.codes()
        found[name] = latent.plane(codes).points(codes)
    return found


@st.cache_data(max_entries=64, show_spinner=False)
def _sampled(digest: str, created: str, count: int, draw: int, _run: Run) -> Judged:
    return sampled(_run, count, draw)


@st.cache_data(max_entries=64, show_spinner=False)
def _typical(dataset: str, _run: Run) -> float:
    return typical_distance(_run)


def betas(run: Run, key: str) -> None:
    """The same net for every β: codes beside each other, and what reconstruction and KL come to."""
    found = runs_of(with_betas(run.experiment), f"Train {len(BETAS)} values of β", key)
    if found is None:
        return
    pictures = {f"β = {beta:g}": one for beta, one in zip(BETAS, found, strict=True)}
    same = st.toggle("All at the same scale", value=False, key=f"{key}:scale")
    chart = charts.by_class(_planes(pictures), run.images.labels.tolist(), same)
    st.plotly_chart(chart, key=f"{key}:scatter", config=_PLAIN)
    figures = [one.metrics for one in found]
    recon_losses, kls = [one["recon_loss"] for one in figures], [one["kl"] for one in figures]
    left, right = st.columns([3, 2])
    left.plotly_chart(charts.trade(BETAS, recon_losses, kls), key=f"{key}:trade", config=_PLAIN)
    table = pd.DataFrame(
        {
            "β": BETAS, "reconstruction": recon_losses, "KL": kls, "MSE": [one["mse"] for one in figures],
            "active": [one["active"] for one in figures],
        }
    )  # fmt: skip
    right.dataframe(table, hide_index=True, key=f"{key}:table")
    right.download_button(
        "Table as CSV", table.to_csv(index=False), f"beta-{run.digest}.csv", "text/csv", icon=":material/download:",
        key=f"{key}:csv", on_click="ignore",
    )  # fmt: skip


def numbers(run: Run, key: str) -> None:
    """Which numbers of the code say something about an image."""
    if not run.experiment.model.variational:
        st.info("Only a variational code pays for each number that it uses.", icon=":material/info:")
        return
    used = active(torch.from_numpy(run.codes())).tolist()
    st.plotly_chart(charts.numbers(run.metrics["kl_each"], used), key=f"{key}:numbers", config=_PLAIN)
    st.markdown(
        f"**{sum(used)} of {len(used)}** are active: their mean differs between images (variance above 0.01). The KL "
        "of the others is near 0: they are noise to the decoder."
    )


@st.fragment
def samples(run: Run, key: str) -> None:
    """Digits from the prior, each above the training image nearest to it."""
    draw = st.session_state.setdefault(f"{key}:draw", 0)
    if st.button("Draw again", icon=":material/casino:", key=f"{key}:again"):
        draw = st.session_state[f"{key}:draw"] = draw + 1
    title = "Variational" if run.experiment.model.variational else "Plain autoencoder"
    emoji.shown(run, _sampled(run.digest, run.created, SAMPLES, draw, run), title, 48)
    typical = _typical(run.experiment.dataset, run)
    st.markdown(
        f"Real images that the net was not trained on are **{typical:.3f}** from the nearest training image, on "
        "average. Samples that are much closer are blurred means or copies; much farther ones are no digits."
    )
