"""The pages without a browser: what they show, what they refuse, what they keep."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from aelib import datasets
from aelib.experiment import digest_of, presets
from aelib.store import Store
from aelib.training import fit
from aelib.ui.jobs import training_panel
from aelib.ui.shell import lessons as registry
from tests.support.apps import ROOT, image_rows, metric, opened, sound
from tests.support.patience import PATIENCE
from tests.support.sections import assert_not_trained, assert_shows, opened_tab, section, titles

pytestmark = pytest.mark.usefixtures("fresh_server")

TINY = presets.get("font-best").with_values({"epochs": 30})


def _open(page: str = "pages/dense.py", **query: str) -> AppTest:
    return opened(page, query)


@pytest.mark.parametrize(
    "page",
    [
        "app.py",
        *(one.file for one in (registry.RUNS, registry.DOCUMENTS, *registry.THEORY, *registry.LESSONS)),
    ],
)
def test_every_page_opens_on_an_empty_server(page: str) -> None:
    app = _open(page)
    assert len(app.title) == 1
    assert not app.error


def test_every_page_file_is_in_the_navigation() -> None:
    files = {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}
    assert files == {one.file for one in (*registry.TOOLS, *registry.THEORY, *registry.LESSONS)}


def test_an_untrained_experiment_has_a_train_button_and_no_results() -> None:
    app = _open()
    assert [button.label for button in app.button] == ["Train"]
    assert_not_trained(app)


def test_a_short_training_is_drawn_once_with_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_panel, "AT_ONCE", PATIENCE)
    app = _open(preset="font-best", epochs="30")
    sound(next(button for button in app.button if button.label == "Train").click().run())
    assert any("Trained just now" in box.value for box in app.success)
    assert metric(app, "Learnt")


def test_a_stored_run_opens_at_once_and_says_so() -> None:
    Store().save(fit(TINY, "cpu"))
    app = _open(preset="font-best", epochs="30")
    assert any("Found in the store" in box.value for box in app.success)
    assert_shows(
        app,
        {
            "How it learnt": "plotly_chart",
            "Errors": "dataframe",
            "Latent plane": "bidi_component",
            "Path": "html",
            "Replay": "bidi_component",
            "Look inside": "plotly_chart",
            "Ten seeds": "button",
            "Hand in": "download_button",
        },
    )
    learnt = next(metric for metric in app.metric if metric.label == "Learnt")
    run = Store().get(digest_of(TINY))
    assert run is not None
    assert learnt.value == f"{run.metrics['learnt']} of 32"


def test_the_error_table_is_the_runs() -> None:
    run = fit(TINY, "cpu")
    Store().save(run)
    app = _open(preset="font-best", epochs="30")
    table = section(app, "Errors").every("dataframe")[0].value
    assert dict(zip(table["image"], table["wrong pixels"], strict=True)) == run.metrics["wrong_pixels"]
    assert list(table["wrong pixels"]) == sorted(table["wrong pixels"], reverse=True)


def test_the_address_sets_the_controls_and_the_controls_the_address() -> None:
    app = _open(preset="font-best", seed="3", **{"optimizer.learning_rate": "0.02"})
    assert app.number_input(key="dense:seed").value == 3
    assert app.text_input(key="dense:optimizer.learning_rate").value == "0.02"
    sound(app.number_input(key="dense:seed").set_value(4).run())
    assert app.query_params == {"preset": "font-best", "seed": "4", "optimizer.learning_rate": "0.02"}


def test_what_differs_from_the_preset_is_called_as_its_controls_are() -> None:
    app = opened("pages/dense.py", {"preset": "font-best", "epochs": "20", "model.hidden_activation": "relu"})
    told = [one.value for one in app.caption if "Changed from the preset" in one.value]
    assert [one.replace("\\", "") for one in told] == ["Changed from the preset: Hidden activation ReLU, Epochs 20."]


def test_controls_that_are_folded_away_are_drawn_when_they_are_opened_and_keep_their_values() -> None:
    app = opened("pages/dense.py", {"preset": "font-best", "epochs": "20", "loss": "mse"}, folded=True)
    assert "dense:loss" not in [one.key for one in app.selectbox]
    told = [one.value.replace("\\", "") for one in app.caption if "Changed from the preset" in one.value]
    assert told == ["Changed from the preset: Loss mean squared error, Epochs 20."]
    lockable = next(one for one in app.multiselect if "lock" in one.key).options
    app.session_state["dense:more"] = True
    sound(app.run())
    assert app.selectbox(key="dense:loss").value == "mse"
    assert next(one for one in app.multiselect if "lock" in one.key).options == lockable
    sound(app.selectbox(key="dense:loss").set_value("bce").run())
    app.session_state["dense:more"] = False
    sound(app.run())
    assert "loss" not in app.query_params
    assert app.selectbox(key="dense:loss").value == "bce"


def test_choosing_a_preset_sets_every_control() -> None:
    app = _open(preset="font-best", seed="3")
    sound(app.selectbox(key="dense:preset").set_value("font-30-20-10").run())
    assert app.text_input(key="dense:model.layers").value == "35-30-20-10-2"
    assert app.selectbox(key="dense:model.hidden_activation").value == "sigmoid"
    assert app.number_input(key="dense:seed").value == 0
    assert app.query_params == {"preset": "font-30-20-10", "seed": "0"}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"preset": "nonsense"}, "There is no preset 'nonsense'"),
        ({"x": "y" * 2000}, "names 'x'"),
        ({"epochs": "many"}, "“Epochs” is 'many': give a whole number"),
        ({"loss": "beauty"}, "“Loss” is 'beauty': choose"),
        ({"model.width": "3", "newsletter": "7"}, "names 'model.width', 'newsletter'"),
        ({"dataset": "glyphs-000000000000"}, "upload it again"),
    ],
    ids=str,
)
def test_what_an_address_has_too_much_costs_one_sentence_and_the_rest_applies(query: dict[str, str], says: str) -> None:
    app = _open(seed="3", **{"optimizer.learning_rate": "0,02"}, **query)
    (warning,) = app.warning
    assert says in warning.value.replace("\\", "")
    assert "python" not in warning.value, "nobody is sent to the command line"
    assert not app.error
    assert app.query_params == {"preset": "font-20-10", "seed": "3", "optimizer.learning_rate": "0.02"}
    sound(app.run())
    assert not app.warning


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("seed", "-1", "give a whole number from 0"),
        ("model.layers", "<b>", "such as 35-20-10-2"),
        ("beta", "x", "0 to"),
    ],
)
def test_a_wrong_value_in_an_address_stands_in_its_field_and_the_rest_applies(key: str, value: str, says: str) -> None:
    app = _open(
        preset="font-best",
        epochs="77",
        **{"optimizer.learning_rate": "0,02", "model.variational": "true"},
        **{key: value},
    )
    (error,) = app.error
    assert says in error.value.replace("\\", "")
    assert not app.warning
    shown = app.session_state[f"dense:{key}"]
    assert str(shown) == value
    assert app.number_input(key="dense:epochs").value == 77
    assert app.text_input(key="dense:optimizer.learning_rate").value == "0,02"
    field = app.number_input(key=f"dense:{key}") if key == "seed" else app.text_input(key=f"dense:{key}")
    sound(field.set_value({"seed": 4, "model.layers": "35 20 10 2", "beta": "0,5"}[key]).run())
    assert not app.error
    assert app.query_params["epochs"] == "77"
    assert app.query_params["optimizer.learning_rate"] == "0.02"


def test_a_preset_of_another_lesson_opens_that_lesson() -> None:
    app = _open(preset="emoji-best", seed="3", lock="epochs")
    (link,) = [one.proto for one in app.main.get("page_link")]
    assert (link.page, link.label) == ("emoji", "Open Variational: emoji")
    assert link.query_string == "preset=emoji-best&seed=3&lock=epochs"
    assert not app.button, "nothing of it is in this lesson"
    ours = _open("pages/emoji.py", preset="emoji-best", seed="3")
    assert ours.number_input(key="emoji:seed").value == 3
    assert [one.label for one in ours.button].count("Train") == 1


@pytest.mark.parametrize("lesson", [*registry.LESSONS, registry.LAB, registry.SWEEPS], ids=lambda one: one.name)
def test_a_lesson_keeps_its_own_presets(lesson: registry.Lesson) -> None:
    names = [lesson.preset, *list(lesson.presets())[:1]]
    for name in names:
        app = opened(lesson.file, {"preset": name})
        assert app.session_state[f"{lesson.name}:preset"] == name
        assert any(str(one.key).startswith(f"{lesson.name}:") for one in app.text_input)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("model.layers", "36-2", "start with 35"),
        ("model.layers", "35-banana-2", "banana"),
        ("optimizer.learning_rate", "0", "above 0"),
        ("optimizer.learning_rate", "nan", "above 0"),
        ("batch_size", "64", "1 to 32"),
        ("snapshots", "1-x", "epochs"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(key: str, value: str, says: str) -> None:
    app = _open()
    sound(app.text_input(key=f"dense:{key}").set_value(value).run())
    (error,) = app.error
    assert says in error.value.replace("\\", "")
    assert app.text_input(key=f"dense:{key}").value == value
    assert not app.button, "nothing can be trained"
    assert titles(app) == ["Choose", "Train"]


@pytest.mark.parametrize(("key", "value"), [("epochs", 0), ("epochs", 2_000_000), ("seed", -1), ("seed", 2**40)])
def test_numbers_out_of_range_are_said_too(key: str, value: int) -> None:
    app = _open()
    sound(app.number_input(key=f"dense:{key}").set_value(value).run())
    (error,) = app.error
    assert f"“{key.capitalize()}” is {value}" in error.value.replace("\\", "")
    assert app.number_input(key=f"dense:{key}").value == value


def test_conditional_controls_come_and_keep_their_values() -> None:
    app = _open()
    sound(app.selectbox(key="dense:optimizer.kind").set_value("momentum").run())
    sound(app.text_input(key="dense:optimizer.momentum").set_value("0.5").run())
    assert app.query_params["optimizer.momentum"] == "0.5"
    sound(app.selectbox(key="dense:optimizer.kind").set_value("adam").run())
    sound(app.selectbox(key="dense:optimizer.kind").set_value("momentum").run())
    assert app.text_input(key="dense:optimizer.momentum").value == "0.5"


def test_an_upload_becomes_the_data_set() -> None:
    app = _open()
    table = b"char,row0,row1,row2\nx,#.#,.#.,#.#\no,###,#.#,###\n"
    sound(app.file_uploader(key="dense:own").upload("mine.csv", table, "text/csv").run())
    assert app.selectbox(key="dense:dataset").value == "font5x7", "nothing is kept before it was looked at"
    assert any("2 glyphs of 3x3" in one.value for one in app.markdown)
    assert not [one for one in datasets.available() if datasets.is_own(one.name)]
    sound(app.button(key="dense:own:use").click().run())
    assert app.selectbox(key="dense:dataset").value.startswith("glyphs-")
    assert app.text_input(key="dense:model.layers").value == "9-20-10-2"
    assert not app.error
    name = app.selectbox(key="dense:dataset").value
    sound(app.toggle(key="dense:own:inverted").set_value(True).run())
    sound(app.button(key="dense:own:use").click().run())
    pixels = datasets.load(app.selectbox(key="dense:dataset").value).pixels
    assert bool((pixels == 255 - datasets.load(name).pixels).all())


def test_an_upload_that_lies_on_its_side_is_turned() -> None:
    app = _open()
    table = b"char,row0,row1,row2\nx,###,...,...\no,###,#.#,###\n"
    sound(app.file_uploader(key="dense:own").upload("mine.csv", table, "text/csv").run())
    sound(app.toggle(key="dense:own:transposed").set_value(True).run())
    sound(app.button(key="dense:own:use").click().run())
    pixels = datasets.load(app.selectbox(key="dense:dataset").value).pixels
    assert pixels[0, 0].tolist() == [[255, 0, 0]] * 3


def test_glyphs_drawn_as_text_become_the_data_set() -> None:
    app = _open()
    sound(app.text_area(key="dense:own:drawn").set_value("#.#\n.#.\n#.#\n\n###\n#.#\n###").run())
    sound(app.button(key="dense:own:use").click().run())
    assert datasets.spec(app.selectbox(key="dense:dataset").value).shape == (1, 3, 3)


def test_a_bad_upload_is_one_sentence_and_changes_nothing() -> None:
    app = _open()
    sound(app.file_uploader(key="dense:own").upload("mine.csv", b"\xff\xfe\x00", "text/csv").run())
    (error,) = app.error
    assert "no form of images that is known" in error.value
    assert app.selectbox(key="dense:dataset").value == "font5x7"
    assert [button.label for button in app.button] == ["Train"]


def test_a_damaged_run_is_said_and_can_be_trained_again() -> None:
    store = Store()
    store.save(fit(TINY, "cpu"))
    (store.runs / digest_of(TINY) / "weights.safetensors").write_bytes(b"broken")
    app = _open(preset="font-best", epochs="30")
    assert "damaged" in app.warning[0].value
    assert [button.label for button in app.button] == ["Train"]


@pytest.mark.parametrize("layers", ["35-16-1", "35-16-5"])
def test_codes_of_other_sizes_are_shown_too(layers: str) -> None:
    experiment = TINY.with_values({"model.layers": layers})
    Store().save(fit(experiment, "cpu"))
    app = _open(preset="font-best", epochs="30", **{"model.layers": layers})
    opened_tab(app, "Latent plane")
    told = any("principal components" in caption.value for caption in app.caption)
    assert told == (layers == "35-16-5")
    assert any("is a line" in caption.value for caption in app.caption) == (layers == "35-16-1")
    assert not any(slider.disabled for slider in app.slider), "a number that is not there has no slider"
    if layers == "35-16-1":
        before = image_rows(app)
        slider = next(slider for slider in app.slider if slider.label == "z₁")
        sound(slider.set_value(slider.max).run())
        assert image_rows(app) != before


def test_the_way_from_one_character_to_another_has_as_many_images_as_asked() -> None:
    Store().save(fit(TINY, "cpu"))
    app = _open(preset="font-best", epochs="30")
    opened_tab(app, "Path")
    assert app.selectbox(key="dense-run:font5x7:from").value == "s"
    assert app.selectbox(key="dense-run:font5x7:to").value == "z"
    sound(app.slider(key="dense-run:steps").set_value(5).run())
    strips = [str(element.value) for element in app.get("html") if "step" in str(element.value)]
    assert len(strips) == 1
    assert strips[0].count("<img") == 5


def test_the_runs_page_lists_filters_and_ranks() -> None:
    store = Store()
    for layers in ("35-8-2", "35-16-2", "35-16-8-2"):
        store.save(fit(TINY.with_values({"model.layers": layers}), "cpu"))
    app = _open("pages/runs.py")
    assert set(app.dataframe[0].value["layers"]) == {"35-8-2", "35-16-2", "35-16-8-2"}
    sound(app.text_input(key="runs:layers").set_value("16").run())
    assert set(app.dataframe[0].value["layers"]) == {"35-16-2", "35-16-8-2"}
    for typed in ("16,8", "16, 8", " 16 8 ", "16–8"):
        sound(app.text_input(key="runs:layers").set_value(typed).run())
        assert list(app.dataframe[0].value["layers"]) == ["35-16-8-2"], typed
    sound(app.text_input(key="runs:layers").set_value("").run())
    sound(app.selectbox(key="runs:order").set_value("smallest").run())
    parameters = list(app.dataframe[0].value["parameters"])
    assert parameters == sorted(parameters)
    assert len(app.dataframe[1].value) == 3
    sound(app.text_input(key="runs:layers").set_value("' OR 1=1 --").run())
    assert [one.value.split(",")[0] for one in app.info] == ["No runs yet"]


def _with_address(app: AppTest, query: dict[str, str]) -> None:
    app.query_params.clear()
    for key, value in query.items():
        app.query_params[key] = value


def test_an_address_that_comes_a_moment_late_takes_nothing_back() -> None:
    """A browser sends the earlier address where the next press is quicker than the new one."""
    app = opened("pages/dense.py", {"preset": "font-best"})
    before = {key: app.query_params[key] for key in app.query_params}
    sound(app.number_input(key="dense:epochs").set_value(77).run())
    _with_address(app, before)
    sound(app.number_input(key="dense:seed").set_value(5).run())
    assert app.number_input(key="dense:epochs").value == 77
    assert app.number_input(key="dense:seed").value == 5
    assert app.query_params["epochs"] in ("77", ["77"])


def test_an_earlier_address_is_back_once_the_browser_has_shown_the_new_one() -> None:
    app = opened("pages/dense.py", {"preset": "font-best"})
    before = {key: app.query_params[key] for key in app.query_params}
    sound(app.number_input(key="dense:epochs").set_value(77).run())
    sound(app.run())  # with the new address
    _with_address(app, before)
    sound(app.run())
    assert app.number_input(key="dense:epochs").value == 1000


def test_one_run_with_a_strange_date_does_not_take_the_list_away() -> None:
    store = Store()
    dates = ("2024-01-01", "2024-01-01T10:00:00.000+02:00", "2024-01-01T10:00:00", "0001-01-01", "yesterday")
    for seed, created in enumerate(dates):
        store.save(replace(fit(TINY.with_values({"seed": seed}), "cpu"), created=created))
    table = _open("pages/runs.py").dataframe[0].value
    assert sorted(table["seed"]) == list(range(len(dates)))
    assert table["trained (UTC)"].isna().sum() <= 2
