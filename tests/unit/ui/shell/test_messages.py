"""Sentences on a page, which contain what people have typed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import aelib
from aelib.core.errors import LabError
from aelib.experiment import Experiment, ExperimentError
from aelib.ui.shell import messages
from tests.support.apps import from_function


def test_an_error_of_an_experiment_calls_fields_by_their_labels() -> None:
    with pytest.raises(ExperimentError) as caught:
        Experiment().with_values({"epochs": "many", "optimizer.learning_rate": 0})
    found = messages.sentences(caught.value)
    assert [sentence.split(":")[0] for sentence in found] == ["“Learning rate” is 0", "“Epochs” is 'many'"]
    assert messages.text_of(caught.value) == " ".join(found)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mnist is not here: run `python -m aelib datasets --get mnist`, or put files there.", "put files there."),
        ("Run 1 is damaged: train it again.", "train it again."),
        ("Write `learnt>=30`, or leave it.", "Write `learnt>=30`, or leave it."),
    ],
)
def test_a_page_sends_nobody_to_the_command_line(text: str, left: str) -> None:
    (found,) = messages.sentences(LabError(text))
    assert found.endswith(left)
    assert "python -m" not in found


_COMMAND = re.compile(r"python3? -m |pip install|`(aelib|make|streamlit|dask) |(^|`)\$ (?!\|)", re.MULTILINE)


def _texts(node: ast.AST) -> Iterator[str]:
    """The texts of the code; docstrings are for its readers."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def _shown(path: Path) -> Iterator[str]:
    """What a page may show of a module: all texts of the interface, and of other rooms those of their errors."""
    tree = ast.parse(path.read_text())
    if "ui" not in path.parts and "pages" not in path.parts:
        for one in ast.walk(tree):
            if isinstance(one, ast.Raise):
                yield from _texts(one)
        return
    for one in ast.walk(tree):
        if isinstance(one, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(one) is not None:
            one.body[:1] = []
    yield from _texts(tree)


def test_no_page_names_a_command() -> None:
    root = Path(aelib.__file__).parents[1]
    files = [*(root / "aelib").rglob("*.py"), *(root / "pages").glob("*.py"), root / "app.py"]
    rooms = [path for path in files if "cli" not in path.parts and path.name != "messages.py"]
    assert len(rooms) > 100
    named = {
        (path.name, text) for path in rooms for text in _shown(path) if _COMMAND.search(messages.without_command(text))
    }
    assert not named


def test_what_was_typed_is_shown_as_it_was_typed() -> None:
    """Streamlit reads Markdown, formulas in dollars, and :colour[...]."""
    assert messages.escaped("a *b* <i> $x$ :red[y]") == r"a \*b\* \<i\> \$x\$ \:red\[y\]"
    assert messages.escaped("ÄÖ 32 “Layers”") == "ÄÖ 32 “Layers”"
    assert messages.escaped("\\") == "\\\\"
    assert messages.escaped("") == ""


def test_each_sentence_is_a_box_of_its_own() -> None:
    def page() -> None:
        from aelib.core.errors import LabError
        from aelib.ui.shell import messages

        messages.problems(["One *bold* sentence.", "Another."])
        messages.show_error(LabError("A third."))

    app = from_function(page)
    assert [one.value for one in app.error] == [r"One \*bold\* sentence\.", r"Another\.", r"A third\."]


def test_what_a_fragment_refuses_is_a_sentence_in_its_place() -> None:
    def script() -> None:
        import streamlit as st

        from aelib.core.errors import LabError
        from aelib.ui.shell.messages import fragment

        @fragment
        def part() -> None:
            raise LabError("Give at least two images.")

        part()
        st.markdown("what follows")

    app = from_function(script)
    assert [box.value for box in app.error] == ["Give at least two images\\."]
    assert [text.value for text in app.markdown] == ["what follows"]
