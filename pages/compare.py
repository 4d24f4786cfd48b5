"""Compare: two to six experiments side by side."""

import streamlit as st

from aelib.ui import page_frame
from aelib.ui.lessons import compare, compare_table
from aelib.ui.shell import messages
from aelib.ui.views import hand_in

page_frame.page("Compare")
st.title("Compare")
st.markdown(
    "Experiments side by side: fair only if they differ in one thing, and if it is not luck. Change one cell, guess "
    "which will win, and by how much; then train both with several seeds. The address holds the whole comparison."
)

st.header("1 · Choose")
with messages.show_errors():
    rows, seeds = compare_table.choose()
    groups = compare.runs(rows, seeds)
if groups is None:
    st.divider()
    st.caption(
        "After training you see here: what differs and what came out, the networks, curves over each other, whether "
        "the difference is noise, who gets what wrong, and the latent planes at one scale."
    )
    st.stop()

shown = {label: group[0] for label, group in groups.items()}
KEY = "compare"
st.header("2 · What differs, what came out")
if seeds > 1:
    st.caption("Of each, the run with the first seed; all seeds are in section 4.")
with messages.show_errors():
    compare.settings(shown, f"{KEY}:settings")
    compare.networks(shown)

st.header("3 · How they learnt")
with messages.show_errors():
    compare.learning(shown, f"{KEY}:learning")

st.header("4 · Is it luck?")
with messages.show_errors():
    compare.noise(groups, f"{KEY}:noise")

st.header("5 · Image by image")
with messages.show_errors():
    if compare.together(shown) is not None:
        compare.errors(shown, f"{KEY}:errors")
        compare.images(shown, f"{KEY}:images")

st.header("6 · Hand in")
st.markdown("All of them side by side in one page or notebook, of each the run with the first seed.")
hand_in.hand_in_many(list(shown.values()), f"{KEY}:hand-in")
