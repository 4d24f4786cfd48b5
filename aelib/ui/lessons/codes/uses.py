"""Parts of the lesson on what codes are good for: classes against the size of the code, clusters, search, maps."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from aelib.analysis.codes import features, neighbours, sizes
from aelib.analysis.codes.sizes import PCA, PIXELS, Worth
from aelib.charts import glyphs
from aelib.charts.latent import codes as charts
from aelib.charts.latent import variational as planes
from aelib.core.language import N_, _
from aelib.core.language import number as written
from aelib.metrics import latent_space
from aelib.metrics.image_quality import evenly
from aelib.training import Run
from aelib.ui.components.figures import chart, table_with_csv
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.caching import cached

KNN = "knn"
MEASURES: dict[str, tuple[str, Callable[[Worth], float | None]]] = {
    KNN: (
        N_("The share of test images whose class is that of most of the {n} training images with the nearest codes."),
        lambda one: one.knn,
    ),
    N_("linear probe"): (
        N_("The share of test images that logistic regression on the code puts into their class."),
        lambda one: one.probe,
    ),
    N_("error (MSE)"): (
        N_("How far the reconstruction is from the image: the codes were trained for this."),
        lambda one: one.mse,
    ),
}
CLOSE = 0.01  # accuracies that differ by less count as the same
MEMBERS = 8  # images shown of a cluster
MAPPED = 600  # images on a map
CODE = N_("code of the net")


def _measure(name: str) -> str:
    """What a measure is called."""
    return _("{n} nearest neighbours", n=features.NEIGHBOURS) if name == KNN else _(name)


@cached("Comparing codes", max_entries=16)
def _worths(kinds: list[str], nets: list[tuple[str, str]], _runs: list[Run]) -> list[Worth]:
    return sizes.worths(kinds, _runs)


def sizes_of_codes(run: Run, key: str) -> None:
    """Codes of several sizes and kinds by what they are good for, PCA and pixels beside them."""
    wanted = sizes.of_kinds(run.experiment, run.spec)
    found = runs_of(list(wanted.values()), _("Train {wanted} nets", wanted=len(wanted)), key)
    if found is None:
        return
    worths = _worths([kind for kind, _numbers in wanted], [(one.digest, one.created) for one in found], found)
    measure = st.segmented_control(
        _("Measure"), list(MEASURES), default=KNN, required=True, key=f"{key}:measure", format_func=_measure
    )
    about, value = MEASURES[measure]
    st.caption(_(about, n=features.NEIGHBOURS))
    lines: dict[str, list[tuple[int, float]]] = {}
    for one in worths:
        if one.kind != PIXELS and (figure := value(one)) is not None:
            lines.setdefault(_(one.kind), []).append((one.numbers, figure))
    level = value(worths[-1])
    baseline = None if level is None else (f"{_(PIXELS)}: {written(level, '.1%')}", level)
    title = _("accuracy, {measure}", measure=_measure(measure)) if level is not None else _measure(measure)
    chart(
        charts.against_numbers(lines, title, baseline, shares=level is not None),
        f"{key}:chart",
    )
    columns = [_("code"), _("numbers"), "5-NN", _("linear probe"), "MSE"]
    table = pd.DataFrame([(_(one.kind), one.numbers, one.knn, one.probe, one.mse) for one in worths], columns=columns)
    formats = dict(zip(columns[2:], ("percent", "percent", "%.4f"), strict=True))
    numbers = {name: st.column_config.NumberColumn(format=text) for name, text in formats.items()}
    with st.expander(_("Table")):
        table_with_csv(table, f"codes-{run.digest}.csv", key, column_config=numbers)
    st.markdown(_verdict(worths))


def _verdict(worths: list[Worth]) -> str:
    """In words: the accuracies by nearest neighbours, for the smallest code and over all sizes."""
    codes, pixels = worths[:-1], worths[-1]
    fewest = min(one.numbers for one in codes)
    small = sorted((one for one in codes if one.numbers == fewest), key=lambda one: -one.knn)
    linear = next(one for one in small if one.kind == PCA)
    text = _(
        "With **{fewest} numbers** the neighbours of **{kind}** codes name {knn:.0%} of the test images, "
        "those of PCA {knn_2:.0%}, and those of {kind_2} codes {knn_3:.0%}. ",
        fewest=fewest,
        kind=_(small[0].kind),
        knn=small[0].knn,
        knn_2=linear.knn,
        kind_2=_(small[-1].kind),
        knn_3=small[-1].knn,
    )
    behind = [one.numbers for one in codes if one.kind == PCA and not _level(one, codes)]
    level = [one.numbers for one in codes if one.kind == PCA and one.numbers > max(behind, default=0)]
    text += (
        _("From **{level} numbers** on PCA is as good as any net. ", level=min(level))
        if level
        else _("PCA never comes level. ")
    )
    best = max(codes, key=lambda one: one.knn)
    figures = {
        "kind": _(best.kind),
        "numbers": best.numbers,
        "knn": best.knn,
        "all": pixels.numbers,
        "theirs": pixels.knn,
    }
    if best.knn > pixels.knn - CLOSE:
        text += _(
            "The best code ({kind}, {numbers} numbers: {knn:.1%}) is as good as the {all:,} pixels themselves "
            "({theirs:.1%}). ",
            **figures,
        )
    else:
        text += _(
            "The best code ({kind}, {numbers} numbers: {knn:.1%}) is not as good as the {all:,} pixels themselves "
            "({theirs:.1%}). ",
            **figures,
        )
    return text + _("A code that is good for reconstruction need not be good for classes: compare the three measures.")


def _level(one: Worth, others: list[Worth]) -> bool:
    """Whether no other code of the same size is better."""
    return all(one.knn > other.knn - CLOSE for other in others if other.numbers == one.numbers)


@cached("Encoding", max_entries=4)
def _features(digest: str, created: str, _run: Run) -> dict[str, features.Labelled]:
    """Codes by the net, by PCA with as many numbers, and the pixels. PCA is left out where it has fewer numbers."""
    found = {CODE: features.codes(_run)}
    if _run.latent_dim <= min(_run.spec.pixels, len(found[CODE].train)):
        found[PCA] = features.components(_run.spec, _run.latent_dim)
    return found | {PIXELS: features.pixels(_run.spec)}


def of(run: Run) -> dict[str, features.Labelled]:
    """Codes of the net, of PCA, and pixels, kept for this run."""
    return _features(run.digest, run.created, run)


@cached("Forming clusters", max_entries=32)
def _clusters(digest: str, created: str, _run: Run) -> dict[str, neighbours.Clusters]:
    return {name: neighbours.clusters(one) for name, one in of(_run).items()}


def clusters(run: Run, key: str) -> None:
    """k-means of the codes: what each centre draws, which images it has, and how well clusters and classes agree."""
    found = _clusters(run.digest, run.created, run)
    ours = found[CODE]
    _train, test = features.parts(run.spec)
    drawn = run.spec.drawn
    centres = drawn(run.decode(ours.centres))
    columns = []
    for number in sorted(range(len(centres)), key=lambda one: ours.classes[one]):
        members = np.flatnonzero(ours.members == number)
        shown = members[evenly(len(members), MEMBERS)]
        tiles = [glyphs.tile(glyphs.colours(centres[number]), _("what the centre draws"), 52)]
        tiles += [
            glyphs.tile(glyphs.colours(image), _("member of class {label}", label=label), 32)
            for image, label in zip(drawn(test.images()[shown].numpy()), test.labels[shown].tolist(), strict=True)
        ]
        caption = _(
            "mostly {classes}\n{shares:.0%} of {members}",
            classes=ours.classes[number],
            shares=ours.shares[number],
            members=len(members),
        )
        columns.append((tiles, caption, ours.shares[number] < 0.5))
    st.html(glyphs.row(columns))
    st.caption(
        _(
            "A column is a cluster: what the net draws for its centre, below it some of its test images. "
            "Framed: no class has half of the cluster."
        )
    )
    table = pd.DataFrame(
        [(_(name), one.purity, one.nmi) for name, one in found.items()],
        columns=[_("k-means of"), _("purity"), "NMI"],
    )
    numbers = {
        _("purity"): st.column_config.NumberColumn(format="percent"),
        "NMI": st.column_config.NumberColumn(format="%.3f"),
    }
    table_with_csv(table, f"clusters-{run.digest}.csv", key, column_config=numbers)
    missing = sorted(set(test.labels.tolist()) - set(ours.classes))
    best = max(found, key=lambda name: found[name].nmi)
    lost = _(" No cluster is mostly {map}.", map=", ".join(map(str, missing))) if missing else ""
    st.markdown(
        _(
            "k-means was not told the classes, and **{purity:.0%}** of the images lie in a cluster of their "
            "class. By mutual information (NMI) the best clusters are those of **{best}**.{lost} Purity is the "
            "share of the most frequent class in each cluster; NMI is 0 where clusters say nothing about "
            "classes, and 1 where both are the same.",
            purity=ours.purity,
            best=_(best),
            lost=lost,
        )
    )


@cached("Drawing the map: some seconds", max_entries=32)
def _map(digest: str, created: str, _run: Run) -> dict[str, latent_space.Array]:
    codes = _run.codes()[evenly(len(_run.images), MAPPED)]
    return {N_("PCA axes"): latent_space.plane(codes).points(codes), "t-SNE": neighbours.tsne(codes)}


def maps(run: Run, key: str) -> None:
    """The codes on the first two principal axes, and by t-SNE."""
    found = {_(name): points for name, points in _map(run.digest, run.created, run).items()}
    chosen = evenly(len(run.images), MAPPED)
    codes, labels = run.codes()[chosen], run.images.labels.numpy()[chosen]
    for (name, figure), place in zip(
        planes.by_class(found, labels.tolist(), same_scale=False).items(), st.columns(2), strict=True
    ):
        with place:
            chart(charts.named(figure, found[name], labels), f"{key}:{name}")
    rows = [
        (name, neighbours.agreement(points, labels), neighbours.trustworthiness(codes, points))
        for name, points in found.items()
    ]
    rows.append((_("all {latent_dim} numbers", latent_dim=run.latent_dim), neighbours.agreement(codes, labels), 1.0))
    columns = [_("map"), _("neighbours of the same class"), _("trustworthiness")]
    numbers = {
        columns[1]: st.column_config.NumberColumn(format="percent"),
        columns[2]: st.column_config.NumberColumn(format="%.3f"),
    }
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, key=f"{key}:table", column_config=numbers)
    st.markdown(
        _(
            "Of an image's {near} neighbours on the map, **{rows:.0%}** have its class by t-SNE and "
            "**{rows_2:.0%}** on the principal axes; by the whole code it is {rows_3:.0%}. t-SNE keeps "
            "neighbours together and gives up the rest: distances between groups, their sizes, and its axes "
            "mean nothing, and a new image has no place on it. The principal axes are a shadow: one matrix, "
            "which places every image, and things that are far apart can fall on each other.",
            near=neighbours.NEAR,
            rows=rows[1][1],
            rows_2=rows[0][1],
            rows_3=rows[2][1],
        )
    )
