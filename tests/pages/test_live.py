"""The page Live without a browser: what its address says, what it refuses, what it keeps."""

import pytest

from aelib.experiment import presets
from aelib.ui.lessons import live
from aelib.ui.shell.lessons import LIVE
from tests.support.apps import opened

pytestmark = pytest.mark.usefixtures("fresh_server")


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({}, ""),
        ({"preset": "font-best", "seed": "4", "model.layers": "35-8-2", "lang": "en"}, ""),
        ({"preset": "emoji-best"}, "This page shows the 5x7 font"),
        ({"model.layers": "35-nine-2"}, "sizes of 1 to 4096"),
        ({"model.layers": "35-4096-200-2"}, "parameters"),
    ],
)
def test_an_address_is_read_or_refused_with_a_sentence(query, error, monkeypatch) -> None:
    shown = []
    monkeypatch.setattr(live, "live", lambda description, *rest: shown.append(description) or {})
    app = opened(LIVE.file, query)
    assert not app.exception
    assert [error.casefold() in box.value.replace("\\", "").casefold() for box in app.error] == [True] * bool(error)
    values = shown[-1]["experiment"]
    wanted = query.get("model.layers") if not error else None
    assert "-".join(map(str, values["model"]["layers"])) == (
        wanted or "-".join(map(str, presets.get(live.PRESET).model.layers))
    )


def test_what_is_kept_is_trained_by_the_server(monkeypatch) -> None:
    monkeypatch.setattr(live, "live", lambda *told: {"seed": "3", "epochs": "20"})
    submitted = []

    class Jobs:
        def submit(self, experiment, visitor):
            submitted.append(experiment)

        def __getattr__(self, name):
            return lambda *given: []

    monkeypatch.setattr(live, "jobs", Jobs)
    app = opened(LIVE.file, {})
    app.run()
    assert submitted == [presets.get(live.PRESET).with_values({"seed": 3, "epochs": 20})]
    assert "stores it" in app.success[0].value
