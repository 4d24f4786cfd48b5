"""Home: what an autoencoder is, and the way into each lesson. Run with `streamlit run app.py`."""

import streamlit as st

from aelib.core.language import N_, _
from aelib.ui import page_frame
from aelib.ui.lessons import home

page_frame.page(N_("Home"))

st.title("Autoencoder Lab")
st.markdown(
    _(
        "An **autoencoder** is a network that is asked to give back its own input. Between input and output it "
        "has a narrow place, the **code**, so it cannot copy: it must find a few numbers that say what "
        "matters. Read the code and you see what it found; change the code and you get new images. Here 32 "
        "characters of 35 pixels learn to pass through two numbers, in your browser, now."
    )
)
home.network()
st.subheader(_("Lessons"))
home.lessons()
st.caption(
    _(
        "Each lesson goes the same way: choose a network, guess what it will do, train it, then look at what "
        "it got wrong. Everything trained on this server is kept, so the same experiment opens at once the "
        "next time."
    )
)
