"""Lesson: linear autoencoders beside PCA, and what a bend (nonlinearity) adds."""

from aelib.core.language import N_, _
from aelib.training import Run
from aelib.ui.lessons.codes import pca as parts
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import run_views

lesson = LessonPage(
    "pca",
    _(
        "Take every activation out of an autoencoder: what is left are two matrices. **Principal component "
        "analysis** (PCA) has two matrices as well and needs no training. Does the net find the same thing? "
        "And what must you add before it finds more?"
    ),
    after=_(
        "the angle between the net's plane and PCA's, the axes of both, what a bend and depth add, and the "
        "images and code sizes where PCA wins."
    ),
)


@lesson.tab(
    N_("The plane"),
    _(
        "All outputs of a linear net lie in one plane, with as many dimensions as the code has numbers. "
        "Predict: how large is the angle between this plane and PCA's?"
    ),
    can=parts.is_linear,
)
def the_plane(run: Run) -> None:
    parts.the_plane(run, f"{lesson.key}:plane")


@lesson.tab(
    N_("Axes"),
    _("Each number of the code moves the output along one axis. Predict: are the axes those of PCA too?"),
    can=parts.is_linear,
)
def axes(run: Run) -> None:
    parts.axes(run, f"{lesson.key}:axes")


@lesson.tab(
    N_("A bend and depth"),
    _(
        "A code of the same size, behind five nets: linear, with a bend in two places, with more layers, with "
        "both. Predict which of them have a smaller error than PCA."
    ),
)
def bend_and_depth(run: Run) -> None:
    parts.bend_and_depth(run, f"{lesson.key}:bend")


@lesson.tab(
    N_("Where PCA wins"),
    _(
        "Nets with one bent layer each way, codes of several sizes, and PCA with as many numbers of as many "
        "bits. Predict: with which code size is PCA hardest to beat?"
    ),
)
def where_pca_wins(run: Run) -> None:
    parts.where_pca_wins(run, f"{lesson.key}:wins")


@lesson.tab(N_("How it learnt"), _("PCA is computed in one go. How long does the net need to come as far?"))
def how_it_learnt(run: Run) -> None:
    run_views.error_curves(run, lesson.key)


lesson.show()
