"""Feature maps: the output of every step of a convolutional net for one image."""

from typing import cast

import streamlit as st
import torch

from aelib.charts import glyphs
from aelib.charts.reconstruction.feature_maps import Sheet, sheets
from aelib.core.errors import LabError
from aelib.core.language import _, ngettext
from aelib.core.language import number as written
from aelib.experiment import labels
from aelib.experiment.architecture import KINDS, Step, shape_text
from aelib.models import ConvolutionalAutoencoder
from aelib.training import Run
from aelib.ui.shell.messages import escaped, fragment, show_error
from aelib.ui.shell.session import set_widget, widget
from aelib.ui.shell.visitor import on_phone

WIDTH = 72  # of the image, in pixels of the page
SHEET, ON_PHONE = 280, 164  # pixels of the page: a sheet, with three beside each other, or two on a phone
FEW = 2  # up to this number of channels, a sheet is drawn small
SMALL = 160  # pixels of the page


@fragment
def features(run: Run, key: str) -> None:
    """Contact sheets of every step's feature maps for one image, which the user chooses."""
    if run.experiment.model.kind not in ("convolutional", "super_resolution"):
        st.info(_("Only convolutions give feature maps; this net is fully connected."), icon=":material/info:")
        return
    names = list(run.images.names)
    choice = f"{key}:{run.experiment.dataset}:image"

    def onwards() -> None:
        set_widget(choice, names[(names.index(widget(choice)) + 1) % len(names)])

    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Image"),
            names,
            key=choice,
            help=_("A held-out image. Type to search."),
            width=260,
            persist_state="session",
        )
        st.button(
            _("Next image"),
            icon=":material/skip_next:",
            key=f"{key}:next",
            on_click=onwards,
            help=_("The next image in the list."),
        )
        shared = st.toggle(
            _("One scale of grey for each step"),
            key=f"{key}:shared",
            help=_(
                "On: equal greys are equal values in all maps of a step, so weak maps look weak. Off: each map "
                "has its own scale from black to white."
            ),
            persist_state="session",
        )
    shown = run.inputs[names.index(chosen)]
    tile = glyphs.tile(glyphs.colours(run.spec.drawn(shown.numpy())), chosen, WIDTH)
    st.html(glyphs.row([((tile,), _("input of the net"), False)]))
    try:
        found = _sheets(run, shown, shared)
    except LabError as error:
        show_error(error)
        return
    activation = run.experiment.output_activation.replace("_", " ")
    with st.container(horizontal=True, gap="medium"):
        for number, one in enumerate(found):
            with st.container(width=ON_PHONE if on_phone() else SHEET):
                _drawn(one, run, _name(run, number), f"{key}:{number}")
    st.caption(
        _(
            "Dark: the smallest value, light: the largest. The last step is shown before its activation "
            "({activation}), and before the input is added to it.",
            activation=activation,
        )
        if run.experiment.model.enlarges and run.experiment.model.convolution.residual
        else _(
            "Dark: the smallest value, light: the largest. The last step is shown before its activation "
            "({activation}).",
            activation=activation,
        )
    )


def _drawn(one: Sheet | str, run: Run, name: str, key: str) -> None:
    if isinstance(one, str):
        st.markdown(one)
        return
    flat = ""
    if one.flat:
        flat = ngettext(
            " {n} of them is constant (one value everywhere).",
            " {n} of them are constant (one value everywhere).",
            one.flat,
        )
    some = (
        _(" The first {shown} of {channels:,}.", shown=one.shown, channels=one.channels)
        if one.shown < one.channels
        else ""
    )
    st.markdown(f"**{escaped(one.name)}**")
    st.image(one.png, width=SMALL if one.channels <= FEW else "stretch")
    st.caption(
        ngettext(
            "{n} map, from {low:.2g} to {high:.2g}.{some}{flat}",
            "{n} maps, from {low:.2g} to {high:.2g}.{some}{flat}",
            one.channels,
            low=one.low,
            high=one.high,
            some=some,
            flat=flat,
        )
    )
    st.download_button(
        _("Picture (PNG)"),
        one.png,
        f"{name.replace(' ', '-')}-{run.digest}.png",
        "image/png",
        icon=":material/download:",
        key=f"{key}:png",
        on_click="ignore",
        type="tertiary",
    )


@torch.no_grad()
def _sheets(run: Run, shown: torch.Tensor, shared: bool) -> list[Sheet | str]:
    """A sheet for each step with feature maps, and a text for each step with single numbers."""
    net = cast(ConvolutionalAutoencoder, run.model)
    found: list[Sheet | str] = []
    for number, (step, maps) in enumerate(net.maps(run.normalization.apply(shown[None]))):
        title = f"{labels.layer(_name(run, number))}: {_step(step)}"
        if maps.dim() == 4:
            found += sheets([(title, maps[0])], shared)
        else:
            values = maps[0].tolist()
            listed = "; ".join(written(value, ".2f") for value in values[:16]) + (" …" if len(values) > 16 else "")
            found.append(
                _("**{title}**\n\nNo maps, but single numbers: {listed}", title=escaped(title), listed=escaped(listed))
            )
    return found


def _name(run: Run, number: int) -> str:
    """The name of a step, such as "encoder 1". number: of the step, from 0."""
    cut = len(run.architecture.encoder)
    return f"encoder {number + 1}" if number < cut else f"decoder {number - cut + 1}"


def _step(step: Step) -> str:
    kernel = f" {step.kernel}x{step.kernel}" if step.kernel else ""
    return f"{_(KINDS[step.kind])}{kernel}, {shape_text(step.outputs)}"
