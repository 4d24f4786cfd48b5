"""What every page has in common: page settings, style, navigation."""

from pathlib import Path

import streamlit as st
from PIL import Image

from aelib import datasets
from aelib.charts import glyphs
from aelib.core.language import N_, _

from .classroom.note import note
from .components.document import document
from .jobs.sidebar import panel
from .shell import languages
from .shell.lessons import LESSONS, THEORY, TOOLS
from .shell.links import page_link
from .shell.messages import show_errors
from .shell.server_state import jobs

_STYLE = Path(__file__).with_name("style.css")


def page(title: str) -> None:
    """Set up a page: settings, language, style, and the sidebar with links to all pages. Every page calls this first.

    title: in English, marked for translation.
    """
    languages.begin()
    st.set_page_config(page_title=f"{_(title)} · Autoencoder Lab", page_icon=_icon(), layout="wide")
    languages.note()
    st.html(_STYLE)
    document()
    with show_errors():  # invalid limits, a cluster that does not respond, a full disk
        jobs()
    with st.sidebar:
        st.markdown("**Autoencoder Lab**")
        languages.menu()
        page_link("app.py", _("Home"), ":material/home:")
        for heading, pages in ((N_("Lessons"), LESSONS), (N_("How it works"), THEORY), (N_("Tools"), TOOLS)):
            st.caption(_(heading))
            for one in pages:
                page_link(one.file, _(one.title), one.icon)
        panel()
    note(title)


@st.cache_data(show_spinner=False)
def _icon() -> Image.Image:
    """The font's letter a. Drawn locally, because the browser would download a named icon from another server."""
    font = datasets.load("font5x7")
    small = glyphs.colours(font.images()[font.names.index("a")].numpy())
    return Image.fromarray(small.repeat(8, axis=0).repeat(8, axis=1))
