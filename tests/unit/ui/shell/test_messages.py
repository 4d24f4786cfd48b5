"""Sentences on a page, which contain what people have typed."""

import pytest

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
