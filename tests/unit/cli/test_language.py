"""The command line speaks the language of the environment; what a program reads of it is the same in all."""

import json

import pytest

from aelib.cli.main import main
from aelib.core import language


@pytest.fixture(autouse=True)
def english_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_process", language.ENGLISH)  # put back after the test
    for name in ("AELIB_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "There is no preset"),
        ({"LANG": "C.UTF-8"}, "There is no preset"),
        ({"LANG": "de_DE.UTF-8"}, "There is no preset"),
        ({"LANG": "es_AR.UTF-8"}, "No hay ninguna configuración"),
        ({"LANG": "es_AR.UTF-8", "LC_ALL": "pt_BR.UTF-8"}, "Não há nenhuma predefinição"),
        ({"LANG": "es_AR.UTF-8", "LC_ALL": "C"}, "There is no preset"),
        ({"LANG": "es_AR.UTF-8", "AELIB_LANG": "pt-BR"}, "Não há nenhuma predefinição"),
        ({"LANG": "es_AR.UTF-8", "AELIB_LANG": "xx"}, "AELIB_LANG is 'xx': give one of en, es, pt-BR."),
    ],
)
def test_the_environment_chooses_the_language(
    environment: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(["presets", "nothing"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert says in err
    assert err.count("\n") == 1


def test_help_and_refused_arguments_are_translated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANG", "es_AR.UTF-8")
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    out = capsys.readouterr().out
    assert "Entrenar un experimento, o leer su ejecución del almacén." in " ".join(out.split())
    assert "mostrar esta ayuda y salir" in out
    assert not {"usage:", "options:", "show", "train with"} & set(out.split())
    with pytest.raises(SystemExit) as ended:
        main(["train"])
    assert ended.value.code == 2
    assert "faltan los" in capsys.readouterr().err


def test_json_has_the_same_keys_and_numbers_in_every_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def figures(code: str) -> dict[str, object]:
        monkeypatch.setenv("AELIB_LANG", code)
        assert main(["train", "font-best", "--set", "epochs=3", "--json"]) == 0
        found: dict[str, object] = json.loads(capsys.readouterr().out)
        return {key: found[key] for key in found if key not in ("cached", "seconds")}

    assert figures("en") == figures("es") == figures("pt-BR")


def test_a_result_has_a_decimal_comma_where_the_language_has_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AELIB_LANG", "es")
    assert main(["train", "font-best", "--set", "epochs=3"]) == 0
    out = capsys.readouterr().out
    assert "3 épocas, " in out
    assert "pérdida 0," in out
