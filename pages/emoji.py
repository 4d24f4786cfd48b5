"""Lesson: variational autoencoders on emoji."""

import streamlit as st

from aelib.core.language import N_, _
from aelib.training import Run
from aelib.ui.lessons.generative import emoji
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.lessons.trainings import sweeps
from aelib.ui.views import inside, morphs, run_views, samples

lesson = LessonPage(
    "emoji",
    _(
        "A **variational** autoencoder encodes each picture as a distribution instead of a point: a mean and a "
        "variance. Training decodes a random sample of it; the **KL divergence** in the loss penalises "
        "distributions that are far from the origin or too narrow. So points between pictures become "
        "meaningful, and one picture can turn into another."
    ),
    after=_(
        "which pictures are learnt, ReLU compared with sigmoid, morphs and mixtures of pictures, and new ones "
        "from random codes, and the inside of the network."
    ),
)


@lesson.tab(
    N_("What it learnt"),
    _(
        "Originals above, the decoded means of their distributions below; wrong pixels are marked and counted. "
        "Do some pictures have the same reconstruction?"
    ),
)
def what_it_learnt(run: Run) -> None:
    st.caption(
        _(
            "A pixel is wrong if it is off by {wrong_pixel:g} or more (black is 0, white is 1); a picture is "
            "learnt with at most one wrong pixel.",
            wrong_pixel=run.spec.wrong_pixel,
        )
    )
    run_views.reconstructions(run)
    learnt, total = run.metrics["learnt"], run.metrics["total"]
    with st.expander(
        _("Table of wrong pixels: {learnt} of {total} learnt", learnt=learnt, total=total), expanded=False
    ):
        run_views.error_table(run, lesson.key)
    run_views.error_curves(run, lesson.key)


@lesson.tab(
    N_("Morph"),
    _(
        "The decoded path from one picture to the next, compared with the path of a **plain** autoencoder "
        "(train it) and with a cross-fade of pixels. In which of them is every image on the path a face?"
    ),
)
def morph(run: Run) -> None:
    morphs.morph(run, f"{lesson.key}:morph")


@lesson.tab(
    N_("Mix"),
    _("Three pictures form a triangle, four a square. Move the pointer: its position sets the weight of each picture."),
)
def mix(run: Run) -> None:
    morphs.mix(run, f"{lesson.key}:mix")


@lesson.tab(
    N_("Latent plane"),
    _("Every picture is drawn at its mean; the background shows the decoder's output at every point."),
)
def latent_plane(run: Run) -> None:
    run_views.plane(run, lesson.key)


@lesson.tab(
    N_("New pictures"),
    _(
        "In a variational net, codes are distributed approximately like N(0, 1). Sample a code, decode it, and "
        "you have a new picture, or a known one: which is it? The training of a plain autoencoder does not "
        "restrict its codes."
    ),
)
def new_pictures(run: Run) -> None:
    samples.samples(run, f"{lesson.key}:samples", count=12, width=56)


@lesson.tab(
    N_("ReLU or sigmoid"),
    _(
        "The document uses ReLU in all layers, then a sigmoid at the output. A ReLU can output any number from "
        "0 up; will white be exactly 1? Predict what happens to the background before you train both."
    ),
)
def relu_or_sigmoid(run: Run) -> None:
    emoji.outputs(run, f"{lesson.key}:outputs")


@lesson.tab(inside.TITLE, inside.TEXT)
def look_inside(run: Run) -> None:
    inside.inside(run, f"{lesson.key}:inside")


@lesson.tab(
    N_("Twenty seeds"),
    _("Was this net lucky? The same experiment with twenty seeds."),
)
def twenty_seeds(run: Run) -> None:
    sweeps.seeds(run.experiment, 20, lesson.key)


lesson.show()
