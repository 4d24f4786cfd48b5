"""What every page has in common: page settings, style, navigation."""

from pathlib import Path

import streamlit as st
from PIL import Image

from aelib import datasets
from aelib.charts import glyphs

from .jobs.sidebar import panel
from .shell.lessons import LESSONS, THEORY, TOOLS
from .shell.messages import show_errors
from .shell.server_state import jobs

_STYLE = Path(__file__).with_name("style.css")


def page(title: str) -> None:
    """Set up a page: settings, style, and the sidebar with links to all pages. Every page calls this first."""
    st.set_page_config(page_title=f"{title} · Autoencoder Lab", page_icon=_icon(), layout="wide")
    st.html(_STYLE)
    with show_errors():  # invalid limits, a cluster that does not respond, a full disk
        jobs()
    with st.sidebar:
        st.markdown("**Autoencoder Lab**")
        st.page_link("app.py", label="Home", icon=":material/home:")
        for heading, pages in (("Lessons", LESSONS), ("How it works", THEORY), ("Tools", TOOLS)):
            st.caption(heading)
            for one in pages:
                st.page_link(one.file, label=one.title, icon=one.icon)
        panel()


@st.cache_data(show_spinner=False)
def _icon() -> Image.Image:
    """The font's letter a. Drawn locally, because the browser would download a named icon from another server."""
    font = datasets.load("font5x7")
    small = glyphs.colours(font.images()[font.names.index("a")].numpy())
    return Image.fromarray(small.repeat(8, axis=0).repeat(8, axis=1))
