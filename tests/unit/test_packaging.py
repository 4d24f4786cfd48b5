"""`pip install .` gives all of it: the library with its data, the command `aelib`, and the app."""

import json
import os
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import aelib

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "-w", str(folder), str(ROOT)], check=True)
    (found,) = folder.glob("aelib-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment that has the wheel, and beside it only what the tests' own environment has."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python3*/site-packages")
    options = ["--quiet", "--no-deps", "--disable-pip-version-check"]
    binaries = folder / "bin"
    install = [sys.executable, "-m", "pip", "--python", str(binaries / "python"), "install", *options, str(wheel)]
    subprocess.run(install, check=True)
    others = next(path for path in sys.path if path.endswith("site-packages"))
    (packages / "others.pth").write_text(others)  # after the environment's own, so that the wheel wins
    return binaries


def run(installed: Path, tmp_path: Path, *command: str) -> str:
    """What a command of that environment prints, run in an empty folder with a home of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment["AELIB_HOME"] = str(tmp_path / "home")
    done = subprocess.run(
        [str(installed / command[0]), *command[1:]],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_has_data_pages_types_and_no_tools(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "aelib/py.typed",
        "aelib/__init__.pyi",
        "aelib/browser/engine/training.js",
        "aelib/data/font5x7.csv",
        "aelib/data/results.csv",
        "aelib/data/reproduction.json",
        "aelib/reports/templates/report.html.j2",
        "aelib/ui/components/common.js",
        "aelib/ui/style.css",
        "aelib/locale/es/LC_MESSAGES/aelib.po",
        "aelib/app/server.py",
        "aelib/app/app.py",
        "aelib/app/pages/dense.py",
        "aelib/app/.streamlit/config.toml",
    ):
        assert name in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "data/"))]


def test_it_works_from_any_folder(installed: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "python", "-c", "import aelib; print(aelib.__file__, aelib.__version__)").split()
    assert not Path(where[0]).is_relative_to(ROOT)
    assert where[1] == aelib.__version__
    assert "font-best" in run(installed, tmp_path, "aelib", "presets")
    sets = json.loads(run(installed, tmp_path, "aelib", "datasets", "--json"))
    assert {one["name"] for one in sets if one["present"]} >= {"font5x7", "emoji20x20", "digits8x8", "letters"}
    trained = json.loads(run(installed, tmp_path, "aelib", "train", "font-best", "--set", "epochs=20", "--json"))
    listed = json.loads(run(installed, tmp_path, "python", "-m", "aelib", "runs", "list", "--json"))
    assert [one["digest"] for one in listed] == [trained["digest"]]
    run(installed, tmp_path, "aelib", "report", trained["digest"], "--html", "report.html")
    assert "font5x7" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "extras"),
    [
        ("requirements.txt", ["", "app"]),
        ("requirements-cluster.txt", ["cluster"]),
        ("requirements-login.txt", ["login"]),
        ("requirements-docs.txt", ["docs"]),
        ("requirements-dev.txt", ["dev"]),
    ],
)
def test_requirements_agree_with_the_project(file: str, extras: list[str]) -> None:
    declared = {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    wanted = {one for extra in extras for one in declared[extra] if not one.startswith("aelib[")}
    lines = (line.partition("#")[0].strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines())
    assert {line for line in lines if line and not line.startswith("-r")} == wanted != set()
    assert [one for one in wanted if "==" not in one] == []
