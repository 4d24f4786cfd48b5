"""Parts of the lesson on digits: comparison with a plain net, values of β, active latent dimensions."""

import pandas as pd
import streamlit as st

from aelib.analysis.generative.generation import aggregated_posterior
from aelib.charts.latent import variational as charts
from aelib.core.language import _, number
from aelib.experiment.variants import BETAS, plain
from aelib.experiment.variants import betas as with_betas
from aelib.metrics import latent_space
from aelib.training import Run
from aelib.ui.components.figures import chart, csv_button
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.views import latent_plane, samples

IN_A_ROW = 4  # small charts
POINTS = 500  # codes in each chart
SAMPLES = 200  # decoded codes
ALIKE = 0.1  # relative difference of two distances below which they count as alike


def against_plain(run: Run, key: str) -> None:
    """Compare the net with and without a prior: the distribution of its codes, and samples between them."""
    if not run.experiment.model.variational:
        st.info(
            _("This net is the plain autoencoder: switch on *Variational* above to compare."), icon=":material/info:"
        )
        return
    twin = runs_of([plain(run.experiment)], _("Train the plain autoencoder too"), key)
    if twin is None:
        return
    pair = {"variational": run, "plain": twin[0]}
    same = st.toggle(_("Both at the same scale"), value=True, key=f"{key}:scale", persist_state="session")
    _scatters(run, pair, same, key)
    rows = []
    for name, one in pair.items():
        centre, deviation = aggregated_posterior(one)
        found = samples.drawn(one.digest, one.created, SAMPLES, 0, one)
        rows.append((name, centre, deviation, one.metrics["mse"], found.classes, float(found.distances.mean())))
    columns = ["net", "centre", _("standard deviation"), "MSE", _("classes of samples"), _("distance of samples")]
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        key=f"{key}:table",
        column_config={
            "centre": st.column_config.NumberColumn(format="%.2f", help=_("Distance of the mean of all codes from 0.")),
            _("standard deviation"): st.column_config.NumberColumn(
                format="%.2f", help=_("Of codes sampled for all images; that of the prior is 1.")
            ),
            "MSE": st.column_config.NumberColumn(format="%.4f", help=_("Of held-out images.")),
            _("classes of samples"): st.column_config.NumberColumn(
                format="%.1f",
                help=_(
                    "How many classes {samples} decoded codes from N(0, 1) spread over, by the classes of "
                    "their nearest training images: e to the entropy of their shares.",
                    samples=SAMPLES,
                ),
            ),
            _("distance of samples"): st.column_config.NumberColumn(
                format="%.3f",
                help=_(
                    "Mean distance of {samples} decoded codes from N(0, 1) to their nearest training images.",
                    samples=SAMPLES,
                ),
            ),
        },
    )
    st.markdown(_in_words(rows, run.spec.classes))
    st.caption(_("The plain net, epoch by epoch. Watch the scale of its axes."))
    latent_plane.class_plane(twin[0], f"{key}:atlas:{twin[0].digest}")


def _in_words(rows: list[tuple[str, float, float, float, float, float]], classes: int) -> str:
    """What the table shows. rows: the variational net, then the plain one."""
    (here, ours, near), (there, theirs, far) = ((row[2], row[4], row[5]) for row in rows)
    text = _(
        "The prior keeps the codes at a standard deviation of **{here:.2f}**; without it they have **{there:.2f}**. ",
        here=here,
        there=there,
    )
    spread = {"ours": ours, "classes": classes, "theirs": theirs}
    if theirs < ours:
        text += _(
            "Codes drawn from N(0, 1) spread over **{ours:.1f}** of {classes} classes with the variational net and "
            "over **{theirs:.1f}** with the plain one, whose other digits lie where N(0, 1) hardly reaches. ",
            **spread,
        )
    else:
        text += _(
            "Codes drawn from N(0, 1) spread over **{ours:.1f}** of {classes} classes with the variational net and "
            "over **{theirs:.1f}** with the plain one: here the plain net's codes happen to lie where N(0, 1) "
            "reaches. ",
            **spread,
        )
    if abs(near - far) < ALIKE * max(near, far):
        return text + _(
            "A single sample is about as near to a training image in both ({near:.3f} and {far:.3f}).",
            near=near,
            far=far,
        )
    return text + _(
        "A single sample is {near:.3f} from its nearest training image, and {far:.3f} with the plain net.",
        near=near,
        far=far,
    )


def _scatters(run: Run, nets: dict[str, Run], same_scale: bool, key: str) -> None:
    """A legend of the classes, then a chart of each net's codes, up to IN_A_ROW in a row."""
    labels = run.images.labels[:POINTS].tolist()
    used = [(label, charts.CLASSES[label % len(charts.CLASSES)]) for label in sorted(set(labels))]
    st.html(_("Classes: ") + " ".join(f'<b style="color:{colour}">{label}</b>' for label, colour in used))
    figures = charts.by_class(_planes(nets), labels, same_scale)
    across = min(IN_A_ROW, len(figures))
    names = list(figures)
    for start in range(0, len(names), across):
        for cell, name in zip(st.columns(across), names[start : start + across], strict=False):
            with cell:
                chart(figures[name], f"{key}:scatter:{name}")


def _planes(runs: dict[str, Run]) -> dict[str, latent_space.Array]:
    found = {}
    for name, run in runs.items():
        codes = run.codes()[:POINTS]
        found[name] = latent_space.plane(codes).points(codes)
    return found


def betas(run: Run, key: str) -> None:
    """Compare the net for several β: codes side by side, reconstruction loss and KL."""
    found = runs_of(with_betas(run.experiment), _("Train {betas} values of β", betas=len(BETAS)), key)
    if found is None:
        return
    pictures = {f"β = {number(beta, 'g')}": one for beta, one in zip(BETAS, found, strict=True)}
    same = st.toggle(_("All at the same scale"), value=False, key=f"{key}:scale", persist_state="session")
    _scatters(run, pictures, same, key)
    figures = [one.metrics for one in found]
    recon_losses, kls = [one["recon_loss"] for one in figures], [one["kl"] for one in figures]
    left, right = st.columns(2)
    with left:
        chart(charts.trade(BETAS, recon_losses, kls), f"{key}:trade")
    table = pd.DataFrame(
        {
            "β": BETAS,
            "reconstruction": recon_losses,
            "KL": kls,
            "MSE": [one["mse"] for one in figures],
            "active": [one["active"] for one in figures],
        }
    )
    right.dataframe(table, hide_index=True, key=f"{key}:table")
    with right:
        csv_button(table, f"beta-{run.digest}.csv", key)


def numbers(run: Run, key: str) -> None:
    """Show which latent dimensions carry information about the images."""
    if not run.experiment.model.variational:
        st.info(_("Only in a variational net does each latent dimension cost KL."), icon=":material/info:")
        return
    used, kl_each = run.metrics["active_each"], run.metrics["kl_each"]
    chart(charts.numbers(kl_each, [bool(one) for one in used]), f"{key}:numbers")
    idle = [kl for kl, one in zip(kl_each, used, strict=True) if not one]
    text = _(
        "**{used} of {used_2}** are active: their mean differs between images (variance above 0.01).",
        used=sum(used),
        used_2=len(used),
    )
    if idle:
        text += _(
            " The others have a mean KL of {idle:.2g} nats; for the decoder they are noise.", idle=sum(idle) / len(idle)
        )
    st.markdown(text)
