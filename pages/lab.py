"""Lab: a free experiment with every choice that there is."""

from aelib.ui.lessons import lab
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import run_views

lesson = LessonPage(
    "lab",
    "Every choice on every data set, your own included. No question is asked here but yours: write down what you "
    "expect before you press Train.",
    after="how it learnt, images in and out, the latent plane or the maps of its layers.",
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
