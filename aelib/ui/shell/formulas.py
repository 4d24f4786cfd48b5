"""Formulas of the registries with their words in the session's language."""

import re

from aelib.core.language import N_, _

WORDS = (
    N_("if"),
    N_("else"),
    N_("is learnt"),
    N_("the sigmoid"),
    N_("if it is one of the"),
    N_("largest, else"),
    N_("none at"),
)
_TEXT = re.compile(r"\\text\{(\s*)([^{}]*?)(\s*)\}")


def formula(latex: str) -> str:
    """A formula in LaTeX whose words, each in a `\\text{}`, are translated."""
    return _TEXT.sub(lambda found: rf"\text{{{found[1]}{_(found[2])}{found[3]}}}", latex)
