"""Lesson: taking heavy noise off handwritten digits."""

from aelib.ui.lessons import restoring
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import run_views

lesson = LessonPage(
    "restoring",
    "So much noise that you can hardly read the digit. A network that has seen many digits restores it, but from what: "
    "from what is left of the image, or from what digits usually look like? And does a filter that has learnt nothing "
    "do as well?",
    after="digits with noise under a slider, the network and two filters, every epoch of the training, and the level of"
    " noise at which the network stops being useful.",
)
run = lesson.run()

with lesson.section(
    "Noise off",
    "Move the slider; the trained network and the filters restore at once. At which level does the network begin to "
    "write **another** digit? What does it do to images without any noise?",
):
    restoring.live(run, f"{lesson.key}:live")

with lesson.section(
    "Epoch by epoch",
    "When had it learnt most of what it knows? Does the loss on held-out images turn up again?",
):
    run_views.error_curves(run, lesson.key)
    restoring.epochs(run, lesson.key)

with lesson.section(
    "Where it stops being useful",
    "The same four ways at every level. The network was trained at one level only: how far to the left and to the "
    "right of it does it help? A filter that is tuned again for every level is a hard baseline.",
):
    restoring.against_level(run, f"{lesson.key}:curve")

with lesson.section(
    "What if",
    "Batch norm keeps what goes from layer to layer in one range. Is it needed in a net of this depth? And are larger "
    "digits easier to restore, or harder? Guess first, then open it and train.",
):
    restoring.what_if(run)

lesson.hand_in(run)
