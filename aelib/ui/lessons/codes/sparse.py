"""Parts of the lesson on large codes: features as pictures, cures against copying, planted features found again."""

import pandas as pd
import streamlit as st
import torch

from aelib import datasets
from aelib.analysis import judged
from aelib.analysis.codes import activations, activity, dictionary
from aelib.charts import codes as charts
from aelib.charts import glyphs
from aelib.experiment import Experiment, change, presets
from aelib.training import Run
from aelib.ui.components.figures import chart, table_with_csv
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.links import link_compare

FEATURES = 48  # that are shown
PAIRS = 24
WITH_IMAGES, TOP = 12, 6  # features that are shown with images, and images of each
EDGE = 0.6  # coherence above which a feature is an edge
SMALLEST_EDGE = 8  # pixels of a side from which on a direction can be told
OFTEN = 0.5  # share of images above which a number is active often
CURES = {
    "no cure": "digits-overcomplete",
    "L1": "digits-sparse-l1",
    "KL to a rate": "digits-sparse-kl",
    "k largest": "digits-k-sparse",
}
NOISE = 0.2  # standard deviation that tests whether a net copies


def is_dense(run: Run) -> bool:
    """Whether each number of the code draws one picture."""
    return run.experiment.model.dense and not run.experiment.model.variational


def _picture(feature: torch.Tensor) -> torch.Tensor:
    """Grey where a feature changes nothing, darker and lighter where it takes away and adds."""
    return 0.5 + 0.5 * feature / feature.abs().max().clamp(min=1e-9)


def features(run: Run, key: str) -> None:
    """What the numbers of the code draw, the most used first."""
    found = activity.activity(run.codes())
    order = found.order[:FEATURES]
    drawn = dictionary.learnt_features(run)
    columns = [
        ([glyphs.tile(glyphs.colours(_picture(drawn[i]).numpy()), f"feature {i}", 44)], f"{found.rates[i]:.0%}", False)
        for i in order
    ]
    st.html(glyphs.row(columns))
    text = (
        f"The {len(order)} most used of {run.latent_dim} numbers, each with the share of images in which it is active."
    )
    if min(run.spec.shape[1:]) >= SMALLEST_EDGE:
        edges = dictionary.coherence(drawn[order].mean(dim=1)) > EDGE
        text += (
            f" **{int(edges.sum())} of {len(order)}** are edges or stripes: their grey changes along one direction "
            f"(coherence above {EDGE:g}). Of random noise hardly any are."
        )
    st.markdown(text)


def top_images(run: Run, key: str) -> None:
    """For the most used numbers of the code, the images for which each is largest."""
    codes = run.codes()
    found = activity.activity(codes)
    drawn, images = dictionary.learnt_features(run), run.spec.drawn(run.images.images().numpy())
    columns = []
    for number in found.order[:WITH_IMAGES]:
        tiles = [glyphs.tile(glyphs.colours(_picture(drawn[number]).numpy()), f"feature {number}", 48)]
        tiles += [
            glyphs.tile(glyphs.colours(images[i]), run.images.names[i], 36) for i in activity.top(codes, number, TOP)
        ]
        columns.append((tiles, f"{found.rates[number]:.0%}", False))
    st.html(glyphs.row(columns))
    text = (
        f"On top the feature, below it the {TOP} of {len(codes):,} images for which its number is largest, and the "
        "share of images in which it is active."
    )
    if run.spec.classes > 1:
        pure = activity.purity(codes, run.images.labels.numpy(), TOP)
        pixels = activity.purity(run.images.images().flatten(1).numpy(), run.images.labels.numpy(), TOP)
        text += (
            f" On average **{pure:.0%}** of these images are of one class; where single pixels are darkest it is "
            f"{pixels:.0%}."
        )
    st.markdown(text)


def density(run: Run, key: str) -> None:
    """How many numbers of the code are active in an image, and in how many images each is."""
    found = activity.activity(run.codes())
    left, right = st.columns(2)
    with left:
        chart(charts.shares(found.counts, "active numbers of an image", "share of images"), f"{key}:counts")
    with right:
        rates = charts.shares(found.rates, "share of images in which a number is active", "share of numbers", ".0%")
        chart(rates, f"{key}:rates")
    st.markdown(
        f"On average **{found.counts.mean():.1f}** of {run.latent_dim} numbers are active in an image "
        f"({found.counts.min()} to {found.counts.max()}). **{found.never}** are active in none of the "
        f"{len(found.counts):,} images, and **{int((found.rates > OFTEN).sum())}** in more than half of them: a number "
        "that is always on says little about the image, one that never is says nothing. Active means above a tenth of "
        "the number's largest value."
    )


