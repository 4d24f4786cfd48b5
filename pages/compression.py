"""Lesson: images kept in few bits by convolutional autoencoders."""

import streamlit as st

from aelib.ui import page_frame
from aelib.ui.form import controls, lesson_forms
from aelib.ui.lessons import compression, lesson
from aelib.ui.shell import messages
from aelib.ui.views import feature_maps, hand_in, run_views

FORM, RUN = "compression", "compression-run"

page_frame.page("Compression")
st.title("Compression")
st.markdown(
    "The code is all that the decoder gets to see. If you have the decoder, you need only the code, and an autoencoder "
    "is a way to **keep images in fewer bits**. How few are enough to read a letter? And is it a better way than JPEG?"
)

run = lesson.begin(
    controls.Controls(FORM, default="letters-7x7", takes=lesson_forms.of_many, kinds=("convolutional",)),
    lesson_forms.compression,
    RUN,
)
if run is None:
    st.divider()
    st.caption(
        "After training you see here: what is left of the letters, four codes side by side, the code rounded to "
        "one bit a number, JPEG, WebP and PCA as baselines, and what every layer makes of an image."
    )
    st.stop()

st.header("3 · What the code keeps")
st.markdown(
    "Held-out images, above what the decoder makes of their codes. Which parts of a letter survive, and "
    "which are smoothed away? Evaluation for typefaces that the net turns into plainer ones."
)
with messages.show_errors():
    compression.compared(run, f"{RUN}:compared")

st.header("4 · How it learnt")
st.markdown("Do the two curves part? Then the net remembers its training images better than it knows letters.")
run_views.error_curves(run, RUN)

st.header("5 · Four codes")
st.markdown(
    "The same images through 14x14, 7x7, 2x2 and 1x1 numbers (images of 28x28; others have codes a little larger or "
    "smaller). Before you train them: at which code can you no longer "
    "tell the letters apart? Mind the largest: at 32 bits a number, does it save anything at all?"
)
with messages.show_errors():
    beside = compression.four_codes(run, f"{RUN}:codes")

st.header("6 · Fewer bits a number")
st.markdown(
    "Nobody says that a number of the code needs 32 bits. Here each is rounded to 2, 4, 8 … values; nothing is trained "
    "again. How far down can you go before you see it?"
)
with messages.show_errors():
    compression.fewer_bits(run, f"{RUN}:fewer")

st.header("7 · Against JPEG, WebP and PCA")
st.markdown(
    "Every point is a way to keep an image: the further left, the fewer bits; the higher, the better the image. An "
    "image file begins with a header, which for images as small as these is most of the file, so the files are counted "
    "**with** and **without** it. Where do the nets win, and is the comparison fair?"
)
with messages.show_errors():
    compression.against_codecs(run, beside, f"{RUN}:rates")

st.header("8 · What the layers see")
st.markdown(
    "One image on its way through the net: every step gives maps, and each map answers to something else. Which react "
    "to edges, which to filled areas? Can you still find the letter in the code?"
)
with messages.show_errors():
    feature_maps.features(run, f"{RUN}:features")

st.header("9 · Hand in")
st.markdown("What you found, to take away: a page to print or send, a notebook, the training as a short program.")
hand_in.hand_in(run, f"{RUN}:hand-in")
