"""Part of the lesson on digits: a net that is told the class is asked for one."""

from typing import NamedTuple

import pandas as pd
import streamlit as st

from aelib.analysis.codes import features
from aelib.analysis.generative import conditional
from aelib.charts import glyphs
from aelib.experiment.variants import conditional as told
from aelib.experiment.variants import unconditional
from aelib.metrics.image_quality import evenly
from aelib.training import Array, Run
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.messages import escaped
from aelib.ui.shell.session import draws

NEW = 12  # images of one class
STYLES = 6  # images whose style is shown in every class
EACH = 20  # images of each class that are looked up
SIDE = 9  # images across and down of the plane of a class
WIDTH, SMALL = 48, 40  # pixels of the page


class _Evidence(NamedTuple):
    """share: of images of the class that was asked for; hardest: the class with the smallest share, and that share;
    accuracy: with which the class is found from codes."""

    share: float
    hardest: int
    hardest_share: float
    accuracy: float


@st.cache_data(max_entries=32, show_spinner=False)
def _evidence(digest: str, created: str, _run: Run) -> _Evidence:
    found = conditional.obedience(_run, EACH)
    shares = {label: found.share(label) for label in range(_run.spec.classes)}
    hardest = min(shares, key=lambda label: shares[label])
    return _Evidence(found.share(), hardest, shares[hardest], features.codes(_run).knn_accuracy())


@st.cache_data(max_entries=32, show_spinner=False)
def _accuracy(digest: str, created: str, _run: Run) -> float:
    return features.codes(_run).knn_accuracy()


def class_names(run: Run) -> list[str]:
    """A name for each class: that of its first image, without the number."""
    labels = run.images.labels.tolist()
    return [
        run.images.names[labels.index(label)].partition(" (")[0] if label in labels else str(label)
        for label in range(run.spec.classes)
    ]


def ask(run: Run, key: str) -> None:
    """Ask the net, or its twin that is told the class, for a class; the same style in every class; the evidence."""
    net = run
    if not run.experiment.model.conditional:
        twin = runs_of([told(run.experiment)], "Train the same net, told the class", f"{key}:told")
        if twin is None:
            return
        net = twin[0]
    names = class_names(net)
    _asked(net, names, key)
    _styles(net, names)
    _said(net, names, key)


@st.fragment
def _asked(net: Run, names: list[str], key: str) -> None:
    """New images of the chosen class."""
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    with left:
        start = names[min(7, len(names) - 1)]
        chosen = st.segmented_control(
            "Ask for", names, default=start, key=f"{key}:class", required=True, persist_state="session"
        )
    label = names.index(chosen) if chosen in names else names.index(start)
    with right:
        draw = draws(key, st.button("Draw again", icon=":material/casino:", key=f"{key}:again"))
    drawn, name = net.spec.drawn, names[label]
    st.html(glyphs.strip(drawn(conditional.drawn(net, label, NEW, draw)), [""] * NEW, WIDTH))
    st.caption(escaped(f"Codes drawn from N(0, 1), decoded as {name}."))
    if net.latent_dim == 2:
        sheet = glyphs.colours(_sheet(drawn(conditional.plane(net, label, SIDE)), SIDE))
        st.html(glyphs.row([((glyphs.tile(sheet, f"the plane of {name}", 288),), "", False)]))
        st.caption(escaped(f"The plane of codes as {name}: one hand at every point."))


def _sheet(images: Array, side: int) -> Array:
    """side² images as one, channels × height × width."""
    _, channels, height, width = images.shape
    rows = images.reshape(side, side, channels, height, width).transpose(2, 0, 3, 1, 4)
    return rows.reshape(channels, side * height, side * width)


def _styles(net: Run, names: list[str]) -> None:
    """The codes of a few images, decoded as every class."""
    chosen = list(evenly(len(net.images), STYLES))
    drawn = net.spec.drawn
    originals, made = drawn(net.images.images()[chosen].numpy()), conditional.styles(net, chosen)
    columns = [("original", originals), *((name, drawn(made[:, label])) for label, name in enumerate(names))]
    st.markdown(
        "**One style, every class.** The left column has held-out images. Beside each is its code in every class."
    )
    st.html(
        glyphs.row(
            [
                (
                    [
                        glyphs.tile(glyphs.colours(image), f"{net.images.names[i]} as {name}", SMALL)
                        for i, image in zip(chosen, images, strict=True)
                    ],
                    name,
                    name == "original",
                )
                for name, images in columns
            ]
        )
    )


def _said(net: Run, names: list[str], key: str) -> None:
    """Whether the net obeys, and what its code still says of the class."""
    found = _evidence(net.digest, net.created, net)
    text = f"**{found.share:.0%}** of {EACH} images asked of each class are nearest to a training image of that class"
    if found.hardest_share < 1:
        text += f"; the hardest is {escaped(names[found.hardest])} with {found.hardest_share:.0%}"
    st.markdown(text + ".")
    other = runs_of([unconditional(net.experiment)], "Train the net that is not told", f"{key}:not-told")
    if other is None:
        return
    blind = _accuracy(other[0].digest, other[0].created, other[0])
    rows = [("told the class", net, found.accuracy), ("not told", other[0], blind)]
    table = pd.DataFrame(
        [(name, one.metrics["mse"], one.metrics.get("kl"), 100 * accuracy) for name, one, accuracy in rows],
        columns=["net", "MSE", "KL", "class found from the code"],
    )
    st.dataframe(
        table,
        hide_index=True,
        key=f"{key}:table",
        placeholder="–",
        column_config={
            "MSE": st.column_config.NumberColumn(format="%.4f", help="Of held-out images."),
            "KL": st.column_config.NumberColumn(format="%.2f", help="Nats: information about an image in its code."),
            "class found from the code": st.column_config.NumberColumn(
                format="%.0f %%",
                help="Share of held-out images whose nearest training codes are mostly of their class.",
            ),
        },
    )
    guessed = 1 / net.spec.classes
    st.markdown(
        f"The class of an image is found from its code in **{found.accuracy:.0%}** of cases if the net is told the "
        f"class, and in **{blind:.0%}** if it is not (guessing: about {guessed:.0%}). "
        + (
            "What the decoder is told, the code need not say: it has room for the style."
            if found.accuracy < blind
            else "Here the code says the class although the decoder is told it."
        )
    )
