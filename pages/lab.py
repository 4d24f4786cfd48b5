"""Lab: a free experiment with all choices."""

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
run = lesson.run()

with lesson.section("How it learnt"):
    run_views.error_curves(run, lesson.key)

with lesson.section("In and out"):
    lab.outcome(run, lesson.key)

with lesson.section("Inside"):
    lab.inside(run, lesson.key)

with lesson.section("Onwards"):
    lab.onwards(run)

lesson.hand_in(run)
