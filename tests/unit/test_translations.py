"""The catalogues have every text of the source, and nothing else."""

import pytest

from aelib.core.language import ENGLISH, LANGUAGES, Language
from tools import messages

TRANSLATED = [language for code, language in LANGUAGES.items() if code != ENGLISH]


@pytest.mark.parametrize("language", TRANSLATED, ids=lambda one: one.code)
def test_every_text_is_translated(language: Language) -> None:
    found = messages.catalogue(language)
    found.update(messages.template(), no_fuzzy_matching=True)
    assert messages.missing(found) == [], "run `python -m tools.messages`, and translate what it names"


@pytest.mark.parametrize("language", TRANSLATED, ids=lambda one: one.code)
def test_translations_keep_their_placeholders_and_are_used(language: Language) -> None:
    found = messages.catalogue(language)
    assert messages.broken(found) == []
    assert messages.unused(found) == [], "run `python -m tools.messages`"


def test_texts_are_found_where_they_are_marked_and_declared() -> None:
    found = {text.one for text in messages.texts()}
    assert "Home" in found, "the argument of _"
    assert "Hand in" in found, "of N_"
    assert "Dense autoencoder" in found, "of a record"
