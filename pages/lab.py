"""Lab: a free experiment with all choices."""

from functools import partial

from aelib.core.language import N_, _
from aelib.training import Run
from aelib.ui.lessons import any_run
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.shell import links
from aelib.ui.views import run_views

lesson = LessonPage(
    "lab",
    _(
        "Every choice on every data set, including your own. Here you ask the questions: write down what you "
        "expect before you press Train."
    ),
    after=_(
        "error curves, inputs and outputs, and whatever the lessons can show of such a net: its latent plane, "
        "its feature maps, noise, fewer bits, new images."
    ),
    explain=run_views.choices,
)

for view in any_run.VIEWS:
    lesson.tab(view.title, view.text, view.can)(partial(view.draw, key=lesson.key))


@lesson.tab(N_("Onwards"))
def onwards(run: Run) -> None:
    links.link(run.experiment, _("Open it in its lesson"), ":material/arrow_forward:")


lesson.show()
