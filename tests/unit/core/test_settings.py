"""The environment variables: one place reads them, and the documentation lists them."""

import math
import re
import subprocess
import sys
from pathlib import Path

import pytest

from aelib.core import paths
from aelib.core.errors import LabError
from aelib.core.settings import Settings, settings
from aelib.datasets import files
from aelib.jobs import Limits, limits

ROOT = Path(__file__).parents[3]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def _rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading of docs/operations.md."""
    section = OPERATIONS.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_of_variables_has_every_field_and_its_default() -> None:
    fields = {**Settings.model_fields, **Limits.model_fields}
    listed = {cells[0].strip("`"): cells[-1] for cells in _rows("Environment variables")}
    assert set(listed) == {Settings.variable(name) for name in fields}
    for name, field in fields.items():
        found = listed[Settings.variable(name)]
        if isinstance(field.default, float | int):
            assert found == ("none" if math.isinf(field.default) else f"{field.default:g}")
        else:
            assert field.default is None
            assert found != "", "what happens without it"


def test_the_table_of_limits_has_every_field_and_its_default() -> None:
    listed = {(cells[0].strip("`"), cells[1].strip("`")): cells[-1] for cells in _rows("Limits")}
    assert listed == {
        (Settings.variable(name), name): "none" if math.isinf(field.default) else f"{field.default:g}"
        for name, field in Limits.model_fields.items()
    }


def test_no_other_module_reads_the_environment() -> None:
    reading = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "aelib").rglob("*.py")
        if re.search(r"\benviron(\.get\b|\[)|\bgetenv\b|\bimport\b.*\benviron\b", path.read_text(encoding="utf-8"))
    }
    assert reading == {"aelib/core/settings.py"}


def test_a_variable_that_changes_is_read_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("one", "two"):
        monkeypatch.setenv("AELIB_HOME", str(tmp_path / name))
        monkeypatch.setenv("AELIB_DATA", str(tmp_path / name / "data"))
        assert paths.home() == tmp_path / name
        assert files.folders("mnist")[1] == tmp_path / name / "data"
    monkeypatch.delenv("AELIB_DATA")
    assert settings().data is None


@pytest.mark.parametrize("value", ["", None])
def test_an_empty_variable_is_one_that_is_not_set(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(Settings.variable(name), raising=False)
        if value is not None:
            monkeypatch.setenv(Settings.variable(name), value)
    assert settings() == Settings.model_construct(home=None, data=None, scheduler=None, profile=None)
    assert paths.home().name == "aelib"


def test_a_folder_may_begin_with_the_home_of_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_HOME", "~/lab")
    assert paths.home() == Path.home() / "lab"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every file name is Unicode")
def test_a_folder_may_have_a_name_that_is_not_unicode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_HOME", "/tmp/\udcff")
    assert paths.home() == Path("/tmp/\udcff")


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("AELIB_HOME", "~nobody-of-this-name/x", "AELIB_HOME is '~nobody-of-this-name/x': give a folder."),
        ("AELIB_DATA", "~nobody-of-this-name/x", "AELIB_DATA is '~nobody-of-this-name/x': give a folder."),
        ("AELIB_PROFILE", "tiny", "AELIB_PROFILE is 'tiny': give small or full."),
        ("AELIB_MAX_EPOCHS", "many", "AELIB_MAX_EPOCHS is 'many': give a number above 0."),
        ("AELIB_MAX_SECONDS", "nan", "AELIB_MAX_SECONDS is 'nan': give a number above 0."),
        ("AELIB_MAX_JOBS", "2.5", "AELIB_MAX_JOBS is '2.5': give a whole number above 0."),
    ],
)
def test_a_wrong_value_is_one_sentence(
    variable: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(LabError) as raised:
        limits.read() if "MAX" in variable else settings()
    assert str(raised.value) == sentence


def test_a_limit_that_is_wrong_does_not_keep_the_runs_from_being_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_MAX_EPOCHS", "many")
    done = subprocess.run([sys.executable, "-m", "aelib", "runs"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_wrong_value_in_a_file_names_both_places_where_it_can_be_set() -> None:
    with pytest.raises(LabError, match=r"^max_jobs \(or AELIB_MAX_JOBS\) is '0': give a whole number above 0\.$"):
        limits.read({"max_jobs": 0})
