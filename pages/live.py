"""Live: a network that learns in the browser while the user watches."""

import streamlit as st

from aelib.core.language import _
from aelib.ui import page_frame
from aelib.ui.lessons import live
from aelib.ui.shell.lessons import LIVE

page_frame.page(LIVE.title)

st.title(_(LIVE.title))
st.caption(
    _(
        "32 characters, squeezed through two numbers, learnt in your browser. Change something while it runs: "
        "what speeds it up, what stops it? Point at a neuron; choose a character, or draw one."
    )
)
live.network()
