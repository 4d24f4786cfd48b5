"""Parts of the lesson on large codes: features as pictures, cures against copying, planted features found again."""

import pandas as pd
import streamlit as st
import torch

from aelib import datasets
from aelib.analysis import judged
from aelib.analysis.codes import activations, activity, dictionary
from aelib.charts import glyphs
from aelib.charts.latent import codes as charts
from aelib.core.language import N_, _
from aelib.core.language import number as written
from aelib.experiment import Experiment, change, labels, presets
from aelib.training import Run
from aelib.ui.components.figures import chart, table_with_csv
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.caching import cached
from aelib.ui.shell.links import link_compare

FEATURES = 48  # features that are shown
PAIRS = 24
WITH_IMAGES, TOP = 12, 6  # features that are shown with images, and images of each
EDGE = 0.6  # coherence above which a feature is an edge
SMALLEST_EDGE = 8  # pixels: smallest side for which a direction can be determined
OFTEN = 0.5  # share of images above which a number counts as often active
CURES = {
    N_("no cure"): "digits-overcomplete",
    "L1": "digits-sparse-l1",
    N_("KL to a rate"): "digits-sparse-kl",
    N_("k largest"): "digits-k-sparse",
}
NOISE = 0.2  # standard deviation of the noise that tests whether a net copies


def is_dense(run: Run) -> bool:
    """Whether each number of the code draws one picture."""
    return run.experiment.model.dense and not run.experiment.model.variational


def _picture(feature: torch.Tensor) -> torch.Tensor:
    """A feature as a picture: grey where it changes nothing, darker where it subtracts, lighter where it adds."""
    return 0.5 + 0.5 * feature / feature.abs().max().clamp(min=1e-9)


def features(run: Run, key: str) -> None:
    """What the numbers of the code draw, the most used first."""
    found = activity.activity(run.codes())
    order = found.order[:FEATURES]
    drawn = dictionary.learnt_features(run)
    columns = [
        (
            [glyphs.tile(glyphs.colours(_picture(drawn[i]).numpy()), _("feature {number}", number=i), 44)],
            written(found.rates[i], ".0%"),
            False,
        )
        for i in order
    ]
    st.html(glyphs.row(columns))
    text = _(
        "The {order} most used of {latent_dim} numbers, each with the share of images in which it is active.",
        order=len(order),
        latent_dim=run.latent_dim,
    )
    if min(run.spec.shape[1:]) >= SMALLEST_EDGE:
        edges = dictionary.coherence(drawn[order].mean(dim=1)) > EDGE
        text += _(
            " **{sum} of {order}** are edges or stripes: their grey changes along one direction (coherence "
            "above {edge:g}). Of random noise hardly any are.",
            sum=int(edges.sum()),
            order=len(order),
            edge=EDGE,
        )
    st.markdown(text)


def top_images(run: Run, key: str) -> None:
    """For the most used numbers of the code, the images for which each is largest."""
    codes = run.codes()
    found = activity.activity(codes)
    drawn, images = dictionary.learnt_features(run), run.spec.drawn(run.images.images().numpy())
    columns = []
    for number in found.order[:WITH_IMAGES]:
        tiles = [glyphs.tile(glyphs.colours(_picture(drawn[number]).numpy()), _("feature {number}", number=number), 48)]
        tiles += [
            glyphs.tile(glyphs.colours(images[i]), run.images.names[i], 36) for i in activity.top(codes, number, TOP)
        ]
        columns.append((tiles, written(found.rates[number], ".0%"), False))
    st.html(glyphs.row(columns))
    text = _(
        "On top the feature, below it the {top} of {codes:,} images for which its number is largest, and "
        "the share of images in which it is active.",
        top=TOP,
        codes=len(codes),
    )
    if run.spec.classes > 1:
        pure = activity.purity(codes, run.images.labels.numpy(), TOP)
        pixels = activity.purity(run.images.images().flatten(1).numpy(), run.images.labels.numpy(), TOP)
        text += _(
            " On average **{pure:.0%}** of these images are of one class; where single pixels are darkest "
            "it is {pixels:.0%}.",
            pure=pure,
            pixels=pixels,
        )
    st.markdown(text)


def density(run: Run, key: str) -> None:
    """How many numbers of the code are active in an image, and in how many images each is."""
    found = activity.activity(run.codes())
    left, right = st.columns(2)
    with left:
        chart(charts.shares(found.counts, _("active numbers of an image"), _("share of images")), f"{key}:counts")
    with right:
        rates = charts.shares(
            found.rates, _("share of images in which a number is active"), _("share of numbers"), ".0%"
        )
        chart(rates, f"{key}:rates")
    st.markdown(
        _(
            "On average **{mean:.1f}** of {latent_dim} numbers are active in an image ({min} to {max}). "
            "**{never}** are active in none of the {counts:,} images, and **{sum}** in more than half of them: "
            "a number that is always on says little about the image, one that never is says nothing. Active "
            "means above a tenth of the number's largest value.",
            mean=found.counts.mean(),
            latent_dim=run.latent_dim,
            min=found.counts.min(),
            max=found.counts.max(),
            never=found.never,
            counts=len(found.counts),
            sum=int((found.rates > OFTEN).sum()),
        )
    )


