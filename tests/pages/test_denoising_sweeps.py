"""The pages Denoising and Sweeps, and seeds on the dense lesson, through AppTest: jobs run in threads of the test."""

import pytest
from streamlit.testing.v1 import AppTest

from aelib.analysis.sweep import Sweep
from aelib.charts.trainings import sweep as sweep_charts
from aelib.experiment import digest_of, presets
from aelib.metrics import reconstruction
from aelib.store import Store
from aelib.training import fit_many
from aelib.ui.lessons import denoising as lesson_on_denoising
from tests.support.apps import metric, opened, said, sound
from tests.support.sections import opened_tab, section, titles

FAST = {"epochs": 60, "model.layers": "35-16-4"}


def _save(sweep: Sweep) -> None:
    store = Store()
    for run in fit_many(sweep.experiments(), "cpu"):
        store.save(run)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _caches() -> None:
    import streamlit as st

    st.cache_resource.clear()
    st.cache_data.clear()


def _wrong(app: AppTest) -> tuple[int, int]:
    """Wrong pixels of all images before and after, as the table has them."""
    table = next(one.value for one in app.dataframe if "wrong before" in one.value)
    return int(table["wrong before"].sum()), int(table["wrong after"].sum())


def test_a_net_that_the_browser_does_not_compute_restores_on_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lesson_on_denoising, "MAX_FOLLOWED", 0)
    _save(Sweep(presets.get("font-denoise-10").with_values(FAST), {}, 1))
    app = opened("pages/denoising.py", {"preset": "font-denoise-10", "epochs": "60", "model.layers": "35-16-4"})
    opened_tab(app, "Remove noise")
    assert metric(app, "Wrong before") == str(_wrong(app)[0]) != "0"
    sound(app.slider(key="denoising-run:live:level").set_value(0.0).run())
    assert metric(app, "Wrong before") == "0"
    assert metric(app, "Wrong after") == str(_wrong(app)[1])


def test_a_denoiser_is_looked_into_from_noise_to_curve() -> None:
    experiment = presets.get("font-denoise-10").with_values(FAST)
    _save(Sweep(experiment, {}, 10))
    app = opened("pages/denoising.py", {"preset": "font-denoise-10", "epochs": "60", "model.layers": "35-16-4"})
    assert {"Remove noise", "Look inside", "How it learnt", "Hand in"} < set(titles(app))
    opened_tab(app, "Remove noise")
    assert _wrong(app)[0] > 0
    app.session_state["denoising-run:live:place"] = 0.0  # where the slider in the browser was let go
    sound(app.run())
    run = Store().get(digest_of(experiment))
    assert run is not None
    clean = run.images.images()
    after = int(reconstruction.wrong_pixel_map(run.restored(clean), clean, 0.5).sum())
    assert _wrong(app) == (0, after)
    sound(app.selectbox(key="denoising-run:live:kind").set_value("masking").run())
    sound(app.button(key="denoising-run:live:again").click().run())
    text = section(app, "Noise levels").text
    assert ("the network is useful" in text) != ("this network is **never** better" in text)
    opened_tab(app, "Paint noise")
    sound(app.selectbox(key="denoising-run:paint:font5x7:character").set_value("q").run())


def test_the_denoising_lesson_before_training_and_with_nonsense() -> None:
    app = opened("pages/denoising.py")
    assert app.button(key="denoising-run:train").label == "Train"
    sound(app.text_input(key="denoising:corruption.level").set_value("2").run())
    assert any("“Noise level” is '2'" in error.value.replace("\\", "") for error in app.error)
    assert app.text_input(key="denoising:corruption.level").value == "2"


def test_a_sweep_shows_what_is_stored_its_table_and_its_best() -> None:
    app = opened("pages/sweeps.py")
    assert app.text_input(key="sweeps:extra:values").value == "0.05, 0.005, 0.0005, 0.00005"
    assert app.number_input(key="sweeps:extra:nets").value == 100
    assert "400" in app.button(key="sweeps:train").label
    base = presets.get("font-eta-0.0005").with_values({"epochs": 50})
    _save(Sweep(base, {"optimizer.learning_rate": ["0.05", "0.005"]}, 3))
    app.number_input(key="sweeps:epochs").set_value(50)
    app.text_input(key="sweeps:extra:values").set_value("0.05 0.005")
    sound(app.number_input(key="sweeps:extra:nets").set_value(3).run())
    table = app.dataframe[0].value
    assert list(table["optimizer.learning_rate"]) == ["0.05", "0.005"]
    assert list(table["runs"]) == [3, 3]
    assert any("Best on average" in one.value for one in app.markdown)
    for figure in ("wrong_pixels", "loss"):
        sound(app.segmented_control(key="sweeps:figure").set_value(figure).run())
    address = dict(app.query_params)
    assert (address["values"], address["nets"]) == ("0.05 0.005", "3")
    again = opened(
        "pages/sweeps.py", {key: value[0] if isinstance(value, list) else value for key, value in address.items()}
    )
    assert list(again.dataframe[0].value["runs"]) == [3, 3]


