"""Look inside: activations, weights and gradients of every layer of a dense net, at each snapshot of its training."""

import pandas as pd
import streamlit as st
import torch
from torch import Tensor

from aelib.analysis.inside.layers import Inside, Layer, look
from aelib.analysis.inside.over_training import Moment, epochs, moments, net_at
from aelib.analysis.inside.units import Units, idle
from aelib.analysis.reconstruction.denoising import noisy
from aelib.charts import glyphs
from aelib.charts import inside as charts
from aelib.core.language import N_, _, number
from aelib.models import Autoencoder
from aelib.nn.activations import ACTIVATIONS
from aelib.training import Run
from aelib.ui.components.figures import chart, table_with_csv
from aelib.ui.components.paint import paint
from aelib.ui.shell.messages import fragment
from aelib.ui.shell.session import widget

TITLE = N_("Look inside")
TEXT = N_(
    "One image on its way through every layer, and its loss on the way back. Before you look: in which "
    "layer is the gradient smallest, and does training change that? Paint on a small grey image: which "
    "units answer?"
)
PAINTED = 32  # pixels: longest side of an image that the user can paint on
EMPTY = N_("empty sheet")  # for the user's own drawing, which the net should reproduce
SHOWN = 28  # units whose weights are shown as pictures
WIDTH = 40  # CSS pixels of an image
UNTRAINED, TRAINED = N_("before training"), N_("after training")
MOMENTS = {UNTRAINED: N_("before"), TRAINED: N_("after")}  # moment -> its text in the heading of a column


@st.cache_resource(max_entries=48, show_spinner=False)
def _net(digest: str, created: str, epoch: int, _run: Run) -> Autoencoder:
    return net_at(_run, epoch)


@st.cache_resource(max_entries=16, show_spinner=False)
def _every_image(digest: str, created: str, epoch: int, _run: Run) -> Inside:
    return look(_run, _net(digest, created, epoch, _run))


@st.cache_data(max_entries=32, show_spinner=False)
def _moments(digest: str, created: str, _run: Run) -> list[Moment]:
    return moments(_run)


@fragment
def inside(run: Run, key: str) -> None:
    """The whole view. Raises LabError for a net with other than fully connected layers."""
    names = list(run.images.names)
    sheet = [EMPTY] if _can_paint(run.inputs[0]) else []
    cells = st.columns([1, 2], vertical_alignment="bottom")
    chosen = cells[0].selectbox(
        _("Image"),
        [*names, *sheet],
        format_func=lambda name: _(EMPTY) if name == EMPTY else name,
        index=names.index("a") if "a" in names else 0,
        key=f"{key}:{run.experiment.dataset}:image",
        persist_state="session",
    )
    there = epochs(run)
    epoch = cells[1].select_slider(
        _("The net after this many epochs"),
        there,
        value=there[-1],
        format_func=lambda one: number(one, ","),
        key=f"{key}:{run.digest}:{run.created}:epoch",
        help=_("Snapshots of small nets keep the weights. Of other nets there are the first weights and the last."),
    )
    every = {UNTRAINED: _every_image(run.digest, run.created, 0, run)}
    every[TRAINED] = _every_image(run.digest, run.created, run.epochs, run)
    now = [idle(layer) for layer in _every_image(run.digest, run.created, epoch, run).layers]
    idles = {when: [idle(layer) for layer in found.layers] for when, found in every.items()}
    left, right = st.columns([1, 3])
    index = 0 if chosen == EMPTY else names.index(chosen)  # a drawing has no class: it gets that of the first image
    labels = None if run.images.labels is None else run.images.labels[index : index + 1]
    with left:
        if chosen == EMPTY:
            shown = _painted(run, torch.zeros_like(run.inputs[0]), f"{key}:{run.digest}:empty")
        else:
            shown = _painted(run, run.inputs[index], f"{key}:{run.digest}:{index}")
    target = shown[None] if chosen == EMPTY else run.images.images()[index : index + 1]
    one = look(run, _net(run.digest, run.created, epoch, run), shown[None], target, labels)
    with right:
        _passes(run, one, now, _(EMPTY) if chosen == EMPTY else chosen)
    _weights(run, one, now, key)
    _every_layer(run, every, idles, key)
    _over_training(run, one.layers, key)


