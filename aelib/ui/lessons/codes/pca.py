"""Parts of the lesson on PCA: planes, axes, a bend (nonlinearity) and depth, where PCA wins."""

import pandas as pd
import streamlit as st
import torch

from aelib import datasets
from aelib.analysis.linear import duel, plane
from aelib.charts import glyphs
from aelib.charts.latent import pca as charts
from aelib.core.language import _
from aelib.core.language import number as written
from aelib.metrics.image_quality import evenly
from aelib.training import Run
from aelib.ui.components.figures import chart, table_with_csv
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.caching import cached

EXAMPLES = 10  # images shown
AXES = 12  # axes shown of each kind
IMAGES = ("font5x7", "digits8x8", "letters")
CHART_BITS = 8  # per number of the code, in the chart; one of duel.BITS
SAME_ANGLE = 1.0  # degrees up to which two planes count as the same
SAME_ERROR = 0.001  # relative difference of errors up to which they count as the same
SAME_AXIS = 0.99  # cosine above which two axes count as the same


@st.cache_data(max_entries=32, show_spinner=False)
def _against(digest: str, created: str, _run: Run) -> plane.AgainstPCA:
    return plane.against_pca(_run)


@cached("Comparing nets with PCA", max_entries=32)
def _rounds(nets: list[tuple[str, str]], _runs: list[Run]) -> list[duel.Round]:
    return duel.rounds(_runs)


def is_linear(run: Run) -> bool:
    """Whether the net is linear, so that it has a plane to compare with that of PCA."""
    return plane.is_linear(run.resolved)


def the_plane(run: Run, key: str) -> None:
    """Principal angles, images beside both reconstructions, and the error beside the smallest possible one."""
    found = _against(run.digest, run.created, run)
    ours = plane.training_error(run)
    above = ours / found.pca.training_mse - 1
    same = found.largest_angle < SAME_ANGLE
    verdict = _("the net **has found the plane of PCA**") if same else _("the net is **not yet** in the plane of PCA")
    st.markdown(
        _(
            "The largest angle between the two planes is **{largest_angle:.2g}°**: {verdict}. The least MSE "
            "that {latent_dim} linear numbers can have on the training images comes from the singular values "
            "that PCA leaves out: **{training_mse:.6f}**. The net has {ours:.6f}, {above:.2%} more.",
            largest_angle=found.largest_angle,
            verdict=verdict,
            latent_dim=run.latent_dim,
            training_mse=found.pca.training_mse,
            ours=ours,
            above=above,
        )
    )
    if not run.spec.memorised:
        st.markdown(
            _(
                "On test images, which neither has seen, PCA has {mse:.6f} and the net {mse_2:.6f}: there, "
                "nothing forbids that the net is a little better.",
                mse=found.mse,
                mse_2=run.metrics["mse"],
            )
        )
    images = run.images.images()[evenly(len(run.images), EXAMPLES)]
    rows = ((images, "original"), (found.pca.restored(images), "PCA"), (run.restored(images), "net"))
    columns = []
    for number in range(len(images)):
        tiles = [glyphs.tile(glyphs.colours(one[number].numpy()), what, 48) for one, what in rows]
        columns.append((tiles, "", False))
    st.html(glyphs.row(columns))
    st.caption(_("From top to bottom: the image, PCA's reconstruction, the net's."))
    chart(charts.angles(found.angles), f"{key}:angles")


def _pictures(axes: plane.Numbers, run: Run, name: str, captions: list[str]) -> None:
    columns = []
    for number, caption in enumerate(captions, 1):
        drawn = torch.from_numpy(axes[number - 1]).view(run.spec.shape)
        picture = glyphs.colours((0.5 + 0.5 * drawn / drawn.abs().max().clamp(min=1e-9)).numpy())
        columns.append(([glyphs.tile(picture, f"{name} {number}", 52)], caption, False))
    st.markdown(f"**{name}**")
    st.html(glyphs.row(columns))