def inside(run: Run, key: str) -> None:
    """A sparse net on the activations of one layer of this run, and the images that its features stand for."""
    names = list(activations.layers(run))
    if not names:
        st.info(_("No layer of this net has units that fill a rectangle: choose layers of 16, 32 or 64."))
        return
    layer = st.selectbox(
        _("Layer"),
        names,
        index=None,
        format_func=labels.layer,
        placeholder=_("Choose a layer of this net"),
        key=f"{key}:layer:{run.digest}",
    )
    if layer is None:
        return
    wanted = activations.sparse(run, _kept(run.digest, run.created, layer, run))
    found = runs_of([wanted], _("Train a sparse net on its activations"), f"{key}:{layer}")
    if found is None:
        return
    (net,) = found
    link_compare([wanted], _("Compare the sparse net with others"), add=True)
    _rest, shown = activations.parts(run.spec)
    codes = net.codes_of(datasets.test_set(net.spec).pixels)
    images = run.spec.drawn(shown.images().numpy())
    used = activity.activity(codes)
    columns = []
    for number in used.order[:WITH_IMAGES]:
        tops = activity.top(codes, number, TOP)
        tiles = [glyphs.tile(glyphs.colours(images[i]), shown.names[i], 36) for i in tops]
        columns.append((tiles, written(used.rates[number], ".0%"), False))
    st.html(glyphs.row(columns))
    st.caption(
        _(
            "A column for each of the {with_images} most used of {latent_dim} features: the {top} images that "
            "drive it most, and the share of images in which it is active.",
            with_images=WITH_IMAGES,
            latent_dim=net.latent_dim,
            top=TOP,
        )
    )
    if run.spec.classes < 2:
        return
    units = activations.activations(run, layer, shown).numpy()
    classes = shown.labels.numpy()
    ours, theirs = activity.purity(codes, classes, TOP), activity.purity(units, classes, TOP)
    verdict = _("more than") if ours > theirs else _("not more than")
    why = _(
        " A layer has fewer units than there are things to say, so a unit takes part in several; a sparse "
        "code with more numbers than units takes them apart."
    )
    st.markdown(
        _(
            "Of the {top} images that drive a feature most, **{ours:.0%}** are of one class on average, "
            "{verdict} of those that drive a single unit of *{layer}* most (**{theirs:.0%}**).{value}",
            top=TOP,
            ours=ours,
            verdict=verdict,
            layer=labels.layer(layer),
            theirs=theirs,
            value=why if ours > theirs else "",
        )
    )


@cached("Following every image to this layer", max_entries=16)
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
    found = runs_of(wanted, _("Train {wanted} nets", wanted=len(wanted)), key)
    if found is None:
        return
    names = [*map(_, CURES), _("noise"), "dropout"]
    rows = []
    for name, one in zip(names, found, strict=True):
        images = one.images.images()
        draws = NOISE * torch.randn(images.shape, generator=torch.Generator().manual_seed(0))
        cleaned = float((one.restored((images + draws).clamp(0, 1)) - images).square().mean())
        figures = judged.figures(one)
        rows.append((name, one.metrics["mse"], cleaned, judged.active_rate(one), figures["knn_accuracy"]))
    columns = [_("cure"), "MSE", _("MSE of noisy images"), _("active"), _("5-NN accuracy")]
    table = pd.DataFrame(rows, columns=columns)
    formats = ("%.5f", "%.5f", "percent", "percent")
    numbers = {
        name: st.column_config.NumberColumn(format=text) for name, text in zip(columns[1:], formats, strict=True)
    }
    table_with_csv(table, "cures.csv", key, column_config=numbers)
    plain = rows[0]
    fewest, best = min(rows, key=lambda row: row[3]), min(rows, key=lambda row: row[2])
    st.markdown(
        _(
            "Without a cure the net copies its images with an MSE of {plain:.5f}, and of noisy images it "
            "copies the noise too ({plain_2:.5f}); with **{best}** that is {best_2:.5f}. Fewest numbers are "
            "active with **{fewest}**: {fewest_2:.0%} of the code instead of {plain_3:.0%}.",
            plain=plain[1],
            plain_2=plain[2],
            best=best[0],
            best_2=best[2],
            fewest=fewest[0],
            fewest_2=fewest[3],
            plain_3=plain[3],
        )
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
            for what, one in ((_("planted feature"), found.planted), (_("learnt feature for"), found.learnt))
        ]
        columns.append((tiles, written(found.cosines[i], ".2f"), bool(found.cosines[i] <= dictionary.MATCHED)))
    st.html(glyphs.row(columns))
    st.markdown(
        _(
            "**{recovered:.1%}** of the {cosines} planted features have a learnt one with a cosine above "
            "{matched:g}. Shown are the {pairs} best and the {pairs} worst pairs, planted above learnt.",
            recovered=found.recovered,
            cosines=len(found.cosines),
            matched=dictionary.MATCHED,
            pairs=PAIRS // 2,
        )
    )
