"""Parts of the home page."""

import streamlit as st

from aelib.core.language import _
from aelib.ui.lessons import live
from aelib.ui.shell.lessons import LESSONS, LIVE
from aelib.ui.shell.links import page_link


def network() -> None:
    """An autoencoder that learns while the visitor reads what an autoencoder is."""
    live.brief()
    page_link(LIVE.file, _("Change it while it learns"), LIVE.icon)


def lessons() -> None:
    """Draw a card for each lesson."""
    for number, one in enumerate(LESSONS):
        with st.container(border=True):
            if number == 0:
                st.badge(_("Start here"), icon=":material/flag:", color="orange")
            page_link(one.file, f"**{one.title}**", one.icon)
            st.markdown(one.about)
