"""Lab: a free experiment with all choices."""

from aelib.training import Run
from aelib.ui.lessons import lab
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import run_views

lesson = LessonPage(
    "lab",
    "Every choice on every data set, including your own. Here you ask the questions: write down what you expect before "
    "you press Train.",
    after="error curves, inputs and outputs, and the latent plane or the feature maps.",
    explain=run_views.choices,
)


@lesson.tab("How it learnt")
def how_it_learnt(run: Run) -> None:
    run_views.error_curves(run, lesson.key)


@lesson.tab("In and out")
def in_and_out(run: Run) -> None:
    lab.outcome(run, lesson.key)


@lesson.tab("Inside")
def inside(run: Run) -> None:
    lab.inside(run, lesson.key)


@lesson.tab("Onwards")
def onwards(run: Run) -> None:
    lab.onwards(run)


lesson.show()
