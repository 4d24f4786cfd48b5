"""The page From the documents: what is written down, filtered and opened; and what it says where nothing is."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from aelib.experiment import Experiment
from aelib.reproduction import runner
from aelib.reproduction.claims import CLAIMS, Recipe
from aelib.store import Store
from aelib.training import fit
from tests.support.apps import opened, sound

pytestmark = pytest.mark.usefixtures("fresh_server", "record_file")

PAGE = "pages/documents.py"


@pytest.fixture
def measured(record_file: Path) -> list[runner.Record]:
    """One row of A, one of B, and one whose images are not here."""
    store = Store()

    def train(experiments: list[Experiment]) -> None:
        for experiment in experiments:
            store.save(fit(experiment, "cpu"))

    records = []
    for name in ("font-20-10", "font-35-2"):
        claim = CLAIMS[name]
        short = replace(
            claim, recipe=Recipe(name, {"epochs": 20}), best=None, seeds=2, alternatives=claim.alternatives[1:]
        )
        records.append(runner.reproduce(short, store, train))
    lost = {
        **records[1],
        "id": "mnist-denoise",
        "document": "D",
        "status": "absent",
        "sides": [],
        "verdict": "Not measured: no files",
    }
    runner.save([*records, lost])
    return [*records, lost]


def _texts(app: AppTest) -> str:
    return " ".join(element.value for kind in ("markdown", "caption", "info") for element in app.get(kind))


def test_without_a_record_the_page_says_the_command() -> None:
    app = opened(PAGE)
    assert "Whoever runs it can measure all rows" in app.info[0].value
    assert not app.code, "and no command"
    assert not app.dataframe


def test_the_table_is_what_was_written_down(measured: list[runner.Record]) -> None:
    app = opened(PAGE)
    table = app.dataframe[0].value
    assert list(table["row"]) == ["font-20-10", "font-35-2", "mnist-denoise"]
    assert list(table["reported"]) == ["28", "0.526", "0.526"]
    assert list(table["document's recipe"])[:2] == [runner.side_text(one["sides"][0]) for one in measured[:2]]
    assert list(table["epochs"]) == ["20", "20", "–"]
    assert table["seconds"][0] == f"{measured[0]['sides'][0]['seconds']:.2g}"
    assert f"{len(CLAIMS) - 3} not measured yet" in _texts(app)
    assert "other layers" not in _texts(app)


def test_the_filter_keeps_one_document(measured: list[runner.Record]) -> None:
    app = opened(PAGE)
    sound(app.segmented_control(key="documents:document").set_value("B").run())
    assert list(app.dataframe[0].value["document"]) == ["B"]
    assert app.selectbox(key="documents:row").options == ["font-35-2"]


def test_a_row_opened_has_both_recipes_what_was_assumed_and_the_way_to_its_lesson(
    measured: list[runner.Record],
) -> None:
    app = opened(PAGE)
    sound(app.selectbox(key="documents:row").set_value("font-35-2").run())
    assert [metric.value for metric in app.metric][:1] == ["0.526"]
    assert "momentum 0\\.9" in _texts(app)  # of what was assumed
    assert list(app.dataframe[1].value["otherwise"]) == ["momentum 0.99, not 0.9"]
    links = [link for link in app.main.get("page_link") if "lesson" in link.proto.label]
    assert [link.proto.page for link in links] == ["dense"]
    assert "preset=font-35-2" in links[0].proto.query_string


def test_a_recipe_with_other_layers_says_so(measured: list[runner.Record]) -> None:
    document = measured[0]["sides"][0]
    other = CLAIMS["font-denoise-10"].best.experiment.model_dump(mode="json")  # type: ignore[union-attr]
    best = {**document, "role": "best", "title": "our recipe", "experiment": other}
    runner.save([{**measured[0], "sides": [document, best]}])
    app = opened(PAGE)
    told = _texts(app).replace("\\", "")
    assert "Our recipe has different layers from the document's in font-20-10." in told
    assert "With other layers (35-128-64-10)." in told
    assert "with other layers (35-128-64-10)" in app.dataframe[0].value["verdict"][0]
    assert "Not measured yet: loss: cross-entropy, not squared error; a sigmoid on the code too." in told


def test_a_row_that_was_not_measured_says_why(measured: list[runner.Record]) -> None:
    app = opened(PAGE)
    sound(app.selectbox(key="documents:row").set_value("mnist-denoise").run())
    assert "no files" in _texts(app)


def test_an_address_opens_a_row_or_says_that_it_is_not_there(measured: list[runner.Record]) -> None:
    app = opened(PAGE, {"row": "font-35-2"})
    assert app.selectbox(key="documents:row").value == "font-35-2"
    assert not app.error
    sound(app.selectbox(key="documents:row").set_value("mnist-denoise").run())
    assert app.selectbox(key="documents:row").value == "mnist-denoise", "what is chosen later counts"
    app = opened(PAGE, {"row": "nope"})
    (error,) = app.error
    assert error.value.replace("\\", "") == (
        "The address asks for row 'nope', which is not among these: choose one of them."
    )
    assert app.selectbox(key="documents:row").value == "font-20-10"


def test_the_csv_has_a_line_a_row_and_figures_as_numbers(measured: list[runner.Record]) -> None:
    from aelib.ui.lessons import documents

    frame = documents.frame(runner.load())
    assert list(frame["row"]) == ["font-20-10", "font-35-2", "mnist-denoise"]
    assert frame["document mean"][0] == measured[0]["sides"][0]["figure"]["mean"]


def test_a_record_that_is_no_json_is_said(record_file: Path) -> None:
    record_file.write_text("{")
    app = opened(PAGE)
    assert "cannot be read" in app.error[0].value.replace("\\", "")
