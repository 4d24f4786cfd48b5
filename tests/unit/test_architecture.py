"""docs/architecture.md is true: the rooms and their order, and recipes that work when they are followed to the letter."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
AMONG_ROOMS = {"__main__", "latent"}  # modules on the top of aelib, which are no rooms


def _rooms_on_the_page() -> list[set[str]]:
    """Top to bottom; rooms of one line together."""
    (drawn,) = re.findall(r"<!-- rooms -->\n```text\n(.*?)```", PAGE, re.DOTALL)
    names = (re.match(r"\w+(?: \| \w+)*", line) for line in drawn.splitlines())
    return [set(found[0].split(" | ")) for found in names if found]


def _blocks(recipe: str) -> list[str]:
    """The pieces of Python of a recipe."""
    (text,) = re.findall(rf"<!-- recipe: {recipe} -->\n(.*?)\n###", PAGE, re.DOTALL)
    return [textwrap.dedent(code) for code in re.findall(r"```python\n(.*?)    ```", text, re.DOTALL)]


def test_the_page_draws_the_rooms_in_the_order_that_import_linter_checks() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = project["tool"]["importlinter"]["contracts"][0]
    layers = [set(layer.split(" | ")) - AMONG_ROOMS for layer in contract["layers"]]
    assert _rooms_on_the_page() == [layer for layer in layers if layer]


def test_the_package_names_its_rooms_in_that_order() -> None:
    named = re.findall(r"`(\w+)`", (ast.get_docstring(ast.parse((ROOT / "aelib/__init__.py").read_text())) or ""))
    floors = {room: floor for floor, rooms in enumerate(reversed(_rooms_on_the_page())) for room in rooms}
    assert set(named) == set(floors)
    assert [floors[room] for room in named] == sorted(floors.values())


def test_every_package_is_a_room_and_the_top_has_few_modules() -> None:
    packages = {path.parent.name for path in (ROOT / "aelib").glob("*/__init__.py")}
    assert packages == set().union(*_rooms_on_the_page())
    assert {path.stem for path in (ROOT / "aelib").glob("*.py")} == {"__init__", *AMONG_ROOMS}


def test_every_module_that_the_page_names_is_there() -> None:
    names = [name for name in re.findall(r"`((?:\w+\.)+\w+)`", PAGE) if not name.endswith((".py", ".pyi"))]
    assert len(names) > 20, "the pattern finds them"
    for name in names:
        parts = name.removeprefix("aelib.").split(".")
        path = ROOT / "aelib"
        while parts and (path / parts[0]).is_dir():
            path = path / parts.pop(0)
        if path == ROOT / "aelib" and not (ROOT / "aelib" / f"{parts[0]}.py").is_file():
            continue  # the name of a class or a function, or a file
        file = path / f"{parts[0]}.py" if parts else path / "__init__.py"
        source = file.read_text(encoding="utf-8") if file.is_file() else (path / "__init__.pyi").read_text("utf-8")
        assert not parts or file.is_file() or re.search(rf"\b{parts[0]}\b", source), name
        for rest in parts[1:]:
            assert re.search(rf"\b{rest}\b", source), name
    files = re.findall(r"`((?:aelib|pages|tests|docs|data)/[\w/.]+\.\w+)`", PAGE)
    there = [name for name in files if "NAME" not in name and "stripes" not in name]  # those are still to be written
    assert len(there) > 5, "the pattern finds them"
    assert [name for name in there if not (ROOT / name).is_file()] == []


# recipe -> the registry's file and the line that opens it
REGISTRIES = {
    "activation": ("aelib/nn/activations.py", "ACTIVATIONS: dict[str, Activation] = {"),
    "optimiser": ("aelib/nn/optimizers.py", "OPTIMIZERS: dict[str, OptimizerKind] = {"),
    "loss": ("aelib/nn/losses.py", "LOSSES: dict[str, Loss] = {"),
    "initialisation": ("aelib/nn/initialization.py", "INITIALIZATIONS: dict[str, Initialization] = {"),
    "noise": ("aelib/datasets/noise.py", "NOISES: dict[str, Noise] = {"),
    "model": ("aelib/experiment/model_kinds.py", "MODEL_KINDS: dict[str, ModelKind] = {"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app, its package and its data, with every recipe followed to the letter."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("aelib", "data", "pages", ".streamlit"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", folder)
    for recipe, (file, opening) in REGISTRIES.items():
        *files, entry = _blocks(recipe)
        _insert(folder / file, opening, textwrap.indent(entry, "    "))
        for content in files:
            (folder / "aelib/models/spherical.py").write_text(content, encoding="utf-8")
    (folder / "aelib/datasets/bundled/stripes.py").write_text(_blocks("data set")[0], encoding="utf-8")
    catalog = folder / "aelib/datasets/catalog.py"
    source = catalog.read_text(encoding="utf-8")
    catalog.write_text(re.sub(r"(from \.bundled import .*photographs)", r"\1, stripes", source), encoding="utf-8")
    _insert(catalog, "SETS: Mapping[str, DatasetSpec] = _Sets(", "    stripes.SPEC,\n")
    page, record = _blocks("lesson")
    (folder / "pages/stripes.py").write_text(page, encoding="utf-8")
    _insert(
        folder / "aelib/ui/shell/lessons.py",
        "LESSONS: tuple[Lesson, ...] = (",
        textwrap.indent(record.rstrip() + ",\n", "    "),
    )
    return folder


def _insert(file: Path, opening: str, text: str) -> None:
    source = file.read_text(encoding="utf-8")
    assert source.count(opening) == 1, opening
    file.write_text(source.replace(opening, f"{opening}\n{text}"), encoding="utf-8")


def _python(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "AELIB_HOME": str(folder / "home"), "NUMBA_CACHE_DIR": str(folder / "numba")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


TRAIN = """
import json, sys
from aelib.experiment import change, presets
from aelib.training import fit

