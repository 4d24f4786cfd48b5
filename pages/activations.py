"""How it works: activation functions."""

from aelib.core.language import N_, _
from aelib.ui.shell.lessons import ACTIVATIONS, lesson
from aelib.ui.theory import activations
from aelib.ui.theory.page import TheoryPage, otherwise

page = TheoryPage(
    ACTIVATIONS,
    _(
        "Without an activation, ten layers are one: a product of matrices is a matrix. **Which bend do you put "
        "between them, and why did the sigmoid fall out of favour?** Guess which curve learns best, then try."
    ),
)

with page.section(
    N_("Curves and slopes"),
    _(
        "Switch functions on and off, and drag in a picture to move z. The slope on the right is what a "
        "gradient is multiplied by when it passes: where it is 0, nothing behind it learns."
    ),
):
    activations.curves()

with page.section(N_("Formulas")):
    activations.formulas()

with page.section(
    N_("What is left after many layers?"),
    _(
        "The gradient of a deep net is a product: every layer multiplies it by w · f′(z). Here is one neuron a "
        "layer. Which function keeps a gradient alive for 60 layers? What does a larger weight do?"
    ),
):
    activations.depth()

with page.section(
    N_("The same net with each"),
    _(
        "A 35-20-10-2 net learns the 32 characters in your browser, with the same start and the same rate for "
        "all. The **binary step** is there to see why nobody trains with it: its slope is 0, so no gradient "
        "reaches the layers below the last one, and they stay as they were drawn. No other page offers it."
    ),
):
    activations.race()

with page.section(
    N_("Softmax: a function of several numbers"),
    _(
        "Softmax turns numbers into shares. It stands at the end of a classifier; an autoencoder has no "
        "classes, so no lesson trains with it. What happens to the other shares when you raise one number? "
        "What does a low temperature do?"
    ),
):
    activations.softmax()

page.concluded(
    _(
        "Document E explains eleven functions, trains with several and **recommends ReLU-like ones**. Document "
        "A trains with the sigmoid."
    )
)
with page.evidence(N_("On photographs"), _("Mean squared error, mean ± standard deviation; less is better.")):
    otherwise("sr-activations")
with page.evidence(N_("On the 5x7 font"), _("Our own runs, with every function that can be trained.")):
    activations.runs()
page.lessons(
    (lesson("dense"), _("sigmoid against SiLU on the same net")),
    (lesson("super_resolution"), _("ELU, ReLU and others on photographs")),
)
