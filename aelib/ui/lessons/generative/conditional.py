"""Part of the lesson on digits: a conditional net, which is told the class, draws images of a chosen class."""

from typing import NamedTuple

import pandas as pd
import streamlit as st

from aelib.analysis.codes import features
from aelib.analysis.generative import conditional
from aelib.charts import glyphs
from aelib.core.language import _
from aelib.experiment.variants import conditional as told
from aelib.experiment.variants import unconditional
from aelib.metrics.image_quality import evenly
from aelib.training import Array, Run
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.messages import escaped, fragment
from aelib.ui.shell.session import draws

NEW = 12  # images of one class
STYLES = 6  # images whose style is shown in every class
EACH = 20  # generated images of each class whose nearest training images are looked up
SIDE = 9  # images across and down of the plane of a class
WIDTH, SMALL = 48, 40  # pixels of the page


class _Evidence(NamedTuple):
    """share: of images that have the class that was asked for; hardest, hardest_share: the class with the smallest
    share, and that share; accuracy: with which the class is found from codes."""

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
        twin = runs_of([told(run.experiment)], _("Train the same net, told the class"), f"{key}:told")
        if twin is None:
            return
        net = twin[0]
    names = class_names(net)
    _asked(net, names, key)
    _styles(net, names)
    _said(net, names, key)


@fragment
def _asked(net: Run, names: list[str], key: str) -> None:
    """New images of the chosen class."""
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    with left:
        start = names[min(7, len(names) - 1)]
        chosen = st.segmented_control(
            _("Ask for"), names, default=start, key=f"{key}:class", required=True, persist_state="session"
        )
    label = names.index(chosen) if chosen in names else names.index(start)
    with right:
        draw = draws(key, st.button(_("Draw again"), icon=":material/casino:", key=f"{key}:again"))
    drawn, name = net.spec.drawn, names[label]
    st.html(glyphs.strip(drawn(conditional.drawn(net, label, NEW, draw)), [""] * NEW, WIDTH))
    st.caption(escaped(_("Codes drawn from N(0, 1), decoded as {name}.", name=name)))
    if net.latent_dim == 2:
        sheet = glyphs.colours(_sheet(drawn(conditional.plane(net, label, SIDE)), SIDE))
        st.html(glyphs.row([((glyphs.tile(sheet, _("the plane of {name}", name=name), 288),), "", False)]))
        st.caption(escaped(_("The plane of codes as {name}: one hand at every point.", name=name)))


def _sheet(images: Array, side: int) -> Array:
    """side² images as one, channels × height × width."""
    _count, channels, height, width = images.shape
    rows = images.reshape(side, side, channels, height, width).transpose(2, 0, 3, 1, 4)
    return rows.reshape(channels, side * height, side * width)


def _styles(net: Run, names: list[str]) -> None:
    """The codes of a few images, decoded as every class."""
    chosen = list(evenly(len(net.images), STYLES))
    drawn = net.spec.drawn
    originals, made = drawn(net.images.images()[chosen].numpy()), conditional.styles(net, chosen)
    columns = [("original", originals), *((name, drawn(made[:, label])) for label, name in enumerate(names))]
    st.markdown(
        _("**One style, every class.** The left column has held-out images. Beside each is its code in every class.")
    )
    st.html(
        glyphs.row(
            [
                (
                    [
                        glyphs.tile(
                            glyphs.colours(image), _("{names} as {name}", names=net.images.names[i], name=name), SMALL
                        )
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
    """Whether the net draws the class that it is told, and how much its code still says about the class."""
    found = _evidence(net.digest, net.created, net)
    text = _(
        "**{share:.0%}** of {each} images asked of each class are nearest to a training image of that class",
        share=found.share,
        each=EACH,
    )
    if found.hardest_share < 1:
        text += _(
            "; the hardest is {names} with {hardest_share:.0%}",
            names=escaped(names[found.hardest]),
            hardest_share=found.hardest_share,
        )
    st.markdown(text + ".")
    other = runs_of([unconditional(net.experiment)], _("Train the net that is not told"), f"{key}:not-told")
    if other is None:
        return
    blind = _accuracy(other[0].digest, other[0].created, other[0])
    rows = [(_("told the class"), net, found.accuracy), (_("not told"), other[0], blind)]
    table = pd.DataFrame(
        [(name, one.metrics["mse"], one.metrics.get("kl"), 100 * accuracy) for name, one, accuracy in rows],
        columns=["net", "MSE", "KL", _("class found from the code")],
    )
    st.dataframe(
        table,
        hide_index=True,
        key=f"{key}:table",
        placeholder="–",
        column_config={
            "MSE": st.column_config.NumberColumn(format="%.4f", help=_("Of held-out images.")),
            "KL": st.column_config.NumberColumn(format="%.2f", help=_("Nats: information about an image in its code.")),
            _("class found from the code"): st.column_config.NumberColumn(
                format="%.0f %%",
                help=_("Share of held-out images whose nearest training codes are mostly of their class."),
            ),
        },
    )
    guessed = 1 / net.spec.classes
    st.markdown(
        _(
            "The class of an image is found from its code in **{accuracy:.0%}** of cases if the net is told "
            "the class, and in **{blind:.0%}** if it is not (guessing: about {guessed:.0%}). ",
            accuracy=found.accuracy,
            blind=blind,
            guessed=guessed,
        )
        + (
            _("What the decoder is told, the code need not say: it has room for the style.")
            if found.accuracy < blind
            else _("Here the code says the class although the decoder is told it.")
        )
    )
