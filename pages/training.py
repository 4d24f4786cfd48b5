"""How it works: training."""

from aelib.core.language import N_, _
from aelib.ui.shell.lessons import SWEEPS, TRAINING, lesson
from aelib.ui.theory import training
from aelib.ui.theory.page import TheoryPage, reported

page = TheoryPage(
    TRAINING,
    _(
        "A net begins with random weights and ends with good ones, and nobody tells it which. **How does one "
        "number, the loss, say to every weight where to go, and how far?** Take one step yourself."
    ),
)

with page.section(
    N_("One step, written out"),
    _(
        "Two pixels, one code number, two pixels: seven weights, and all of them in sight. Predict the sign of "
        "each gradient before you press Backward."
    ),
):
    training.one_step()

with page.section(
    N_("Which way down?"),
    _(
        "The map is real: all weights of a 35-20-10-2 net, in the plane of its start, of where it was after a "
        "tenth of its training, and of its end. Each ball is an optimiser that may move in this plane only. "
        "Which is in the valley first, and does one find the trained net? Then raise the rate until one flies "
        "off."
    ),
):
    training.descent()

with page.section(
    N_("A good start"),
    _(
        "Eight hidden layers and a code of two numbers, before the first step. With a poor start the gradient "
        "reaches the first layers as nothing, or the units are flat. Which start and which activation keep "
        "both histograms in place? What does batch norm do? Train, and look again."
    ),
):
    training.histograms()

page.concluded(
    _(
        "Document B names three techniques, **momentum, normalised data and a chosen start**, and finds the "
        "smallest spread of its runs at a rate of **0.0005**. Document D trains with Adam. Measured again:"
    )
)
with page.evidence(N_("Learning rates of document B"), _("The standard deviation of the error over the runs.")):
    reported("font-eta-0.05", "font-eta-0.005", "font-eta-0.0005", "font-eta-0.00005")
with page.evidence(N_("Every optimiser"), _("Our own runs on the 5x7 font.")):
    training.runs()
page.lessons(
    (lesson("dense"), _("train a net of your own, and see ten seeds")),
    (SWEEPS, _("one experiment over many rates and seeds")),
)
