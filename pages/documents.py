"""From the documents: every figure that they report, measured again."""

import streamlit as st

from aelib.ui.lessons import documents
from aelib.ui.lessons.lesson import SectionedPage
from aelib.ui.shell import messages
from aelib.ui.shell.lessons import DOCUMENTS

SectionedPage(
    DOCUMENTS,
    "Five classroom documents stand behind these lessons, and report what their networks did: mostly once, with one "
    "random start, and with half of the recipe left out. Here every figure is measured again, many times. "
    "Before you look: how many of them will hold?",
)

with messages.show_errors():
    records = documents.recorded()
    if not records:
        documents.nothing_yet()
        st.stop()
    documents.summary(records)
    chosen = documents.filtered(records)
    documents.table(chosen)

    st.header("One row, opened")
    documents.opened(chosen)