def _can_paint(image: Tensor) -> bool:
    return len(image) == 1 and max(image.shape) <= PAINTED


def _painted(run: Run, shown: Tensor, key: str) -> Tensor:
    """The input with what the person has painted on it; an image that is too large or in colour is only shown."""
    if not _can_paint(shown):
        st.caption(_("Input; painting needs a small grey image"))
        st.html(glyphs.tile(glyphs.colours(run.spec.drawn(shown.numpy())), "input", 140))
        return shown
    sent = widget(key, {}).get("flipped") or []
    flipped = [int(pixel) for pixel in sent if 0 <= pixel < shown.numel()]
    st.caption(_("Paint: a click inverts a pixel"))
    paint(shown.numpy(), flipped, key, lambda: None)
    return noisy(shown[None], "painted", 1.0, 0, flipped)[0]


def _limit(numbers: Tensor) -> float:
    return float(numbers.abs().max())


def _passes(run: Run, one: Inside, idles: list[Units], chosen: str) -> None:
    """Activations and gradients of one image."""
    found: list[tuple[tuple[str, ...], str, bool]] = []
    for layer, units in zip(one.layers, idles, strict=True):
        outputs, gradients = layer.outputs[0], layer.gradients[0]
        columns = run.spec.shape[2] if layer is one.layers[-1] else 0  # the output's units are pixels
        dead, most = units.dead.numpy(), _limit(outputs)
        picture = charts.units(outputs.numpy(), most, dead, columns)
        back = charts.units(gradients.numpy(), _limit(gradients), columns=columns)
        tiles = (
            _cells(picture, f"{layer.title}: {_listed(outputs)}"),
            _cells(back, _("{name}, gradient: {listed}", name=layer.title, listed=_listed(gradients))),
        )
        caption = _(
            "{name}\n{units} units\n{most:.2g}\n{gradient:.1e}",
            name=layer.title,
            units=layer.units,
            most=most,
            gradient=_limit(gradients),
        )
        found.append((tiles, caption, False))
    found.append(
        (
            (
                glyphs.tile(
                    glyphs.colours(run.spec.drawn(one.outputs[0].numpy())), _("{chosen}, output", chosen=chosen), WIDTH
                ),
            ),
            _("output"),
            False,
        )
    )
    st.html(glyphs.row(found))
    st.caption(
        _(
            "Above: the activation of every unit. Below: ∂L/∂z, the gradient of this image's loss, {loss:.3g}. "
            "Orange: above 0, blue: below 0, grey: a dead unit. Full colour is the largest size in the layer; "
            "it stands below, first of the activations, then of the gradients.",
            loss=one.loss,
        )
    )


def _listed(numbers: Tensor) -> str:
    """The first numbers in words, for people who cannot see the picture."""
    some = numbers[:12].tolist()
    return "; ".join(number(value, ".2g") for value in some) + (" …" if len(numbers) > len(some) else "")


def _cells(picture: charts.Picture, alt: str) -> str:
    return glyphs.tile(picture, alt, picture.shape[1])


