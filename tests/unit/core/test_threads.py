"""Waiting threads sleep, unless a person has chosen otherwise."""

import os
import subprocess
import sys

import pytest

from aelib.core import threads

SHOW = "import os, sys; from aelib.cli.main import main; main(['presets']); sys.stderr.write(os.environ['OMP_WAIT_POLICY'])"


def test_it_is_set_and_a_choice_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    threads.let_waiting_threads_sleep()
    assert os.environ["OMP_WAIT_POLICY"] == "passive"
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    threads.let_waiting_threads_sleep()
    assert os.environ["OMP_WAIT_POLICY"] == "active"


def test_every_command_sets_it_before_pytorch_is_imported() -> None:
    code = f"import sys; {SHOW}; assert 'torch' not in sys.modules"
    clean = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    done = subprocess.run([sys.executable, "-c", code], env=clean, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "passive")