def inside(run: Run, key: str) -> None:
    """A sparse net on the activations of one layer of this run, and the images that its features stand for."""
    names = list(activations.layers(run))
    if not names:
        st.info("No layer of this net has units that fill a rectangle: choose layers of 16, 32 or 64.")
        return
    layer = st.selectbox(
        "Layer", names, index=None, placeholder="Choose a layer of this net", key=f"{key}:layer:{run.digest}"
    )
    if layer is None:
        return
    wanted = activations.sparse(run, _kept(run.digest, run.created, layer, run))
    found = runs_of([wanted], "Train a sparse net on its activations", f"{key}:{layer}")
    if found is None:
        return
    (net,) = found
    link_compare([wanted], "Compare the sparse net with others", add=True)
    _, shown = activations.parts(run.spec)
    codes = net.codes_of(datasets.test_set(net.spec).pixels)
    images = run.spec.drawn(shown.images().numpy())
    used = activity.activity(codes)
    columns = []
    for number in used.order[:WITH_IMAGES]:
        tops = activity.top(codes, number, TOP)
        tiles = [glyphs.tile(glyphs.colours(images[i]), shown.names[i], 36) for i in tops]
        columns.append((tiles, f"{used.rates[number]:.0%}", False))
    st.html(glyphs.row(columns))
    st.caption(
        f"A column for each of the {WITH_IMAGES} most used of {net.latent_dim} features: the {TOP} images that drive "
        "it most, and the share of images in which it is active."
    )
    if run.spec.classes < 2:
        return
    units = activations.activations(run, layer, shown).numpy()
    labels = shown.labels.numpy()
    ours, theirs = activity.purity(codes, labels, TOP), activity.purity(units, labels, TOP)
    verdict = "more than" if ours > theirs else "not more than"
    why = (
        " A layer has fewer units than there are things to say, so a unit takes part in several; a sparse code with "
        "more numbers than units takes them apart."
    )
    st.markdown(
        f"Of the {TOP} images that drive a feature most, **{ours:.0%}** are of one class on average, {verdict} of "
        f"those that drive a single unit of *{layer}* most (**{theirs:.0%}**).{why if ours > theirs else ''}"
    )


@st.cache_data(max_entries=16, show_spinner="Following every image to this layer")
def _kept(digest: str, created: str, layer: str, _run: Run) -> str:
    return activations.keep(_run, layer)


def experiments() -> list[Experiment]:
    """Nets on 8x8 digits with the same large code: without a cure, and with each."""
    found = [presets.get(name) for name in CURES.values()]
    noise = {"corruption.kind": "gaussian", "corruption.level": NOISE, "corruption.where": "train"}
    return [*found, *(change(found[0], changes) for changes in (noise, {"model.dropout": 0.3}))]


def cures(run: Run, key: str) -> None:
    """The same large code without a cure and with five."""
    wanted = experiments()
    found = runs_of(wanted, f"Train {len(wanted)} nets", key)
    if found is None:
        return
    names = [*CURES, "noise", "dropout"]
    rows = []
    for name, one in zip(names, found, strict=True):
        images = one.images.images()
        draws = NOISE * torch.randn(images.shape, generator=torch.Generator().manual_seed(0))
        cleaned = float((one.restored((images + draws).clamp(0, 1)) - images).square().mean())
        figures = judged.figures(one)
        rows.append((name, one.metrics["mse"], cleaned, judged.active_rate(one), figures["knn_accuracy"]))
    columns = ["cure", "MSE", "MSE of noisy images", "active", "5-NN accuracy"]
    table = pd.DataFrame(rows, columns=columns)
    formats = ("%.5f", "%.5f", "percent", "percent")
    numbers = {
        name: st.column_config.NumberColumn(format=text) for name, text in zip(columns[1:], formats, strict=True)
    }
    table_with_csv(table, "cures.csv", key, column_config=numbers)
    plain = rows[0]
    fewest, best = min(rows, key=lambda row: row[3]), min(rows, key=lambda row: row[2])
    st.markdown(
        f"Without a cure the net copies its images with an MSE of {plain[1]:.5f}, and of noisy images it copies the "
        f"noise too ({plain[2]:.5f}); with **{best[0]}** that is {best[2]:.5f}. Fewest numbers are active with "
        f"**{fewest[0]}**: {fewest[3]:.0%} of the code instead of {plain[3]:.0%}."
    )


def planted(run: Run, key: str) -> None:
    """Planted features above what the net has found, the best matched first."""
    found = dictionary.recovery(run)
    order = found.cosines.argsort()[::-1]
    chosen = [*order[: PAIRS // 2], *order[-PAIRS // 2 :]]
    columns = []
    for i in chosen:
        tiles = [
            glyphs.tile(glyphs.colours(_picture(one[i]).numpy()), f"{what} {i}", 44)
            for what, one in (("planted feature", found.planted), ("learnt feature for", found.learnt))
        ]
        columns.append((tiles, f"{found.cosines[i]:.2f}", bool(found.cosines[i] <= dictionary.MATCHED)))
    st.html(glyphs.row(columns))
    st.markdown(
        f"**{found.recovered:.1%}** of the {len(found.cosines)} planted features have a learnt one with a cosine "
        f"above {dictionary.MATCHED:g}. Shown are the {PAIRS // 2} best and the {PAIRS // 2} worst pairs, planted "
        "above learnt."
    )
