"""Lesson: removing heavy noise from handwritten digits."""

from aelib.core.language import N_, _
from aelib.training import Run
from aelib.ui.lessons.images import restoring
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import run_views

lesson = LessonPage(
    "restoring",
    _(
        "The noise is so strong that you can hardly read the digit. A network that has seen many digits "
        "restores it, but from what: from the rest of the image, or from what digits usually look like? And is "
        "a filter without training just as good?"
    ),
    after=_(
        "digits with noise set by a slider, the network and two filters, every epoch of the training, and the "
        "noise level at which the network stops being useful."
    ),
)


@lesson.tab(
    N_("Remove noise"),
    _(
        "Move the slider; the trained network and the filters restore the images at once. At which level does "
        "the network begin to output a **different** digit? What does it do to images without noise?"
    ),
)
def remove_noise(run: Run) -> None:
    restoring.live(run, f"{lesson.key}:live")


@lesson.tab(
    N_("Epoch by epoch"),
    _("When is most of the training done? Does the loss on held-out images rise again?"),
)
def epoch_by_epoch(run: Run) -> None:
    run_views.error_curves(run, lesson.key)
    restoring.epochs(run, lesson.key)


@lesson.tab(
    N_("Noise levels"),
    _(
        "The same four methods at every level. The network was trained at one level only: how far below and "
        "above it does it help? A filter that is tuned for every level is a strong baseline."
    ),
)
def noise_levels(run: Run) -> None:
    restoring.against_level(run, f"{lesson.key}:curve")


@lesson.tab(
    N_("What if"),
    _(
        "Batch norm normalises the values between layers. Is it necessary in a net of this depth? And are "
        "larger digits easier or harder to restore? Predict first, then open the experiment and train it."
    ),
)
def what_if(run: Run) -> None:
    restoring.what_if(run)


lesson.show()
