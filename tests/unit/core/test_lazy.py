"""Modules that are imported when they are first used."""

import sys
import threading
from pathlib import Path

import pytest

from aelib.core.lazy import lazy

NAME = "aelib_test_slow_module"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module that nobody has imported. It counts its imports, and takes its time."""
    code = "import sys, time\nsys.imports_of_it.append(1)\ntime.sleep(0.05)\nANSWER = 42\nHOLDER = []\n"
    (tmp_path / f"{NAME}.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "imports_of_it", [], raising=False)
    monkeypatch.delitem(sys.modules, NAME, raising=False)
    return NAME


def test_nothing_is_imported_before_it_is_used(module: str) -> None:
    stand_in = lazy(module)
    assert module not in sys.modules
    assert stand_in.ANSWER == 42
    assert module in sys.modules
    assert stand_in.HOLDER is sys.modules[module].HOLDER
    assert sys.imports_of_it == [1]  # type: ignore[attr-defined]


def test_threads_that_use_it_at_once_import_it_once_and_whole(module: str) -> None:
    stand_in, found = lazy(module), []
    threads = [threading.Thread(target=lambda: found.append(stand_in.HOLDER)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(one is found[0] for one in found)
    assert sys.imports_of_it == [1]  # type: ignore[attr-defined]


def test_what_is_not_there_is_told_as_python_tells_it(module: str) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'QUESTION'"):
        _ = lazy(module).QUESTION
    absent = lazy("aelib_no_such_module")
    with pytest.raises(ModuleNotFoundError, match="aelib_no_such_module"):
        _ = absent.anything
