"""The PSNR of a run, in the single definition that pages, reports and conditions use."""

from weakref import WeakKeyDictionary

from aelib import datasets
from aelib.metrics import image_quality
from aelib.metrics.protocol import HeldOut
from aelib.training import Run

_computed: WeakKeyDictionary[Run, float] = WeakKeyDictionary()


def psnr(run: Run) -> float:
    """PSNR in dB, the mean over images (`image_quality.mean_psnr`): over the test set, or over all images of a
    memorised set.

    It is stored with the run. For a memorised set, and for a run of an earlier version (which stored the PSNR of the
    mean error), it is computed again from the net's outputs.
    """
    stored = run.metrics.get("psnr")
    if stored is not None and not HeldOut.pools(run.metrics):
        return float(stored)
    if run not in _computed:
        images = datasets.test_set(run.spec)
        outputs = run.restored(run.inputs_of(images), images.labels)
        _computed[run] = image_quality.mean_psnr(outputs, images.images())
    return _computed[run]
