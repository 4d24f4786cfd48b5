"""Questions that come up again and again, each answered by two experiments."""

from aelib.analysis.questions import QUESTIONS
from aelib.core.language import N_, _
from aelib.ui.lessons import questions
from aelib.ui.lessons.lesson import SectionedPage
from aelib.ui.shell.lessons import QUESTIONS as PAGE

page = SectionedPage(
    PAGE,
    _(
        "These questions come up again and again. Each has two experiments that differ in one thing, so that "
        "you need not believe the answer: train both, and read it from their figures."
    ),
)

page.header(N_("Ask"))
name = questions.choose()

with page.section(N_("Predict")):
    questions.pair(QUESTIONS[name])

with page.section(N_("What the runs say")):
    questions.answer(name)
