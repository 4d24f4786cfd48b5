"""Lesson: sparse and overcomplete codes."""

from aelib.analysis.codes import activations
from aelib.analysis.codes.dictionary import has_planted
from aelib.core.language import N_, _
from aelib.training import Run
from aelib.ui.lessons.codes import sparse as parts
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import run_views

lesson = LessonPage(
    "sparse",
    _(
        "A code with **more numbers than the image has pixels** can simply copy the image, and then it has "
        "learnt nothing. Allow only a few of its numbers to be on at once, and each must stand for something "
        "that occurs often: a feature."
    ),
    after=_(
        "what each number of the code draws, the images for which it is largest, five cures against copying "
        "side by side, a sparse net on the activations of yours, and which of the features that the images are "
        "made of it has found."
    ),
)


@lesson.tab(
    N_("Planted features"),
    _(
        "These images are sums of three features from a known list. The net was never shown the list. Predict: "
        "how many of the features does it find?"
    ),
    can=has_planted,
)
def planted(run: Run) -> None:
    parts.planted(run, f"{lesson.key}:planted")


@lesson.tab(
    N_("Features"),
    _(
        "What each number of the code adds to an image: grey where it changes nothing. Which look like parts "
        "of images, and which like noise?"
    ),
    can=parts.is_dense,
)
def features(run: Run) -> None:
    parts.features(run, f"{lesson.key}:features")


@lesson.tab(
    N_("Top images"),
    _("A feature has no name. Look at the images for which it is largest: what do they share?"),
    can=parts.is_dense,
)
def top_images(run: Run) -> None:
    parts.top_images(run, f"{lesson.key}:top")


@lesson.tab(
    N_("Activity"),
    _("How many numbers are on in an image, and is each of them on now and then? Predict both before you look."),
    can=parts.is_dense,
)
def density(run: Run) -> None:
    parts.density(run, f"{lesson.key}:density")


@lesson.tab(
    N_("Cures"),
    _(
        "The same code of 128 numbers for digits of 64 pixels, without a cure and with five. Predict: which "
        "net copies noise most faithfully?"
    ),
)
def cures(run: Run) -> None:
    parts.cures(run, f"{lesson.key}:cures")


@lesson.tab(
    N_("Inside a net"),
    _(
        "The units of a hidden layer are numbers too. A sparse net on the activations of **this** net takes "
        "them apart. Predict: will its features stand for one class more often than single units do?"
    ),
    can=activations.fits,
)
def inside(run: Run) -> None:
    parts.inside(run, f"{lesson.key}:inside")


@lesson.tab(N_("How it learnt"), _("Does the error of held-out images fall as far as that of the training images?"))
def how_it_learnt(run: Run) -> None:
    run_views.error_curves(run, lesson.key)


lesson.show()
