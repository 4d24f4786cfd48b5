"""What is handed in, in each language: no English sentence, and the script still runs."""

import ast
import io
import re
import subprocess
import sys
import tokenize
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from aelib.classroom.asking.items import Predicted
from aelib.cli.main import main
from aelib.core import catalogue
from aelib.core.language import ENGLISH, LANGUAGES, speaking
from aelib.experiment import Experiment, presets
from aelib.reports.html import page
from aelib.reports.live_page import live_page
from aelib.reports.notebook import notebook
from aelib.reports.script import script
from aelib.reports.script_files import README, archive
from aelib.store import Store
from aelib.training import Run
from tests.support.patience import PATIENCE

TRANSLATED = [code for code in LANGUAGES if code != ENGLISH]
# words that no sentence in Spanish or Portuguese has, and hardly an English one lacks
ENGLISH_WORDS = re.compile(
    r"\b(the|of|and|is|are|which|with|for|to|from|in|by|an|its|this|one|each)\b"
)  # a licence is BY
PREDICTED = Predicted("¿Cuántas?", "20", "27", "Porque sí.")


class _Texts(HTMLParser):
    """What a reader sees or is told."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inside = ""
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.found += [value or "" for name, value in attributes if name in ("alt", "aria-label", "title")]

    def handle_data(self, data: str) -> None:
        if self.inside not in ("style", "script", "pre"):  # code, and a command
            self.found.append(" ".join(data.split()))


def _of_code(text: str) -> Iterator[str]:
    """Comments, docstrings and what is printed."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and (about := ast.get_docstring(node)):
            yield about
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("print", "SystemExit"):
            yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and type(one.value) is str)


def _of_notebook(text: str) -> Iterator[str]:
    for cell in nbformat.reads(text, 4).cells:
        if cell.cell_type == "code":
            yield from _of_code(cell.source.replace("%matplotlib inline", ""))
        else:
            yield cell.source


def _english(texts: Iterator[str] | list[str], code: str) -> list[str]:
    """The texts that are English in this language's catalogue, or read like English."""
    known = catalogue.read(LANGUAGES[code].catalogue)
    texts = list(texts)
    assert texts
    same = {text for text, (there, *_more) in known.items() if there == text}
    return [one for one in texts if (one in known and one not in same) or len(ENGLISH_WORDS.findall(one)) > 1]


FORMS: dict[str, Callable[[Run], list[str]]] = {
    "page": lambda run: _Texts(page([run, run], notes="Notas", predicted=PREDICTED)).found,
    "live page": lambda run: _Texts(live_page(run)).found,
    "notebook": lambda run: list(_of_notebook(notebook([run], predicted=PREDICTED))),
    "script": lambda run: list(_of_code(script(run.experiment))),
}


@pytest.mark.parametrize("code", TRANSLATED)
@pytest.mark.parametrize("form", FORMS)
def test_each_form_has_no_english(form: str, code: str, font_run: Run, noisy_run: Run) -> None:
    for run in (font_run, noisy_run):
        with speaking(code):
            found = FORMS[form](run)
        assert _english(found, code) == []
        assert _english(FORMS[form](run), code), "English is found where it is"


def test_a_page_of_a_compressor_has_no_english(compressor_run: Run) -> None:
    for code in TRANSLATED:
        with speaking(code):
            assert _english(_Texts(page([compressor_run])).found, code) == []


def test_numbers_and_dates_are_written_as_the_language_writes_them(font_run: Run) -> None:
    day = "/".join(reversed(font_run.created[:10].split("-")))
    with speaking("es"):
        text = page([font_run])
        repeated = script(font_run.experiment)
    assert f"{font_run.loss:.4g}".replace(".", ",") in text
    assert day in text
    assert font_run.created[:10] in page([font_run])
    assert "python -m aelib train font-best --set epochs=60" in text, "a command is the same in every language"
    assert "epochs, rate = 60, 0.01" in repeated, "code has points"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_prediction_is_in_the_page_and_the_notebook(code: str, font_run: Run) -> None:
    labels = {"en": ("Predicted", "Came", "Why"), "es": ("Predicho", "Lo que salió", "Por qué")}
    with speaking(code):
        texts = " ".join(_Texts(page([font_run], predicted=PREDICTED)).found)
        cells = " ".join(_of_notebook(notebook([font_run], predicted=PREDICTED)))
    for said in (texts, cells):
        for part in (*labels.get(code, ("Previsto", "O que deu", "Por quê")), "20", "27"):
            assert part in said
    assert PREDICTED.why in texts


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translated_script_runs(code: str, tmp_path: Path) -> None:
    file = tmp_path / "script.py"
    with speaking(code):
        file.write_text(script(presets.get("font-20-10").with_values({"epochs": 20})), encoding="utf-8")
    command = [sys.executable, "-I", "-X", "utf8", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    loss = {"es": "pérdida", "pt-BR": "perda"}[code]
    assert re.search(rf"^{loss} \d\.\d+$", done.stdout, re.MULTILINE)


SCRIPTED: list[tuple[str, dict[str, object]]] = [
    ("digits-vq", {}),
    ("digits-conditional", {}),
    ("digits-denoise", {"normalization": "symmetric", "loss": "mse"}),
    ("font-denoise-best", {"corruption.fresh": False}),
    ("letters-7x7", {"early_stop.kind": "patience"}),
    ("emoji-best", {}),
    ("emoji-best", {"model.variance": "softplus"}),
    ("digits-vae", {"importance_samples": 5}),
    ("digits-tied", {}),
]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_script_is_python(code: str) -> None:
    with speaking(code):
        for name, values in SCRIPTED:
            text = script(presets.get(name).with_values(values))
            compile(text, name, "exec")
            assert code == ENGLISH or _english(_of_code(text), code) == []


def test_the_readme_of_a_zip_file_is_in_the_language() -> None:
    experiment: Experiment = presets.get("letters-7x7")
    for code in LANGUAGES:
        with speaking(code):
            content = zipfile.ZipFile(io.BytesIO(archive(experiment)))
        text = content.read(README).decode()
        assert all(name in text for name in content.namelist() if name != README)
        assert code == ENGLISH or _english(text.splitlines(), code) == []


def test_the_command_takes_a_language(font_run: Run, tmp_path: Path) -> None:
    Store().save(font_run)
    for code in LANGUAGES:
        assert main(["report", font_run.digest, "--html", str(tmp_path / code), "--lang", code]) == 0
        assert f'<html lang="{code}"' in (tmp_path / code).read_text(encoding="utf-8")
