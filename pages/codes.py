"""Lesson: codes as features, clusters, search, single numbers, maps."""

from aelib.core.language import N_, _
from aelib.training import Run
from aelib.ui.lessons.codes import search, uses
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import run_views

lesson = LessonPage(
    "codes",
    _(
        "A net was trained to give back its images and nothing else, and nobody told it a class. Its **code** "
        "is a short description of an image all the same. Is it a good one: does it keep what you would want "
        "to know?"
    ),
    after=_(
        "how well codes of several kinds and sizes tell classes apart, clusters, search by a drawn image, what "
        "single numbers of the code draw, and maps of all codes."
    ),
)


@lesson.tab(
    N_("Code size"),
    _(
        "Codes of four kinds of nets and of PCA, from two numbers to forty. Predict: which kind tells the "
        "classes apart best with two numbers, and from how many on does it no longer matter?"
    ),
)
def code_size(run: Run) -> None:
    uses.sizes_of_codes(run, f"{lesson.key}:sizes")


@lesson.tab(
    N_("Clusters"),
    _(
        "k-means forms as many groups of codes as there are classes, without being told a class. Predict: "
        "which two classes will it mix up?"
    ),
)
def clusters(run: Run) -> None:
    uses.clusters(run, f"{lesson.key}:clusters")


@lesson.tab(
    N_("Search"),
    _(
        "Which images are like this one? By code you compare a few numbers, by pixels every pixel. Choose an "
        "image, paint on it, or draw one: which search finds more of its class?"
    ),
)
def find(run: Run) -> None:
    search.search(run, f"{lesson.key}:search")


@lesson.tab(
    N_("One number at a time"),
    _(
        "Move one number of the code and keep the others. Predict: does each number stand for something that "
        "you can name?"
    ),
)
def one_number(run: Run) -> None:
    search.one_number(run, f"{lesson.key}:number")


@lesson.tab(
    N_("Maps"),
    _(
        "All codes in two dimensions, coloured by class, in two ways. Which of the two maps can you believe, "
        "and what for?"
    ),
)
def maps(run: Run) -> None:
    uses.maps(run, f"{lesson.key}:maps")


@lesson.tab(N_("How it learnt"), _("Does the error of held-out images fall as far as that of the training images?"))
def how_it_learnt(run: Run) -> None:
    run_views.error_curves(run, lesson.key)


lesson.show()
