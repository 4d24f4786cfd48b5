"""The documentation builds as `make docs` builds it: a missing page, module or link is an error."""

import os
import subprocess
import sys
from pathlib import Path

import aelib
from tests.support.patience import PATIENCE

ROOT = Path(aelib.__file__).parents[1]


def test_it_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "site" / "index.html").exists()
