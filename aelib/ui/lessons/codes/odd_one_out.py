"""Parts of the lesson on odd images: scores with a threshold, rivals, best and worst images, seeds."""

import numpy as np
import pandas as pd
import streamlit as st
import torch

from aelib.analysis.anomalies.detection import Detection, detect
from aelib.analysis.anomalies.images import has_odd_ones, to_score
from aelib.analysis.anomalies.scores import NEIGHBOURS, SCORES, errors
from aelib.charts import glyphs
from aelib.charts.anomalies import detection as charts
from aelib.core.language import N_, _
from aelib.metrics import spread
from aelib.training import Run
from aelib.ui.components.figures import chart, table_with_csv
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.messages import fragment

SEEDS = 5
EXAMPLES = 7  # images of each kind
IMAGE, CURVE = 56, 112  # CSS pixels: width of an image and of a curve
LEVEL = 0.002  # difference of two areas below which they count as the same
CHALLENGES = (N_("inverted images"), N_("noise"), N_("empty images"))


@st.cache_data(max_entries=64, show_spinner=False)
def _detected(digest: str, created: str, name: str, _run: Run) -> Detection:
    return detect(_run, name)


def _found(run: Run, name: str) -> Detection:
    return _detected(run.digest, run.created, name, run)


def leaves_out(run: Run) -> bool:
    """Whether the run has odd images at all."""
    return has_odd_ones(run.spec)


def every_class(run: Run) -> bool:
    """Whether the run is trained on all classes."""
    return not leaves_out(run)


def nothing_is_odd(run: Run) -> None:
    """Say why there is nothing to find."""
    to_score(run)  # raises the sentence that says why


@fragment
def threshold(run: Run, key: str) -> None:
    """The histogram of a score, a threshold to move, and what it does."""
    _threshold(run, key)


def _threshold(run: Run, key: str) -> None:
    names = [name for name, one in SCORES.items() if one.fits(run)]
    name = st.selectbox(_("Score"), names, format_func=lambda one: _(SCORES[one].label), key=f"{key}:score")
    st.caption(_(SCORES[name].about, n=NEIGHBOURS))
    found = _found(run, name)
    start = found.threshold()
    low, high = float(found.scores.min()), float(found.scores.max())
    chosen = st.slider(
        _("Threshold: an alarm for every score above it"),
        low,
        high,
        start,
        (high - low) / 200,
        format="%.4g",
        key=f"{key}:threshold:{run.digest}:{name}",
        help=_("It starts where at most 5% of the normal images raise an alarm."),
    )
    chart(charts.histogram(found, chosen, _(SCORES[name].label)), f"{key}:histogram")
    at = found.at(chosen)
    st.markdown(
        _(
            "**{found} of {found_2}** odd images are found, and **{false_alarms} of {false_alarms_2}** normal "
            "ones raise a false alarm. Over all thresholds the area under the ROC curve is **{auroc:.3f}**: "
            "the chance that an odd image has a larger score than a normal one.",
            found=at.found,
            found_2=at.found + at.missed,
            false_alarms=at.false_alarms,
            false_alarms_2=at.false_alarms + at.passed,
            auroc=found.auroc,
        )
    )


def rivals(run: Run, key: str) -> None:
    """All scores, including those without a net: areas in a table, and both curves."""
    found = {_(one.label): _found(run, name) for name, one in SCORES.items() if one.fits(run)}
    left, right = st.columns(2)
    with left:
        chart(charts.roc(found), f"{key}:roc")
    with right:
        chart(charts.precision_recall(found), f"{key}:pr")
    rows = [(name, one.auroc, one.average_precision) for name, one in found.items()]
    table = pd.DataFrame(rows, columns=[_("score"), "AUROC", _("average precision")]).sort_values(
        "AUROC", ascending=False
    )
    numbers = {name: st.column_config.NumberColumn(format="%.3f") for name in table.columns[1:]}
    table_with_csv(table, f"odd-one-out-{run.digest}.csv", key, column_config=numbers)
    ours = found[_(SCORES["error"].label)].auroc
    without = {_(one.label): found[_(one.label)].auroc for one in SCORES.values() if not one.net}
    best = max(without, key=lambda name: without[name])
    level = abs(ours - without[best]) < LEVEL
    verdict = N_("The net's error ({ours:.3f}) does not beat the best rival without a net, {best} ({without:.3f}).")
    if level:
        verdict = N_("The net's error ({ours:.3f}) is level with the best rival without a net, {best} ({without:.3f}).")
    elif ours > without[best]:
        verdict = N_("The net's error ({ours:.3f}) is ahead of the best rival without a net, {best} ({without:.3f}).")
    st.markdown(_(verdict, ours=ours, best=best, without=without[best]))


