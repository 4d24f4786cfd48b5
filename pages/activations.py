"""How it works: activation functions."""

from aelib.ui.shell.lessons import ACTIVATIONS, lesson
from aelib.ui.theory import activations
from aelib.ui.theory.page import TheoryPage, otherwise

page = TheoryPage(
    ACTIVATIONS,
    "Without an activation, ten layers are one: a product of matrices is a matrix. **Which bend do you put between "
    "them, and why did the sigmoid fall out of favour?** Guess which curve learns best, then try.",
)

with page.section(
    "Curves and slopes",
    "Switch functions on and off, and drag in a picture to move z. The slope on the right is what a gradient is "
    "multiplied by when it passes: where it is 0, nothing behind it learns.",
):
    activations.curves()

with page.section("Formulas"):
    activations.formulas()

with page.section(
    "What is left after many layers?",
    "The gradient of a deep net is a product: every layer multiplies it by w · f′(z). Here is one neuron a layer. "
    "Which function keeps a gradient alive for 60 layers? What does a larger weight do?",
):
    activations.depth()

with page.section(
    "The same net with each",
    "A 35-20-10-2 net learns the 32 characters in your browser, with the same start and the same rate for all. The "
    "**binary step** is there to see why nobody trains with it: its slope is 0, so no gradient reaches the layers "
    "below the last one, and they stay as they were drawn. No other page offers it.",
):
    activations.race()

with page.section(
    "Softmax: a function of several numbers",
    "Softmax turns numbers into shares. It stands at the end of a classifier; an autoencoder has no classes, so no "
    "lesson trains with it. What happens to the other shares when you raise one number? What does a low temperature "
    "do?",
):
    activations.softmax()

page.concluded(
    "Document E explains eleven functions, trains with several and **recommends ReLU-like ones**. Document A trains "
    "with the sigmoid."
)
with page.evidence("On photographs", "Mean squared error, mean ± standard deviation; less is better."):
    otherwise("sr-activations")
with page.evidence("On the 5x7 font", "Our own runs, with every function that can be trained."):
    activations.runs()
page.lessons(
    (lesson("dense"), "sigmoid against SiLU on the same net"),
    (lesson("super_resolution"), "ELU, ReLU and others on photographs"),
)
