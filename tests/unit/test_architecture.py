"""docs/architecture.md is true: the rooms and their order, and recipes that work when they are followed to the letter."""

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


def _block(recipe: str) -> str:
    """The Python of a recipe."""
    (text,) = re.findall(rf"<!-- recipe: {recipe} -->\n(.*?)\n###", PAGE, re.DOTALL)
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return textwrap.dedent("    " + code.lstrip() if code.startswith("    ") else code)


def test_the_page_draws_the_rooms_in_the_order_that_import_linter_checks() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = project["tool"]["importlinter"]["contracts"][0]
    layers = [set(layer.split(" | ")) - AMONG_ROOMS for layer in contract["layers"]]
    assert _rooms_on_the_page() == [layer for layer in layers if layer]


def test_every_package_is_a_room_and_the_top_has_few_modules() -> None:
    packages = {path.parent.name for path in (ROOT / "aelib").glob("*/__init__.py")}
    assert packages == set().union(*_rooms_on_the_page())
    assert {path.stem for path in (ROOT / "aelib").glob("*.py")} == {"__init__", *AMONG_ROOMS}


def test_every_module_that_the_page_names_is_there() -> None:
    for name in re.findall(r"`((?:\w+\.)+\w+)`", PAGE):
        if name.endswith((".py", ".pyi")):
            continue
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
    for name in re.findall(r"`((?:aelib|pages|tests|docs|data)/[\w/.]+\.\w+)`", PAGE):
        assert (ROOT / name).is_file() or "NAME" in name or "stripes" in name, name


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and its data, to be changed."""
    for name in ("aelib", "data"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def _insert(file: Path, before: str, text: str) -> None:
    source = file.read_text(encoding="utf-8")
    assert source.count(before) == 1, before
    file.write_text(source.replace(before, text + before), encoding="utf-8")


def _aelib(folder: Path, *arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "aelib", *arguments, "--json"],
        cwd=folder,
        env={**os.environ, "AELIB_HOME": str(folder / "home"), "NUMBA_CACHE_DIR": str(folder / "numba")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_the_recipe_for_an_activation(copy: Path) -> None:
    _insert(
        copy / "aelib/nn/activations.py",
        '    "saturating_linear": Activation(',
        textwrap.indent(_block("activation"), "    "),
    )
    changes = ["--set", "model.hidden_activation=softsign", "--set", "epochs=50"]
    trained = _aelib(copy, "train", "font-20-10", *changes)
    assert trained["epochs"] == 50
    shown = subprocess.run(
        [sys.executable, "-m", "aelib", "train", "font-best", "--set", "model.hidden_activation=x"],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "softsign" in shown.stderr


def test_the_recipe_for_a_data_set(copy: Path) -> None:
    (copy / "aelib/datasets/bundled/stripes.py").write_text(_block("data set"), encoding="utf-8")
    catalog = copy / "aelib/datasets/catalog.py"
    imports = re.search(r"from \.bundled import .*photographs", catalog.read_text(encoding="utf-8"))
    assert imports is not None
    catalog.write_text(
        catalog.read_text(encoding="utf-8").replace(imports[0], imports[0] + ", stripes"), encoding="utf-8"
    )
    _insert(catalog, "    mnist.SPEC,", "    stripes.SPEC,\n")
    assert "stripes" in [one["name"] for one in _aelib(copy, "datasets")]  # type: ignore[index, union-attr]
    changes = ["dataset=stripes", "model.layers=64-16-2", "epochs=300"]
    trained = _aelib(copy, "train", "font-best", *[part for change in changes for part in ("--set", change)])
    assert trained["metrics"]["total"] == 8  # type: ignore[index]