def examples(run: Run, key: str) -> None:
    """The images that the net gets wrong and right: original, reconstruction, and where the error lies."""
    scored, found = to_score(run), _found(run, "error")
    width = CURVE if run.spec.signal else IMAGE
    order = np.argsort(found.scores)
    odd, normal = [i for i in order if found.odd[i]], [i for i in order if not found.odd[i]]
    for title, chosen in (
        (_("Odd images that the net hardly notices: the smallest errors"), odd[:EXAMPLES]),
        (_("Normal images that look odd to it: the largest errors"), normal[::-1][:EXAMPLES]),
        (_("Odd images that it is surest of"), odd[::-1][:EXAMPLES]),
    ):
        st.markdown(f"**{title}**")
        part = scored.images.pixels[torch.tensor(chosen)]
        outputs = run.restored(part.float() / 255)
        far = (outputs - part.float() / 255).square().mean(dim=1, keepdim=True).sqrt().clamp(0, 1)
        columns = []
        for number, image, output, where in zip(chosen, part.float() / 255, outputs, far, strict=True):
            label = str(int(scored.images.labels[number]))
            tiles = [
                glyphs.tile(glyphs.colours(run.spec.drawn(one.numpy())), f"{label}, {what}", width)
                for one, what in ((image, "original"), (output, "reconstruction"), (where, _("error, pixel by pixel")))
            ]
            columns.append((tiles, _("class {label} · {scores:.3f}", label=label, scores=found.scores[number]), False))
        st.html(glyphs.row(columns))
    st.caption(_("From top to bottom: the image, what the net makes of it, the error of each pixel."))


def challenges(run: Run, key: str) -> None:
    """Images that are no digits at all, beside the normal ones."""
    scored = to_score(run)
    normal = scored.images.pixels[torch.from_numpy(~scored.odd)]
    noise = torch.randint(0, 256, normal.shape, generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    usual = errors(run, normal)
    rows = []
    for name, strange in zip(CHALLENGES, (255 - normal, noise, torch.zeros_like(normal)), strict=True):
        found = Detection(
            np.concatenate([usual, errors(run, strange)]), np.repeat([False, True], [len(normal), len(strange)])
        )
        rows.append((_(name), float(found.scores[found.odd].mean()), found.auroc))
    table = pd.DataFrame(rows, columns=[_("images"), _("mean error"), "AUROC"])
    numbers = {name: st.column_config.NumberColumn(format="%.3f") for name in table.columns[1:]}
    st.dataframe(table, hide_index=True, key=f"{key}:table", column_config=numbers)
    worst = min(rows, key=lambda row: row[2])
    st.markdown(
        _(
            "The normal images have a mean error of **{mean:.3f}**. Hardest to tell from them are **{worst}**, "
            "with an AUROC of {worst_2:.3f}: an image that is easy to draw has a small error, odd or not.",
            mean=usual.mean(),
            worst=worst[0],
            worst_2=worst[2],
        )
    )


def seeds(run: Run, key: str) -> None:
    """The area of the same experiment with other seeds."""
    experiments = [run.experiment.with_values({"seed": seed}) for seed in range(SEEDS)]
    found = runs_of(experiments, _("Train {seeds} seeds", seeds=SEEDS), key)
    if found is None:
        return
    areas = [_found(one, "error").auroc for one in found]
    table = pd.DataFrame({"seed": range(SEEDS), "AUROC": areas})
    st.dataframe(
        table,
        hide_index=True,
        key=f"{key}:table",
        column_config={"AUROC": st.column_config.NumberColumn(format="%.4f")},
    )
    one = spread(areas)
    st.markdown(
        _(
            "AUROC of the reconstruction error: **{mean:.4f} ± {std:.4f}** over {seeds} seeds.",
            mean=one.mean,
            std=one.std,
            seeds=SEEDS,
        )
    )
