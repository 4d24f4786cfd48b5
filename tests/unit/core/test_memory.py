"""Memory that is kept while a net trains and given back afterwards, and the memory of a server."""

import gc
import json
import re
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from aelib.cli.main import main
from aelib.core import memory
from tests.support import fake_streamlit

ROOT = Path(__file__).parents[3]


def _resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read as Linux tells it")
def test_memory_is_kept_inside_and_given_back_at_the_end() -> None:
    if memory._libc() is None:
        pytest.skip("another C library than glibc")
    size = 12 * 2**20  # bytes; below what glibc takes from the system for itself
    with memory.retained_memory():
        pass
    before = _resident()
    with memory.retained_memory():
        blocks = [torch.ones(size // 4) for _ in range(10)]
        held = _resident() - before
        del blocks
        kept = _resident() - before
    after = _resident() - before
    assert held > 9 * size
    assert kept > 9 * size, "freed, but not given back"
    assert after < 2 * size


def test_memory_is_given_back_where_a_training_breaks_off_too(monkeypatch: pytest.MonkeyPatch) -> None:
    trimmed: list[int] = []
    told: dict[int, int] = {}

    class Library:
        def mallopt(self, what: int, value: int) -> None:
            told[what] = value

        def malloc_trim(self, pad: int) -> None:
            trimmed.append(pad)

    def broken() -> None:
        with memory.retained_memory():
            assert trimmed == []
            inside.update(told)
            raise RuntimeError("broken")

    inside: dict[int, int] = {}

    monkeypatch.setattr(memory, "_libc", Library)
    with pytest.raises(RuntimeError, match="broken"):
        broken()
    assert trimmed == [0]
    assert told[memory._M_TRIM_THRESHOLD] < inside[memory._M_TRIM_THRESHOLD], "little is kept from then on"


class _Cycle:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Nothing is collected unless somebody asks for it."""
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


def test_tidy_collects_cycles_and_returns_free_memory(no_collection: None, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[bool] = []
    ended = weakref.ref(_Cycle())

    class Library:
        def malloc_trim(self, pad: int) -> None:
            left.append(ended() is not None)

    monkeypatch.setattr(memory, "_libc", Library)
    assert ended() is not None
    memory.tidy()
    assert left == [False], "first collected, then returned"


def test_what_is_there_when_a_server_starts_is_not_collected_again(no_collection: None) -> None:
    before = gc.get_freeze_count()
    memory.settle()
    assert gc.get_freeze_count() > before
    ended = weakref.ref(_Cycle())
    memory.tidy()
    assert ended() is None, "what comes later is collected"


@pytest.mark.parametrize(("own", "expected"), [(None, memory.SERVER["MALLOC_ARENA_MAX"]), ("7", "7")])
def test_our_command_starts_the_server_with_few_heaps(
    own: str | None, expected: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    monkeypatch.setenv("AELIB_HOME", "/somewhere")
    if own is not None:
        monkeypatch.setenv("MALLOC_ARENA_MAX", own)
    script = "import json, os; open('environment.json', 'w').write(json.dumps(dict(os.environ)))"
    monkeypatch.setattr("aelib.cli.app.app_folder", lambda: fake_streamlit.app_folder(tmp_path, script))
    assert main(["app"]) == 0
    environment = json.loads((tmp_path / "environment.json").read_text())
    assert environment["MALLOC_ARENA_MAX"] == expected
    assert environment["AELIB_HOME"] == "/somewhere", "and all that it would have had"


def test_make_run_starts_the_server_with_as_many_heaps() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nrun:")[2].partition("\n\n")[0]
    assert re.findall(r"(MALLOC_\w+)=\$\${\1:-(\w+)}", recipe) == list(memory.SERVER.items())


def test_a_command_does_not_walk_through_all_objects_again_and_again_while_it_starts() -> None:
    before = gc.get_threshold()
    try:
        main(["presets"])
        assert gc.isenabled()
        assert gc.get_threshold()[0] >= 300_000
    finally:
        gc.set_threshold(*before)
