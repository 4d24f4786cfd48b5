"""Texts in the language of a session."""

import threading
from pathlib import Path

import pytest

from aelib.core import catalogue, language
from aelib.core.language import LANGUAGES, N_, _, matching, ngettext, number, speaking


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catalogues of this test's own."""
    messages: dict[str, catalogue.Messages] = {
        "es": {"Hello": ("Hola",), "{x:.2f} of {n}": ("{x:.2f} de {n}",), "{n} map": ("{n} mapa", "{n} mapas")},
        "pt-BR": {"Hello": ("Olá",), "{n} map": ("{n} mapa", "{n} mapas")},
    }
    monkeypatch.setattr(language, "_messages", messages.__getitem__)


def test_a_text_is_looked_up_when_it_is_shown() -> None:
    declared = N_("Hello")
    assert declared == _("Hello") == "Hello"
    with speaking("es"):
        assert _(declared) == "Hola"
        with speaking("pt-BR"):
            assert _(declared) == "Olá"
        assert _(declared) == "Hola"
        assert _("Not translated yet") == "Not translated yet"
    assert _(declared) == "Hello"


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert _("{x:.2f} of {n}", x=0.5, n="1.0") == "0.50 of 1.0"
    assert number(12345.5, ",.1f") == "12,345.5"
    with speaking("es"):
        assert _("{x:.2f} of {n}", x=0.5, n="1.0") == "0,50 de 1.0", "a text is no number"
        assert number(12345.5, ",.1f") == "12.345,5"


@pytest.mark.parametrize(("code", "zero"), [("en", "0 maps"), ("es", "0 mapas"), ("pt-BR", "0 mapa")])
def test_counts_have_their_plural(code: str, zero: str) -> None:
    with speaking(code):
        said = [ngettext("{n} map", "{n} maps", n) for n in (0, 1, 2)]
        unknown = [ngettext("{n} sheet", "{n} sheets", n) for n in (1, 2)]
    assert said == [zero, *{"en": ("1 map", "2 maps")}.get(code, ("1 mapa", "2 mapas"))]
    assert unknown == ["1 sheet", "2 sheets"], "English where there is no translation"


def test_threads_do_not_mix() -> None:
    both_speak, found = threading.Barrier(2), {}

    def say(code: str) -> None:
        with speaking(code):
            for _turn in range(100):
                both_speak.wait(timeout=60)
                found.setdefault(code, set()).add(_("Hello"))

    threads = [threading.Thread(target=say, args=(code,)) for code in ("es", "pt-BR")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"es": {"Hola"}, "pt-BR": {"Olá"}}
    assert _("Hello") == "Hello"


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ("es-AR,es;q=0.9,en;q=0.8", "es"),
        ("pt", "pt-BR"),
        ("pt_PT.UTF-8", "pt-BR"),
        ("en-GB", "en"),
        ("de,fr;q=0.9,pt-BR;q=0.5,es;q=0.4", "pt-BR"),
        ("en;q=0.2, es;q=0.7", "es"),
        ("tlh", None),
        ("es;q=x,en", "en"),
        ("", None),
        ("C", None),
    ],
)
def test_the_language_that_is_asked_for(tags: str, code: str | None) -> None:
    assert matching(tags) == code


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(KeyError), speaking("xx"):
        pass
    with pytest.raises(KeyError):
        language.use("xx")


def test_a_catalogue_is_read_as_gettext_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "aelib.po"
    file.write_text(
        'msgid ""\nmsgstr ""\n"Language: es\\n"\n\n'
        '# of a translator\n#: pages/dense.py\nmsgid "Hello"\nmsgstr "Hola"\n\n'
        'msgid ""\n"first "\n"and \\"second\\"\\n"\nmsgstr ""\n"primero "\n"y \\"segundo\\"\\n"\n\n'
        '#, python-brace-format\nmsgid "{n} map"\nmsgid_plural "{n} maps"\nmsgstr[0] "{n} mapa"\nmsgstr[1] "{n} mapas"\n\n'
        'msgid "empty"\nmsgstr ""\n\n'
        '#, fuzzy\nmsgid "unsure"\nmsgstr "inseguro"\n\n'
        '#~ msgid "gone"\n#~ msgstr "ido"\n',
        encoding="utf-8",
    )
    assert catalogue.read(file) == {
        "Hello": ("Hola",),
        'first and "second"\n': ('primero y "segundo"\n',),
        "{n} map": ("{n} mapa", "{n} mapas"),
    }


def test_every_language_has_a_catalogue() -> None:
    for code, one in LANGUAGES.items():
        assert code == language.ENGLISH or catalogue.read(one.catalogue)
