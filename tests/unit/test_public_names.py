"""What notebooks import, handed-in ones of version 0.1.0 included."""

import subprocess
import sys

import pytest

STATEMENTS = (
    "from aelib import latent, metrics; metrics.mse, metrics.psnr, latent.extent, latent.cells",
    "import aelib.latent; import aelib.metrics; aelib.metrics.wrong_pixels",
    "from aelib.experiment import from_json, Experiment",
    "from aelib.store import Store, DamagedRun",
    "from aelib.training import fit, fit_many, Diverged",
    "import aelib; aelib.fit, aelib.fit_many, aelib.Experiment, aelib.Run, aelib.Store, aelib.load",
    "import aelib; aelib.presets.get('font-best'); aelib.datasets.load('font5x7'); aelib.__version__",
    "from aelib import presets, datasets, training",
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_it_can_be_imported(statement: str) -> None:
    done = subprocess.run([sys.executable, "-c", statement], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
