"""Parts of the home page."""

import streamlit as st

from aelib.ui.lessons import live
from aelib.ui.shell.lessons import LESSONS, LIVE


def network() -> None:
    """An autoencoder that learns while one reads what an autoencoder is."""
    live.brief()
    st.page_link(LIVE.file, label="Change it while it learns", icon=LIVE.icon)


def lessons() -> None:
    """Draw a card for each lesson."""
    for number, one in enumerate(LESSONS):
        with st.container(border=True):
            if number == 0:
                st.badge("Start here", icon=":material/flag:", color="orange")
            st.page_link(one.file, label=f"**{one.title}**", icon=one.icon)
            st.markdown(one.about)