def axes(run: Run, key: str) -> None:
    """The axes of PCA and of the code as pictures, their cosines, and how PCA of the outputs gives the axes of PCA."""
    found = _against(run.digest, run.created, run)
    shown = min(run.latent_dim, AXES)
    near = plane.cosines(found.axes, found.pca.components)
    again = plane.cosines(plane.axes_of_outputs(run), found.pca.components).diagonal()
    _pictures(found.pca.components, run, _("PCA's axes"), [str(i) for i in range(1, shown + 1)])
    _pictures(found.axes, run, _("The net's axes"), [written(cosine, ".2f") for cosine in near.max(axis=1)[:shown]])
    st.caption(_("Below an axis of the net: its cosine with the nearest axis of PCA. 1 is the same, 0 a right angle."))
    alike = int((near.max(axis=1) > SAME_AXIS).sum())
    st.markdown(
        _(
            "**{alike} of {latent_dim}** axes of the net are axes of PCA. Its error cannot tell: mix the "
            "numbers of the code by any matrix that can be inverted, undo it in front of the decoder, and "
            "every output stays the same. Training stops at one of these mixtures. PCA picks one: right "
            "angles, most variance first.\n\nPCA of the net's **outputs** finds the axes again: their cosines "
            "with the axes of the images are **{min:.3f} to {max:.3f}**.",
            alike=alike,
            latent_dim=run.latent_dim,
            min=again.min(),
            max=again.max(),
        )
    )
    chart(charts.cosines(near, _("axis of the net")), f"{key}:cosines")


def bend_and_depth(run: Run, key: str) -> None:
    """The same size of code with a linear net, a bend (nonlinearity), depth, and both: errors beside PCA."""
    pca = plane.principal(run.spec, run.latent_dim)
    wanted = duel.bend_and_depth(run.spec, run.latent_dim)
    found = runs_of(list(wanted.values()), _("Train {wanted} nets", wanted=len(wanted)), key)
    if found is None:
        return
    errors = [plane.training_error(one) for one in found]
    rows: list[tuple[str, str, float, float]] = [("PCA", "", pca.training_mse, pca.test_mse)]
    for name, one, error in zip(wanted, found, errors, strict=True):
        rows.append((name, one.experiment.network, error, one.metrics["mse"]))
    columns = ["net", "layers", _("MSE, training"), _("MSE, test")]
    table = pd.DataFrame(rows, columns=columns)
    if run.spec.memorised:
        table = table.drop(columns=_("MSE, test"))
    numbers = {name: st.column_config.NumberColumn(format="%.5f") for name in columns[2:]}
    table_with_csv(table, f"bend-and-depth-{run.digest}.csv", key, column_config=numbers)
    better = [name for name, error in zip(wanted, errors, strict=True) if error < pca.training_mse * (1 - SAME_ERROR)]
    worse = [name for name in wanted if name not in better]
    st.markdown(
        _(
            "Better than PCA on the training images: **{value}**. Not better: **{value_2}**. A decoder without "
            "a bend draws a plane, whatever the encoder does, and no plane is better than PCA's. Only a bend "
            "in front of the last layer can leave it; depth alone cannot.",
            value=", ".join(better) or _("none"),
            value_2=", ".join(worse) or _("none"),
        )
    )


def where_pca_wins(run: Run, key: str) -> None:
    """Nets of several code sizes beside PCA, on images that the user chooses, at three numbers of bits."""
    names = list(dict.fromkeys([run.experiment.dataset, *IMAGES]))
    name = st.segmented_control(
        _("Images"),
        names,
        default=names[0],
        key=f"{key}:images",
        required=True,
        format_func=lambda one: _(datasets.spec(one).title),
    )
    wanted = duel.code_sizes(datasets.spec(name))
    found = runs_of(wanted, _("Train {wanted} nets", wanted=len(wanted)), f"{key}:{name}")
    if found is None:
        return
    rounds = _rounds([(one.digest, one.created) for one in found], found)
    shown = [one for one in rounds if one.bits == CHART_BITS]
    chart(charts.against_numbers(shown), f"{key}:{name}:chart")
    st.caption(_("{chart_bits} bits a number. The table has all that were measured.", chart_bits=CHART_BITS))
    table = pd.DataFrame(
        [(one.numbers, one.bits, one.numbers * one.bits, one.pca_psnr, one.psnr, one.winner) for one in rounds],
        columns=[
            "numbers",
            _("bits a number"),
            _("bits an image"),
            _("PSNR of PCA, dB"),
            _("PSNR of the net, dB"),
            "better",
        ],
    )
    numbers = {column: st.column_config.NumberColumn(format="%.1f") for column in table.columns[3:5]}
    table_with_csv(table, f"pca-or-net-{name}.csv", f"{key}:{name}", column_config=numbers, height="content")
    wins = [one for one in rounds if one.winner == "PCA"]
    where = ", ".join(_("{numbers} numbers of {bits} bits", numbers=one.numbers, bits=one.bits) for one in wins)
    st.markdown(
        _(
            "**PCA wins {wins} of {rounds} times**{value}. It needs no training, has one best answer, and one "
            "matrix is all that must be kept ({pixels:,} weights a number; the largest of these nets has "
            "{parameters:,}).",
            wins=len(wins),
            rounds=len(rounds),
            value=": " + where if where else "",
            pixels=datasets.spec(name).pixels,
            parameters=found[-1].parameters,
        )
    )
