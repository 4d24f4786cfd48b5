"""What training will take, before it begins: an estimate from figures of benchmarks/scaling.md, good to a factor of
two."""

from collections.abc import Sequence

import torch

from aelib.datasets import EVALUATION_IMAGES
from aelib.experiment import Experiment, resolve

from .engines import matmul, numba_support
from .engines.batched import FUSED_FROM, supports
from .evaluation import TRAIN_SAMPLE
from .trainer import HISTORY_POINTS, groups

# Of one step: each operation costs something however small it is, the rest is arithmetic.
OPERATION = 0.85e-6  # seconds
COMPILED = 3e-6  # seconds, of a whole compiled step without its arithmetic
MULTIPLICATION = 5e-11  # seconds: of one weight with one activation, three times a step (there, back, gradient)
LARGE = 1.5e-11  # the same in products so large that they go through oneDNN (benchmarks/matmul.py)
UPDATE = 1.2e-9  # seconds a parameter: of the optimiser, where there are so many that they fill the processor's caches
NOISE = 1.2e-8  # seconds a pixel
AUTOGRAD = 8.0  # times the operations, where autograd trains
EVALUATION = 1.5e-4  # seconds: of one evaluation for the history
CONVOLUTION = 8e-12  # seconds: of one multiplication of a convolution, three times a step
MAP = 2.7e-9  # seconds: of one number that a convolution, batch norm or activation gives, there and back
KEEP = 4e-3  # seconds: of what is computed and kept of each net in the end


def seconds(experiments: Sequence[Experiment]) -> float:
    """Seconds on one core for all of them, trained together where they can be."""
    return sum(_group(experiments[part[0]], len(part)) for part in groups(list(experiments)))


def _group(first: Experiment, nets: int) -> float:
    images = resolve(first).spec.splits.train
    size = min(first.batch_size or images, images)
    steps = first.epochs * -(-images // size)
    slow = 1.0 if supports(first) else AUTOGRAD
    if not first.model.dense:
        return _convolutional(first, images) * nets
    operations = (12 + 8 * len(first.model.steps())) * OPERATION * slow
    if nets == 1 and numba_support.KIND.serves([first], torch.device("cpu")):
        operations = COMPILED
    parameters = resolve(first).architecture.parameters
    widest = max(step.inputs * step.outputs for step in first.model.steps())
    each = LARGE if widest * size >= matmul.LEAST else MULTIPLICATION
    arithmetic = 3 * parameters * size * nets * each + (parameters * nets * UPDATE if parameters >= FUSED_FROM else 0.0)
    noise = NOISE * resolve(first).spec.pixels * size * nets if first.corruption.kind != "none" else 0.0
    looks = min(first.epochs, HISTORY_POINTS) * (EVALUATION * slow + arithmetic / 3 * images / size)
    return steps * (operations + arithmetic + noise) + looks + KEEP * nets


def _convolutional(experiment: Experiment, images: int) -> float:
    """Of one net: forward and backward for training, forward for evaluation."""
    net, epochs = resolve(experiment).architecture, experiment.epochs
    image = 3 * net.multiplications * CONVOLUTION + net.activations * MAP
    image += NOISE * resolve(experiment).spec.pixels if experiment.corruption.kind != "none" else 0.0
    splits = resolve(experiment).spec.splits
    looked_at = min(splits.valid or splits.test or images, EVALUATION_IMAGES) + TRAIN_SAMPLE
    looks = min(epochs, HISTORY_POINTS) * looked_at + (splits.test or splits.valid)
    return image * (epochs * images + looks / 3) + KEEP


def duration_text(amount: float) -> str:
    """Seconds as people say them."""
    if amount < 1.5:
        return "a second"
    if amount < 90:
        return f"{amount:,.0f} seconds"
    if amount < 5400:
        return f"{amount / 60:,.0f} minutes"
    return f"{amount / 3600:,.1f} hours"
