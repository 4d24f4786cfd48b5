"""A trained net to measure."""

import pytest

from aelib.experiment import presets
from aelib.training import Run, fit


@pytest.fixture(scope="module")
def run() -> Run:
    return fit(presets.get("font-20-10").with_values({"epochs": 200}), "cpu")
