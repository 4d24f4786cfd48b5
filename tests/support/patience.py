"""How long tests wait for what must happen. No test depends on speed: each waits for an event, and this limit only ends
a test that would hang for ever. AELIB_TEST_PATIENCE multiplies it."""

import os
import time
from collections.abc import Callable

PATIENCE = 400.0 * float(os.environ.get("AELIB_TEST_PATIENCE", "1"))  # seconds
LOOK_AGAIN = 0.05  # seconds between two checks, so that the work that is awaited gets the processor


def wait_until(holds: Callable[[], object], what: str = "it") -> None:
    """Return as soon as `holds` is true. `what` is named in the failure."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"{what} never came within {PATIENCE:.0f} s"
        time.sleep(LOOK_AGAIN)
