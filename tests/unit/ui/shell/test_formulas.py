"""Formulas are in the language of who reads them."""

import re

from aelib.core.language import speaking
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.losses import LOSSES
from aelib.nn.optimizers import OPTIMIZERS
from aelib.nn.penalties import PENALTIES
from aelib.nn.variational import VARIANCES
from aelib.ui.shell.formulas import WORDS, formula


def test_every_word_of_a_formula_can_be_translated() -> None:
    registries = (ACTIVATIONS, LOSSES, OPTIMIZERS, PENALTIES, VARIANCES)
    texts = [str(value) for entries in registries for one in entries.values() for value in vars(one).values()]
    words = {word.strip() for text in texts for word in re.findall(r"\\text\{([^{}]*)\}", text)}
    assert words
    assert words <= set(WORDS)


def test_words_are_translated_and_the_rest_stays() -> None:
    given = r"1 \text{ if } z > 0 \text{ else } 0.01"
    assert formula(given) == given
    with speaking("es"):
        assert formula(given) == r"1 \text{ si } z > 0 \text{ si no } 0.01"