def test_two_fields_give_a_heat_map_and_nonsense_a_sentence() -> None:
    app = opened("pages/sweeps.py")
    sound(app.selectbox(key="sweeps:extra:sweep").set_value("rate-and-activation").run())
    assert app.text_input(key="sweeps:extra:values2").value.startswith("0.0003")
    assert "100" in app.button(key="sweeps:train").label
    for values, sentence in (("", "is empty"), ("0.1, 0.1", "twice"), ("x", "is 'x'")):
        sound(app.text_input(key="sweeps:extra:values2").set_value(values).run())
        assert any(sentence in error.value.replace("\\", "") for error in app.error), values
        assert app.text_input(key="sweeps:extra:values2").value == values
    sound(app.selectbox(key="sweeps:extra:vary2").set_value("model.hidden_activation").run())
    assert said(app) == "Hidden activation is varied twice: choose two different fields."


def test_a_link_to_an_experiment_is_what_a_sweep_varies() -> None:
    app = opened("pages/sweeps.py", {"preset": "emoji-best"})
    assert "emoji-best" in app.query_params["preset"]
    assert app.selectbox(key="sweeps:extra:vary").value == "optimizer.learning_rate"
    assert not app.error


@pytest.mark.parametrize(
    "query", [{"vary": "nonsense", "values": "1", "nets": "2"}, {"nets": "many", "vary": "epochs", "values": "5"}]
)
def test_an_address_of_a_sweep_that_makes_no_sense_is_one_sentence(query: dict[str, str]) -> None:
    app = opened("pages/sweeps.py", query)
    assert (len(app.error), len(app.warning)) == (1, 0)
    assert "The address is not a valid sweep, so this page shows the one that it starts from." in said(app)


def test_ten_seeds_have_a_mean_a_best_and_a_worst() -> None:
    base = presets.get("font-best").with_values({"epochs": 100})
    _save(Sweep(base, {}, 10))
    app = opened("pages/dense.py", {"preset": "font-best", "epochs": "100"})
    assert {"How it learnt", "Ten seeds", "Hand in"} < set(titles(app))
    opened_tab(app, "Ten seeds")
    learnt = [one.value for one in app.metric if one.label == "Learnt"]
    assert any("±" in value for value in learnt)


@pytest.mark.parametrize("lesson", ["lab", "denoising", "compression", "colour", "restoring", "sweeps"])
def test_painted_noise_asks_for_the_pixels_and_takes_them(lesson: str) -> None:
    app = opened(f"pages/{lesson}.py")
    sound(app.selectbox(key=f"{lesson}:corruption.kind").set_value("painted").run())
    assert "empty: give the numbers of the pixels" in said(app)
    sound(app.text_input(key=f"{lesson}:corruption.pixels").set_value("0-7-14").run())
    assert not app.error
    assert app.query_params["corruption.pixels"] in ("0-7-14", ["0-7-14"])


def test_numbers_stand_by_size_and_shared_seconds_are_not_shown() -> None:
    base = presets.get("font-eta-0.0005").with_values({"epochs": 50})
    _save(Sweep(base, {"optimizer.learning_rate": ["0.05", "0.005"]}, 3))  # all trained together
    app = opened("pages/sweeps.py")
    app.number_input(key="sweeps:epochs").set_value(50)
    app.text_input(key="sweeps:extra:values").set_value("0.05 0.005")
    sound(app.number_input(key="sweeps:extra:nets").set_value(3).run())
    assert "seconds" not in app.segmented_control(key="sweeps:figure").options
    assert "seconds mean" not in app.dataframe[0].value
    assert any("share one measured time" in one.value for one in app.caption)


def test_values_of_an_axis_are_sorted_only_where_they_are_numbers() -> None:
    assert sweep_charts.in_order(["0.05", "0.00005", "0.005", "0.05"]) == ["0.00005", "0.005", "0.05"]
    assert sweep_charts.in_order(["tanh", "relu"]) == ["tanh", "relu"]
    assert sweep_charts.in_order(["10", "all", "2"]) == ["10", "all", "2"]
