"""What a teacher's link fixes, leaves out and asks for, through AppTest."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from aelib.experiment import Experiment, flatten, presets
from aelib.store import Store, archive
from aelib.training import fit
from aelib.ui.form import teacher_link
from aelib.ui.shell import lessons as registry
from tests.support.apps import opened, sound
from tests.support.sections import opened_tab

pytestmark = pytest.mark.usefixtures("fresh_server")

TINY = presets.get("font-best").with_values({"epochs": 30})
KEYS = ["preset", *flatten(Experiment().model_dump(mode="json"))]


def _open(page: str = "pages/dense.py", **query: str) -> AppTest:
    return opened(page, query)


def _widgets(app: AppTest, lesson: str) -> dict[str, object]:
    """The controls on a page by field."""
    every = [*app.selectbox, *app.text_input, *app.number_input, *app.toggle]
    named = {one.key.removeprefix(f"{lesson}:"): one for one in every if one.key}
    return {path: one for path, one in named.items() if path in KEYS}


def _popovers(app: AppTest) -> list[str]:
    return [block.proto.popover.label for block in app.get("popover")]


def _said(app: AppTest) -> str:
    return " ".join(str(one.value) for one in [*app.success, *app.warning, *app.markdown, *app.caption]).replace(
        "\\", ""
    )


# --- controls -------------------------------------------------------------------------------------------------


def test_what_is_locked_is_shown_and_cannot_be_changed() -> None:
    app = _open(preset="font-best", lock="optimizer.kind,epochs", epochs="77")
    assert app.selectbox(key="dense:optimizer.kind").disabled
    assert app.number_input(key="dense:epochs").disabled
    assert app.number_input(key="dense:epochs").value == 77
    assert not app.number_input(key="dense:seed").disabled
    assert "Fixed by your teacher's link: Optimiser, Epochs." in _said(app)
    # whoever gets round the browser's "disabled" changes nothing
    app.session_state["dense:epochs"] = 5
    sound(app.run())
    assert app.number_input(key="dense:epochs").value == 77
    assert app.query_params["epochs"] == "77"


def test_locks_and_task_survive_what_is_done_on_the_page_and_another_page() -> None:
    given = {"lock": "optimizer.kind,epochs", "hide": "loss", "task": "learnt>=30;parameters<=1500"}
    app = _open(preset="font-best", epochs="77", **given)
    sound(app.number_input(key="dense:seed").set_value(4).run())
    assert {name: app.query_params[name] for name in given} == given
    sound(app.selectbox(key="dense:preset").set_value("font-20-10").run())
    assert {name: app.query_params[name] for name in given} == given
    assert app.number_input(key="dense:epochs").value == 77
    assert app.text_input(key="dense:model.layers").value == "35-20-10-2", "what is not fixed follows the preset"
    for name in list(app.query_params):
        del app.query_params[name]
    app.switch_page("app.py")
    sound(app.run())
    app.switch_page("pages/dense.py")
    sound(app.run())
    assert app.number_input(key="dense:epochs").disabled
    assert {name: app.query_params[name] for name in given} == given


def test_an_address_with_a_lock_wins_over_what_the_session_held() -> None:
    app = _open(preset="font-best", epochs="500")
    sound(app.number_input(key="dense:epochs").set_value(900).run())
    for name, value in {"preset": "font-best", "epochs": "60", "lock": "epochs"}.items():
        app.query_params[name] = value
    del app.query_params["seed"]
    sound(app.run())
    assert app.number_input(key="dense:epochs").value == 60
    assert app.number_input(key="dense:epochs").disabled


def test_an_address_without_a_lock_frees_the_controls() -> None:
    app = _open(preset="font-best", lock="all")
    for name in list(app.query_params):
        del app.query_params[name]
    app.query_params["preset"] = "font-20-10"
    sound(app.run())
    assert not any(one.disabled for one in _widgets(app, "dense").values())  # type: ignore[attr-defined]
    assert "lock" not in app.query_params


def test_what_is_hidden_has_the_address_value_whatever_the_preset() -> None:
    app = _open(preset="font-best", hide="model.hidden_activation,loss", **{"model.hidden_activation": "tanh"})
    shown = _widgets(app, "dense")
    assert not {"model.hidden_activation", "loss"} & shown.keys()
    assert "seed" in shown
    sound(app.selectbox(key="dense:preset").set_value("font-20-10").run())
    assert app.query_params["model.hidden_activation"] == "tanh", "said by the address"
    assert "loss" not in app.query_params, "not said by it: the preset's"
    assert not {"model.hidden_activation", "loss"} & _widgets(app, "dense").keys()


def test_presets_that_contradict_what_is_fixed_are_not_offered() -> None:
    every = set(_open("pages/compression.py").selectbox(key="compression:preset").options)
    # presets with more or fewer layers do not fit three strides
    app = _open("pages/compression.py", preset="letters-7x7", lock="model.convolution.stride")
    fewer = set(app.selectbox(key="compression:preset").options)
    assert presets.PRESETS["letters-7x7"].title in fewer
    assert fewer < every
    app = _open("pages/compression.py", preset="letters-7x7", lock="preset")
    assert app.selectbox(key="compression:preset").disabled


def test_the_data_set_keeps_its_value_where_another_preset_is_chosen() -> None:
    app = _open("pages/emoji.py", preset="emoji-best", lock="dataset", dataset="emoji32x32")
    assert "Choose pictures" not in _popovers(app)
    other = next(
        name
        for name, one in presets.PRESETS.items()
        if one.experiment.dataset.startswith("emoji20x20")
        and name != "emoji-best"
        and one.experiment.model.kind == "dense"
    )
    sound(app.selectbox(key="emoji:preset").set_value(other).run())
    assert not app.error
    assert app.query_params["dataset"] == "emoji32x32"


LESSONS = [one.name for one in registry.LESSONS]


@pytest.mark.parametrize("lesson", [*LESSONS, "lab"])
def test_the_short_forms_do_what_they_say_in_every_lesson(lesson: str) -> None:
    page = f"pages/{lesson}.py"
    app = _open(page)
    folded = {
        path
        for expander in app.expander
        if expander.label == "More choices"
        for path in _widgets(expander, lesson)  # type: ignore[arg-type]
    }
    front = _widgets(app, lesson).keys() - folded
    assert folded
    locked = _open(page, lock="all")
    assert all(one.disabled for one in _widgets(locked, lesson).values())  # type: ignore[attr-defined]
    assert _widgets(locked, lesson).keys() == front | folded
    popovers = {"For the class", *_popovers(app)} - {"Data of your own", "Choose pictures"}
    assert set(_popovers(locked)) == popovers
    assert not locked.get("file_uploader")
    short = _open(page, hide="more")
    assert _widgets(short, lesson).keys() == front
    assert "More choices" not in [one.label for one in short.expander]
    assert "Data of your own" not in _popovers(short), "it would be empty"
    half = _open(page, lock="more")
    assert {path for path, one in _widgets(half, lesson).items() if one.disabled} == folded  # type: ignore[attr-defined]


def test_unknown_names_are_one_sentence_and_the_rest_holds() -> None:
    app = _open(preset="font-best", lock="epochs,optimiser,<b>")
    (warning,) = app.warning
    assert "optimiser" in warning.value
    assert app.number_input(key="dense:epochs").disabled
    assert app.query_params["lock"] == "epochs"
    app = _open(preset="font-best", hide="x" * 3000)
    assert len(app.warning) == 1


def test_a_link_to_another_run_keeps_the_rules_only_where_it_keeps_to_them() -> None:
    from aelib.analysis.sweep import Sweep
    from aelib.training import fit_many

    for run in fit_many(Sweep(TINY, {}, 10).experiments(), "cpu"):
        Store().save(run)  # type: ignore[arg-type]
    for lock, kept in (("epochs", True), ("seed", False)):
        app = _open(preset="font-best", epochs="30", lock=lock)
        opened_tab(app, "Ten seeds")
        links = [one.proto.query_string for one in app.get("page_link") if "Seed" in one.proto.label]
        assert len(links) == 2
        assert [f"lock={lock}" in one for one in links] == [kept or "seed=0" in one for one in links]


# --- tasks ----------------------------------------------------------------------------------------------------


def test_a_task_is_shown_before_training_with_what_is_known() -> None:
    app = _open(preset="font-best", task="learnt>=30;parameters<=1500")
    assert "Reach at least 30 of 32 with at most 1,500 parameters." in _said(app)
    assert "asked: at most 1,500" in _said(app), "the network is too large already"
    app = _open(preset="font-best", task="learnt>=30;parameters<=1500000")
    assert "asked:" not in _said(app)


def test_a_run_is_judged_by_each_condition() -> None:
    run = fit(TINY, "cpu")
    Store().save(run)
    app = _open(preset="font-best", epochs="30", task=f"learnt>={run.metrics['learnt']},parameters<=99999")
    assert "Task met." in _said(app)
    assert f"Learnt: {run.metrics['learnt']} (asked: at least {run.metrics['learnt']}): **met**" in _said(app)
    app = _open(preset="font-best", epochs="30", task="learnt>=33;parameters<=99999")
    assert "Task not met yet." in _said(app)
    assert "(asked: at least 33): **not met**" in _said(app)
    assert "(asked: at most 99,999): **met**" in _said(app)


@pytest.mark.parametrize("task", ["learnt>>3", "beauty>=3", "learnt>=", "learnt>=1e999", ";", "x" * 400, "<b>hi</b>"])
def test_a_bad_task_is_one_sentence_and_the_rest_works(task: str) -> None:
    app = _open(preset="font-best", lock="epochs", task=task)
    (warning,) = app.warning
    assert "task" in warning.value
    assert app.number_input(key="dense:epochs").disabled
    assert "task" not in app.query_params
    assert app.button(key="dense-run:train").label == "Train"


# --- the popover ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [one.file for one in registry.LESSONS])
def test_every_lesson_makes_links(page: str) -> None:
    app = _open(page)
    lesson = page.split("/")[1].removesuffix(".py")
    assert "For the class" in [block.proto.popover.label for block in app.get("popover")]
    app.multiselect(key=f"{lesson}:class:lock").set_value(["epochs"])
    app.multiselect(key=f"{lesson}:class:hide").set_value(["more"])
    sound(app.text_input(key=f"{lesson}:class:task").set_value("mse<=0.5").run())
    now, link = (one.value for one in app.code)
    assert "lock" not in now
    assert link == f"{now}&lock=epochs&hide=more&task=mse%3C%3D0.5"
    assert "lock" not in app.query_params, "the page itself stays as it is"
    assert any("QR code of the link" in str(one.value) for one in app.get("html"))


def test_the_link_that_is_made_does_what_it_says_and_begins_the_next() -> None:
    app = _open(preset="font-best", seed="5")
    app.multiselect(key="dense:class:lock").set_value(["epochs", "seed"])
    sound(app.multiselect(key="dense:class:hide").set_value(["model.batch_norm"]).run())
    from urllib.parse import parse_qsl, urlsplit

    query = dict(parse_qsl(urlsplit(app.code[1].value).query))
    other = _open(**query)
    assert other.number_input(key="dense:seed").value == 5
    assert other.number_input(key="dense:seed").disabled
    assert "model.batch_norm" not in _widgets(other, "dense")
    assert other.multiselect(key="dense:class:lock").value == ["epochs", "seed"]
    assert other.code[0].value == other.code[1].value


def test_a_bad_task_in_the_popover_is_one_sentence_and_makes_no_link() -> None:
    app = _open(preset="font-best")
    sound(app.text_input(key="dense:class:task").set_value("learnt>=many").run())
    (error,) = app.error
    assert "task" in error.value
    assert len(app.code) == 1


def test_rules_read_back_what_they_write() -> None:
    query = {"lock": "epochs,more", "hide": "loss", "task": "elbo>-85.5;seconds<10;latent_dim=2"}
    found, problems = teacher_link.read(query, registry.lesson("dense"))
    assert not problems
    assert found.query() == query
    assert found.state("loss") == "hidden"
    assert found.state("epochs") == found.state("model.batch_norm") == "fixed"
    assert found.state("seed") == "free"


# --- runs as files --------------------------------------------------------------------------------------------


def test_a_run_is_taken_from_a_lesson_and_opened_on_another_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = fit(TINY, "cpu")
    Store().save(run)
    app = _open(preset="font-best", epochs="30")
    assert "Run as a file" in [one.proto.label for one in app.get("download_button")]
    monkeypatch.setenv("AELIB_HOME", str(tmp_path / "elsewhere"))
    st.cache_resource.clear()
    app = _open("pages/runs.py")
    sound(app.file_uploader(key="runs:file").upload("run.zip", archive.to_zip(run), "application/zip").run())
    assert "is now in the list" in _said(app)
    assert list(app.dataframe[0].value["digest"]) == [run.digest]
    assert any("in its lesson" in one.proto.label for one in app.get("page_link"))
    person = app.session_state["person"]
    assert Store().owners.of(run.digest) == {person}, "who brought it may remove it"
    app = _open("pages/runs.py")
    sound(app.file_uploader(key="runs:file").upload("run.zip", archive.to_zip(run), "application/zip").run())
    assert "was here already" in _said(app)


def test_a_file_that_is_no_run_is_one_sentence() -> None:
    app = _open("pages/runs.py")
    sound(app.file_uploader(key="runs:file").upload("run.zip", b"hello", "application/zip").run())
    (error,) = app.error
    assert "ZIP archive" in error.value
    assert Store().count() == 0
