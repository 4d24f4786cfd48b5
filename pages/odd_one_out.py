"""Lesson: anomaly detection with a net that knows some classes."""

from aelib.core.language import N_, _
from aelib.training import Run
from aelib.ui.lessons.codes import odd_one_out as parts
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import run_views

lesson = LessonPage(
    "odd_one_out",
    _(
        "Train a net on **one kind of image** only, then show it all kinds. It draws well what it knows and "
        "badly what it never saw, so its error is an alarm. How many odd images does it find, and how often is "
        "the alarm false? *Classes to train on* is under **More choices**."
    ),
    after=_(
        "scores with a threshold to move, ROC and precision-recall curves beside three rivals without a net, "
        "the images that it gets wrong, and where it fails."
    ),
)


@lesson.tab(N_("All alike"), can=parts.every_class)
def nothing_is_odd(run: Run) -> None:
    parts.nothing_is_odd(run)


@lesson.tab(
    N_("Threshold"),
    _(
        "Every test image has a score. Predict: where must the threshold be to find every odd image, and how "
        "many false alarms does that cost? Move it and see."
    ),
    can=parts.leaves_out,
)
def threshold(run: Run) -> None:
    parts.threshold(run, f"{lesson.key}:threshold")


@lesson.tab(
    N_("Against rivals"),
    _(
        "PCA, nearest neighbours and an isolation forest need no training of a net. Which score is best over "
        "all thresholds? Is the net worth it?"
    ),
    can=parts.leaves_out,
)
def rivals(run: Run) -> None:
    parts.rivals(run, f"{lesson.key}:rivals")


@lesson.tab(
    N_("Best and worst"),
    _("What do the odd images that slip through look like? The lowest row shows where in the image the error lies."),
    can=parts.leaves_out,
)
def examples(run: Run) -> None:
    parts.examples(run, f"{lesson.key}:examples")


@lesson.tab(
    N_("Where it fails"),
    _("Images that are no digits at all should be the oddest. Predict which of these three the net finds least odd."),
    can=parts.leaves_out,
)
def challenges(run: Run) -> None:
    parts.challenges(run, f"{lesson.key}:challenges")


@lesson.tab(N_("Five seeds"), _("Is the figure luck? The same experiment with five seeds."), can=parts.leaves_out)
def seeds(run: Run) -> None:
    parts.seeds(run, f"{lesson.key}:seeds")


@lesson.tab(N_("How it learnt"), _("Both curves are of the classes that the net knows. Do they diverge?"))
def how_it_learnt(run: Run) -> None:
    run_views.error_curves(run, lesson.key)


lesson.show()
