"""Lesson: the dense autoencoder on the 5x7 font."""

import streamlit as st

from aelib.ui import page_frame
from aelib.ui.form import controls, lesson_forms
from aelib.ui.lessons import lesson, sweeps
from aelib.ui.shell import messages
from aelib.ui.views import hand_in, run_views

FORM, RUN = "dense", "dense-run"  # the names under which widgets are kept

page_frame.page("Dense autoencoder")
st.title("Dense autoencoder")
st.markdown(
    "An image goes in as a list of pixels, squeezes through a **code** of a few numbers, and should come out again: a "
    "character of the 5x7 font is 35 pixels, and its code can be two numbers. How much survives depends on the network "
    "and on how it is trained. Try it."
)

run = lesson.begin(
    controls.Controls(FORM, default="font-20-10", takes=lesson_forms.of_single_images), lesson_forms.dense, RUN
)
if run is None:
    st.divider()
    st.caption(
        "After training you see here: the error over the epochs, which characters came out wrong, the latent plane to "
        "walk through, the way from one character to another, and learning replayed."
    )
    st.stop()

st.header("3 · How it learnt")
st.markdown(
    "The loss is what training makes small; on the right, how many images that has taught the network. Do both move at "
    "the same time? *An image counts as learnt with at most one wrong pixel.*"
)
run_views.error_curves(run, RUN)

st.header("4 · Which characters it gets wrong")
st.markdown(
    "Originals above, reconstructions below; framed are those with more than one wrong pixel. If there are any: with "
    "which other character did the network mix them up?"
)
run_views.reconstructions(run)
learnt, total = run.metrics["learnt"], run.metrics["total"]
with st.expander(f"Table of wrong pixels: {learnt} of {total} learnt", expanded=learnt < total):
    run_views.error_table(run, RUN)

st.header("5 · The latent plane")
st.markdown(
    "Every character stands at its own code; behind them, what the decoder makes of every point. Move the pointer: the "
    "framed glyph is decoded there. Click, or use the sliders, to keep a point. Can you find **a character that "
    "is not in the font**? Double-click to zoom in. "
    "Orange frames are characters with more than one wrong pixel. Do they have close neighbours?"
)
run_views.plane(run, RUN)

st.header("6 · From one character to another")
st.markdown(
    "A straight line between two codes, decoded step by step. Where does one character end and the next begin? "
    "Which others does the way pass through?"
)
run_views.way(run, RUN, start="s", end="z")

st.header("7 · Learning, replayed")
st.markdown(
    "The plane and the reconstructions after each kept epoch. At first all codes lie in one heap and every "
    "character comes out as the average of all. Watch them move apart."
)
run_views.replay(run, RUN)

st.header("8 · Ten at once")
st.markdown(
    "Was this network lucky? The same experiment with ten random starts: how far do they lie apart, and what do the "
    "best and the worst of them look like?"
)
with messages.show_errors():
    sweeps.seeds(run.experiment, 10, RUN)

st.header("9 · Hand in")
st.markdown("What you found, to take away: a page to print or send, a notebook, the training as a short program.")
hand_in.hand_in(run, f"{RUN}:hand-in")
