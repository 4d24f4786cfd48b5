"""From the documents: all reported figures, measured again."""

import streamlit as st

from aelib.core.language import N_, _
from aelib.ui.lessons import documents
from aelib.ui.lessons.lesson import SectionedPage
from aelib.ui.shell import messages
from aelib.ui.shell.lessons import DOCUMENTS

SectionedPage(
    DOCUMENTS,
    _(
        "These lessons are based on five classroom documents. Most of their results come from a single run "
        "with one seed, and half of the recipe is missing. Here every figure is measured again, many times. "
        "Predict before you look: how many can be reproduced?"
    ),
)

with messages.show_errors():
    records = documents.recorded()
    if not records:
        documents.nothing_yet()
        st.stop()
    documents.summary(records)
    chosen = documents.filtered(records)
    documents.table(chosen)

    st.header(N_("One row in detail"))
    documents.opened(chosen)