for changes in json.load(sys.stdin):
    run = fit(change(presets.get("font-20-10"), {"epochs": 100, **changes}), "cpu")
    assert run.loss < run.history[0]["train_loss"], changes
"""
ADDED = [
    {"model.hidden_activation": "softsign"},
    {"optimizer.kind": "asgd", "optimizer.learning_rate": 0.1},
    {"loss": "huber"},
    {"model.initialization": "orthogonal"},
    {"corruption.kind": "veil"},
    {"model.kind": "spherical"},
    {"dataset": "stripes"},
]


def test_what_the_recipes_add_can_be_trained(copy: Path) -> None:
    done = _python(copy, "-c", TRAIN, given=json.dumps(ADDED))
    assert done.returncode == 0, done.stderr


def test_what_the_recipes_add_is_offered(copy: Path) -> None:
    wrong = _python(copy, "-m", "aelib", "train", "font-best", "--set", "model.hidden_activation=x")
    assert "softsign" in wrong.stderr
    assert '"stripes"' in _python(copy, "-m", "aelib", "datasets", "--json").stdout


VISIT = """
from streamlit.testing.v1 import AppTest

home = AppTest.from_file("app.py", default_timeout=900).run()
assert not home.exception, home.exception
assert [one.proto.label for one in home.get("page_link")].count("**Stripes**") == 1, "a card"
lesson = home.switch_page("pages/stripes.py")
lesson.session_state["stripes:more"] = True  # unfolded
lesson.query_params.update({"preset": "font-20-10", "epochs": "1", "dataset": "stripes", "lock": "more"})
lesson.run()
assert not lesson.exception, lesson.exception
assert not lesson.error, lesson.error
assert lesson.title[0].value == "Stripes"
assert lesson.selectbox(key="stripes:dataset").value == "stripes"
assert not lesson.selectbox(key="stripes:dataset").disabled, "it stands above More choices"
assert lesson.selectbox(key="stripes:loss").disabled
assert [one.value for one in lesson.header] == ["1 · Choose", "2 · Train"]
assert [one.label for one in lesson.tabs] == ["How it learnt", "Draw one", "Hand in"]
"""


def test_the_lesson_that_a_recipe_adds(copy: Path) -> None:
    stored = _python(copy, "-m", "aelib", "train", "font-20-10", "--set=dataset=stripes", "--set=epochs=1")
    assert stored.returncode == 0, stored.stderr
    done = _python(copy, "-c", VISIT)
    assert done.returncode == 0, done.stderr
