"""The latent space of a code of one number: a line, not a plane."""

import numpy as np
import streamlit as st

from aelib.charts import glyphs
from aelib.core.language import _, number
from aelib.training import Run
from aelib.ui.components.live_slider import live_slider
from aelib.ui.shell.messages import escaped

STEPS = 24  # decoded points of the line
SHOWN = 120  # images in the order of their codes
MARGIN = 0.08  # share of the range of the codes, added on both sides


def line(run: Run, key: str) -> None:
    """One slider, the decoded point, the line decoded from end to end, and the images in the order of their codes."""
    codes = run.codes()[:, 0]
    margin = MARGIN * (float(np.ptp(codes)) or 1.0)
    low, high = float(codes.min()) - margin, float(codes.max()) + margin
    drawn = run.spec.drawn
    st.caption(_("This code has one number, so its latent space is a line."))
    left, right = st.columns([3, 1])
    with left:
        value, _dragged = live_slider(
            st.container(),
            "z₁",
            low,
            high,
            (low + high) / 2,
            (high - low) / 200,
            f"{key}:{run.digest}:z",
            _("The decoded point follows while you drag."),
        )
        along = np.linspace(low, high, STEPS, dtype=np.float32)
        captions = [number(one, ".3g") if i % 4 == 0 or i == STEPS - 1 else "" for i, one in enumerate(along)]
        st.html(glyphs.strip(drawn(run.decode(along[:, None])), captions))
    nearest = int(np.abs(codes - value).argmin())
    with right:
        decoded = drawn(run.decode(np.array([[value]], np.float32)))[0]
        st.html(glyphs.row([((glyphs.tile(glyphs.colours(decoded), _("decoded point"), 120),), _("decoded"), False)]))
        st.caption(_("Nearest: {name}, at {code:.2f}.", name=escaped(run.images.names[nearest]), code=codes[nearest]))
    st.markdown(_("The images in the order of their codes:"))
    order = np.argsort(codes, kind="stable")[:SHOWN]
    images = drawn(run.images.images()[order].numpy())
    names = run.images.names
    columns = [
        (
            (glyphs.tile(glyphs.colours(image), _("{name} at {code:.2f}", name=names[i], code=codes[i]), 36),),
            number(codes[i], ".3g"),
            i == nearest,
        )
        for i, image in zip(order.tolist(), images, strict=True)
    ]
    st.html(glyphs.row(columns))
