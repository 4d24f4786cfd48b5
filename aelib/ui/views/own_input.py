"""The user's own input, drawn in the page or a picture, and the net's output for it. Every lesson has this view."""

import numpy as np
import streamlit as st
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from aelib.analysis import own_input
from aelib.charts import glyphs
from aelib.charts import inside as charts
from aelib.core.errors import LabError
from aelib.core.language import N_, _, number
from aelib.datasets.user import pictures
from aelib.training import Run
from aelib.ui.components.net import net_data
from aelib.ui.components.sketch import levels_of, sketch
from aelib.ui.shell.messages import escaped, fragment
from aelib.ui.shell.session import widget

TITLE = N_("Draw one")
TEXT = N_(
    "An input that the net has never seen. Draw one of its kind, then something else. What does the net "
    "make of it, and does the error tell them apart?"
)
LISTED = 12  # numbers of a code that are written out; a longer code is shown as a picture
MAX_SENT = 100_000  # parameters of a net that follows every stroke in the browser: half a megabyte
WIDTH = 140  # CSS pixels of an image


def can(run: Run) -> bool:
    """Whether a person can give a net such an input."""
    return not run.spec.paired and run.images.shown.shape == run.images.pixels.shape


@st.cache_resource(max_entries=16, show_spinner=False)
def _known(digest: str, created: str, _run: Run) -> own_input.Known:
    return own_input.known(_run)


@st.cache_data(max_entries=16, show_spinner=False)
def _background(digest: str, created: str, _run: Run) -> int:
    return own_input.background(_run.images)


@fragment
def draw(run: Run, key: str) -> None:
    """The whole view."""
    left, middle, right = st.columns([5, 3, 4], gap="medium")
    with left:
        label = _told(run, key)
        image = _drawn(run, key, label) if run.spec.shape[0] == 1 else _picture(run, key)
    if image is None:
        return
    found = own_input.answer(run, image, label, _known(run.digest, run.created, run))
    with middle:
        st.caption(_("Its code"))
        _code(found.code)
        st.caption(_("The nearest code is that of"))
        name = run.images.names[found.nearest]
        nearest = run.spec.drawn(run.images.images()[found.nearest].numpy())
        st.html(glyphs.row([((glyphs.tile(glyphs.colours(nearest), name, 64),), name[:16], False)]))
    with right:
        st.caption(_("What the net makes of it"))
        output = glyphs.colours(run.spec.drawn(found.output.numpy()))
        st.html(glyphs.tile(output, _("output for your input"), WIDTH))
        st.metric("MSE", number(found.mse, ".4f"))
        st.caption(
            _("Larger than that of {larger:.0%} of the images that the net is evaluated on.", larger=found.larger)
        )


def _drawn(run: Run, key: str, label: int | None) -> Tensor | None:
    """What the user has drawn; None if that is nothing. label: the class that the net is told."""
    shape = run.spec.shape
    name = f"{key}:{'x'.join(map(str, shape))}"
    before = widget(name, {}).get("levels")
    base = _background(run.digest, run.created, run)
    # sent anew with every stroke, since the page keeps what is drawn
    net = net_data(run, encoder=True) if run.architecture.parameters <= MAX_SENT else None
    st.caption(_("Draw here; beside it, what the net makes of it") if net is not None else _("Draw here"))
    sketch(shape, base, run.spec.light, before, name, lambda: None, net, label or 0)
    levels = levels_of(before, shape)
    if not levels.any():
        return None
    return torch.from_numpy(np.abs(base - levels))


def _picture(run: Run, key: str) -> Tensor | None:
    """The user's own picture in the size of the images; None if there is none, or if it cannot be read."""
    given = st.file_uploader(
        _("A picture"), key=f"{key}:file", help=_("{words}. It is not stored.", words=pictures.WORDS)
    )
    if given is None:
        return None
    _channels, height, width = run.spec.shape
    try:
        square = pictures.read(given.getvalue(), given.name, max(height, width), colour=True)
    except LabError as error:
        st.error(escaped(str(error)), icon=":material/error:")
        return None
    image = square.float() / 255
    if height != width:
        image = interpolate(image[None], (height, width), mode="area")[0]
    st.html(glyphs.tile(glyphs.colours(run.spec.drawn(image.numpy())), _("your picture"), WIDTH))
    return image


def _told(run: Run, key: str) -> int | None:
    """The class that a conditional net is told."""
    classes = run.architecture.classes
    if not classes:
        return None
    return int(st.selectbox(_("Tell it the class"), range(classes), key=f"{key}:{run.digest}:class"))


def _code(code: np.ndarray) -> None:
    """A code as numbers, or as a picture if there are many."""
    if len(code) <= LISTED:
        st.markdown("  \n".join(f"z{_small(i + 1)} = {number(value, '.2f')}" for i, value in enumerate(code)))
        return
    most = float(np.abs(code).max()) or 1.0
    picture = charts.units(code, most)
    st.html(glyphs.tile(picture, _("code of {code} numbers", code=len(code)), min(160, picture.shape[1])))
    st.caption(
        _("{code:,} numbers; orange is above 0, blue below 0, full colour at ±{most:.2g}.", code=len(code), most=most)
    )


def _small(index: int) -> str:
    return "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(index))