def _weights(run: Run, one: Inside, idles: list[Units], key: str) -> None:
    """The weights of a layer, which the person chooses: as images where they belong to pixels, else as a matrix."""
    titles = {layer.name: layer.title for layer in one.layers}
    names = list(titles)
    chosen = st.segmented_control(
        _("Weights of"),
        names,
        format_func=lambda name: titles.get(name, name),
        default=names[0],
        required=True,
        key=f"{key}:layer",
        persist_state="session",
    )
    at = names.index(chosen if chosen in names else names[0])
    layer = one.layers[at]
    limit = _limit(layer.weights)
    if at == 0:
        _as_images(run, layer.weights, layer.outputs[0], idles[0].dead, limit)
        st.caption(
            _(
                "Weights of each unit: {sign}.{some} Full colour at ±{limit:.2g}.",
                sign=_sign(run),
                some=_some(layer.units),
                limit=limit,
            )
        )
    elif at == len(names) - 1:
        before = one.layers[at - 1].outputs[0][: layer.weights.shape[1]]
        _as_images(run, layer.weights.T, before, idles[at - 1].dead[: len(before)], limit)
        adds = _(
            "What each unit of {names} adds to the output: {sign}", names=one.layers[at - 1].title, sign=_sign(run)
        )
        st.caption(_("{adds}.{some} Full colour at ±{limit:.2g}.", adds=adds, some=_some(len(before)), limit=limit))
    else:
        picture = charts.matrix(layer.weights.numpy(), limit)
        rows, columns = layer.weights.shape
        st.html(
            glyphs.row(
                [
                    (
                        (
                            _cells(
                                picture,
                                _(
                                    "{name}, {rows} times {columns} weights",
                                    name=layer.title,
                                    rows=rows,
                                    columns=columns,
                                ),
                            ),
                        ),
                        "",
                        False,
                    )
                ]
            )
        )
        st.caption(
            _(
                "A row for each of the {rows} units, a column for each of their {columns} inputs. Orange: "
                "above 0, blue: below 0, full colour at ±{limit:.2g}.",
                rows=rows,
                columns=columns,
                limit=limit,
            )
        )


def _sign(run: Run) -> str:
    """What the colours of weights that belong to pixels mean."""
    if run.spec.shape[0] == 1:
        return _("orange is above 0, blue below 0")
    return _("middle grey is 0, and each channel is lighter above 0 and darker below 0")


def _some(units: int) -> str:
    """Which of the units are shown as images, and what the number below a unit and its frame mean."""
    some = (
        _(" Shown are the {shown} of {units} units that this image drives most.", shown=SHOWN, units=units)
        if units > SHOWN
        else ""
    )
    return _("{some} Below a unit stands its activation for this image; a frame marks a dead one.", some=some)


def _as_images(run: Run, weights: Tensor, activations: Tensor, dead: Tensor, limit: float) -> None:
    """weights: units × pixels, with further columns if the net is told a class; activations, dead: of these units."""
    shape = run.spec.shape
    pixels = shape[0] * shape[1] * shape[2]
    order = list(range(len(activations)))
    if len(order) > SHOWN:
        order = activations.abs().argsort(descending=True)[:SHOWN].tolist()
    columns = []
    for unit in order:
        picture = charts.image(weights[unit, :pixels].reshape(shape).numpy(), limit)
        value = number(round(float(activations[unit]), 2) + 0.0, ".2f")  # + 0.0: no minus before a zero
        alt = _("weights of unit {unit}, activation {value}", unit=unit + 1, value=value)
        columns.append(((glyphs.tile(picture, alt, WIDTH),), value, bool(dead[unit])))
    st.html(glyphs.row(columns))


