"""Lesson: taking heavy noise off handwritten digits."""

import streamlit as st

from aelib.ui import page_frame
from aelib.ui.form import controls, lesson_forms
from aelib.ui.lessons import lesson, restoring
from aelib.ui.shell import messages
from aelib.ui.views import hand_in, run_views

FORM, RUN = "restoring", "restoring-run"

page_frame.page("Restoring digits")
st.title("Restoring digits")
st.markdown(
    "So much noise that you can hardly read the digit. A network that has seen many digits restores it, but from what: "
    "from what is left of the image, or from what digits usually look like? And does a filter that has learnt nothing "
    "do as well?"
)

run = lesson.begin(
    controls.Controls(FORM, default="digits-denoise", takes=lesson_forms.of_many, kinds=("dense", "convolutional")),
    lesson_forms.restoring,
    RUN,
)
if run is None:
    st.divider()
    st.caption(
        "After training you see here: digits with noise under a slider, the network and two filters, every epoch of "
        "the training, and the level of noise at which the network stops being useful."
    )
    st.stop()

st.header("3 · Noise off")
st.markdown(
    "Move the slider; the trained network and the filters restore at once. At which level does the network begin to "
    "write **another** digit? What does it do to images without any noise?"
)
with messages.show_errors():
    restoring.live(run, f"{RUN}:live")

st.header("4 · Epoch by epoch")
st.markdown("When had it learnt most of what it knows? Does the loss on held-out images turn up again?")
run_views.error_curves(run, RUN)
restoring.epochs(run, RUN)

st.header("5 · Where it stops being useful")
st.markdown(
    "The same four ways at every level. The network was trained at one level only: how far to the left and to the "
    "right of it does it help? A filter that is tuned again for every level is a hard baseline."
)
with messages.show_errors():
    restoring.against_level(run, f"{RUN}:curve")

st.header("6 · What if")
st.markdown(
    "Batch norm keeps what goes from layer to layer in one range. Is it needed in a net of this depth? And are larger "
    "digits easier to restore, or harder? Guess first, then open it and train."
)
restoring.what_if(run)

st.header("7 · Hand in")
st.markdown("What you found, to take away: a page to print or send, a notebook, the training as a short program.")
hand_in.hand_in(run, f"{RUN}:hand-in")
