"""The files for servers say what the rest of the repository says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import ROOT


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _tool(name: str) -> str | None:
    """A program of requirements-dev.txt, or of the machine."""
    return shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    kept = [line.removeprefix("!") for line in _text(".dockerignore").splitlines() if line.startswith("!")]
    copied = [
        word for line in re.findall(r"^COPY (.*) \S+$", _text("Dockerfile"), re.MULTILINE) for word in line.split()
    ]
    assert "aelib" in copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert any(one == name or one.startswith(f"{name}/") for one in kept), name


def test_cpu_constraints_name_the_version_that_is_required() -> None:
    (version,) = re.findall(r"^torch==(\S+)$", _text("requirements.txt"), re.MULTILINE)
    assert f"torch=={version}+cpu" in _text("constraints-cpu.txt").splitlines()


def test_the_image_does_not_run_as_root() -> None:
    assert _text("Dockerfile").rindex("\nUSER 1000") < _text("Dockerfile").rindex("\nCMD")


def test_hadolint_finds_nothing() -> None:
    hadolint = _tool("hadolint")
    if hadolint is None:
        pytest.skip("NOT TESTED HERE: the Dockerfile; install requirements-dev.txt")
    done = subprocess.run([hadolint, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["compose.yaml", "compose.cluster.yaml"])
def test_the_compose_files_fit_their_schema(name: str) -> None:
    checker = _tool("check-jsonschema")
    if checker is None:
        pytest.skip("NOT TESTED HERE: the Compose files; install requirements-dev.txt")
    command = [checker, "--builtin-schema", "vendor.compose-spec", str(ROOT / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_systemd_finds_nothing_wrong() -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("NOT TESTED HERE: the systemd unit; install systemd")
    unit = ROOT / "deploy" / "autoencoder-lab.service"
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if unit.name in line and "not executable" not in line]
    assert not ours, done.stderr