def _every_layer(run: Run, every: dict[str, Inside], idles: dict[str, list[Units]], key: str) -> None:
    """Gradients, dead and saturated units of all layers for all images, before and after training."""
    layers = every[TRAINED].layers
    left, right = st.columns(2)
    with left:
        curves = {_(when): [layer.gradient for layer in found.layers] for when, found in every.items()}
        chart(charts.gradients([layer.title for layer in layers], curves), f"{key}:gradients")
        st.markdown(" ".join(_shrinking(when, found) for when, found in every.items()))
    with right:
        with st.container(horizontal=True, gap="medium"):
            _counted(_("Dead units"), layers, [[units.dead for units in idles[when]] for when in every])
            _counted(_("Saturated units"), layers, [[units.saturated for units in idles[when]] for when in every])
        table = pd.DataFrame(
            {
                _("layer"): [layer.title for layer in layers],
                _("units"): [layer.units for layer in layers],
                _("activation"): [ACTIVATIONS[layer.activation].label for layer in layers],
            }
        )
        for when, found in every.items():
            table[_("gradient {when}", when=_(MOMENTS[when]))] = [layer.gradient for layer in found.layers]
        for when in every:
            table[_("dead {when}", when=_(MOMENTS[when]))] = [int(units.dead.sum()) for units in idles[when]]
            table[_("saturated {when}", when=_(MOMENTS[when]))] = [int(units.saturated.sum()) for units in idles[when]]
        config = {
            _("gradient {when}", when=_(MOMENTS[when])): st.column_config.NumberColumn(format="%.1e") for when in every
        }
        table_with_csv(table, f"inside-{run.digest}.csv", key, column_config=config, row_height=28)
    st.caption(
        _(
            "Over {outputs} images. **Gradient:** mean of |∂L/∂z| over images and units. **Dead:** the slope "
            "of the activation is practically 0 for every image, so no gradient passes. **Saturated:** for at "
            "least 9 of 10 images, the slope is below 5% of the steepest.",
            outputs=len(layers[0].outputs),
        )
    )


def _over_training(run: Run, layers: tuple[Layer, ...], key: str) -> None:
    """The gradient at each layer, and the units that do not learn, at each snapshot that has weights."""
    found = _moments(run.digest, run.created, run)
    if len(found) < 3:
        st.caption(_("This run has no weights between its first and its last epoch to follow the gradients through."))
        return
    at = [moment.epoch for moment in found]
    left, right = st.columns(2)
    with left:
        st.markdown(_("**Gradient of the loss at each layer over training**"))
        gradients = [[moment.gradients[i] for moment in found] for i in range(len(layers))]
        encoders = sum(layer.part == "encoder" for layer in layers)
        curves = {layer.title: values for layer, values in zip(layers, gradients, strict=True)}
        chart(charts.over_training(at, curves, encoders), f"{key}:over-training")
    with right:
        st.markdown(_("**Units that do not learn, over training**"))
        dead, saturated = [moment.dead for moment in found], [moment.saturated for moment in found]
        chart(charts.counts(at, {_("dead"): dead, _("saturated"): saturated}), f"{key}:idle")
    with st.expander(_("Table of the snapshots")):
        columns = {layer.name: values for layer, values in zip(layers, gradients, strict=True)}
        table = pd.DataFrame({_("epoch"): at, **columns, _("dead"): dead, _("saturated"): saturated})
        config = {layer.name: st.column_config.NumberColumn(layer.title, format="%.1e") for layer in layers}
        table_with_csv(table, f"inside-over-training-{run.digest}.csv", f"{key}:over", column_config=config)


def _counted(label: str, layers: tuple[Layer, ...], found: list[list[Tensor]]) -> None:
    """How many units of the hidden layers are marked in `found`, before and after training."""
    hidden = [i for i, layer in enumerate(layers) if layer.hidden]
    before, after = (sum(int(one[i].sum()) for i in hidden) for one in found)
    total = sum(layers[i].units for i in hidden)
    st.metric(
        label,
        _("{before} → {after} of {total}", before=before, after=after, total=total),
        width="content",
        help=_("In hidden layers, before → after training."),
    )


def _shrinking(when: str, found: Inside) -> str:
    """In words: how the gradient changes from the last layer back to the first."""
    share, (first, last) = found.shrinks, (found.layers[0].title, found.layers[-1].title)
    start = _("{when}, from {last} back to {first}, the gradient", when=_(when).capitalize(), last=last, first=first)
    if not share > 0:
        return _("{when}, no gradient reaches {first}.", when=_(when).capitalize(), first=first)
    if share < 1:
        return _("{start} shrinks to **1/{short}**.", start=start, short=_short(1 / share))
    return _("{start} grows to **{short} times** its size.", start=start, short=_short(share))


def _short(value: float) -> str:
    return number(value, ",.0f" if value >= 10 else ".2g")
