"""Parts of the home page."""

import streamlit as st

from aelib import datasets
from aelib.charts import glyphs
from aelib.experiment import Experiment
from aelib.ui.shell.lessons import LESSONS
from aelib.ui.views import run_views


def picture() -> None:
    """A picture of an autoencoder: a character is encoded as two numbers and decoded again."""
    letter = datasets.load("font5x7")
    image = letter.images()[letter.names.index("a")].numpy()
    experiment = Experiment()
    left, middle, right = st.columns([1, 6, 1], vertical_alignment="center")
    left.html(glyphs.row([((glyphs.tile(glyphs.colours(image), "the letter a", 70),), "in", False)]))
    with middle:
        run_views.network(experiment)
    right.html(glyphs.row([((glyphs.tile(glyphs.colours(image), "the letter a again", 70),), "out", False)]))


def lessons() -> None:
    """Draw a card for each lesson."""
    for number, one in enumerate(LESSONS):
        with st.container(border=True):
            if number == 0:
                st.badge("Start here", icon=":material/flag:", color="orange")
            st.page_link(one.file, label=f"**{one.title}**", icon=one.icon)
            st.markdown(one.about)
