"""The Dask cluster on hosts of their own addresses, some of which are cut off in mid training.

The hosts are network namespaces, which a process enters as a whole: three_hosts.py has the tests, and runs on one of them.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE
from tests.support.server import ROOT

from .hosts import Hosts, why_not


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    if why := why_not():
        pytest.skip(f"NOT TESTED HERE: a cluster of several hosts; {why}")
    found = Hosts(f"ael-{os.getpid()}")
    found.make()
    yield found
    found.remove()


def test_a_cluster_of_three_hosts(hosts: Hosts, tmp_path: Path) -> None:
    options = ["-q", "-x", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'inner'}"]
    inner = [sys.executable, "-m", "pytest", *options, "tests/cluster/three_hosts.py"]
    done = subprocess.run(
        hosts.on("server", inner),
        cwd=ROOT,
        env={**os.environ, "AELIB_TEST_HOSTS": hosts.name, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=10 * PATIENCE,
    )
    assert done.returncode == 0, done.stdout[-6000:]
