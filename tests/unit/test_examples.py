"""The examples run as their first lines say, with few epochs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_each_is_tried_here() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {"first_run", "compare_activations", "morph_emoji"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("first_run", ["of 32 characters learnt", "stored as"]),
        ("compare_activations", ["sigmoid", "tanh", "silu"]),
        ("morph_emoji", ["15 images of the morph"]),
    ],
)
def test_an_example_runs(name: str, said: list[str], home: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py", "--epochs", "5"],
        cwd=tmp_path,
        env={**os.environ, "AELIB_HOME": str(home), "PYTHONPATH": str(EXAMPLES.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert all(part in done.stdout for part in said), done.stdout
    assert not done.stderr
